"""What commands and the worker use to reach the outside."""

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from msgspec import Struct

from bot.caller import ChannelId
from bot.operations.draft_services import DraftServices
from bot.operations.find_batch import FoundBatch, Reference, find_batch
from bot.operations.workspace import Workspace
from bot.pricing.prices import Prices
from bot.scratch_file import OpenFile
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue


class Services(Struct, frozen=True):
    """The store, the clock, a workspace, and what this process offers around them.

    A typed date begins in `time_zone`. `enqueue` hands work to the worker within a transaction. `may_post` returns
    whether the bot is in a channel. `open_scratch_file` opens an unnamed file for results. `process_id` is the id that
    the heartbeat of this process records. Only code about drafts uses `drafts`.
    """

    workspace: Workspace
    database: Database
    now: Callable[[], datetime]
    time_zone: tzinfo
    prices: Prices
    drafts: DraftServices
    enqueue: Enqueue
    may_post: Callable[[ChannelId], Awaitable[bool]]
    open_scratch_file: OpenFile
    process_id: str

    async def find_batch(self, reference: Reference) -> FoundBatch:
        """Find the one batch a reference means. Raises what `find_batch` raises."""
        return await find_batch(reference, self.workspace.batches, self.database)
