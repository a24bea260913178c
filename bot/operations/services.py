"""What commands and the worker need to reach the API, the store and the clock."""

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from msgspec import Struct

from bot.api.cost_report import CostReportClient
from bot.caller import ChannelId
from bot.operations.draft_services import DraftServices
from bot.operations.find_batch import FoundBatch, Reference, find_batch
from bot.operations.workspace import Workspace
from bot.pricing.prices import Prices
from bot.scratch_file import OpenFile
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue


class Services(Struct, frozen=True):
    """A workspace of the API, the store, the clock, and what this process provides.

    - `time_zone`: typed dates are in it.
    - `drafts`: only code about drafts uses it.
    - `enqueue`: adds work for the worker, within a transaction.
    - `may_post`: returns whether the bot is in a channel.
    - `open_scratch_file`: opens an unnamed file for results.
    - `process_id`: the id in the heartbeat of this process.
    - `cost_reports`: reads Anthropic's bill; None without its key.
    - `channels`: those of the workspace, where each has its own; None if it may post anywhere.
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
    cost_reports: CostReportClient | None = None
    channels: frozenset[str] | None = None

    async def find_batch(self, reference: Reference) -> FoundBatch:
        """Find the one batch that a reference means. Raises the errors of `bot.operations.find_batch`."""
        return await find_batch(reference, self.workspace.batches, self.database)
