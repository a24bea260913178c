"""What commands reach the outside with."""

import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, tzinfo

import msgspec
from msgspec import Struct

from bot.api.client import BatchesClient
from bot.caller import ChannelId
from bot.operations.draft_services import Workshop
from bot.pricing.prices import Prices
from bot.scratch_file import OpenFile
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue, enqueue_nothing


async def _anywhere(channel: ChannelId) -> bool:
    """Say that the bot may post: where it may not, the card finds its way to direct messages."""
    return True


class Services(Struct, frozen=True):
    """What commands reach the outside with; handed in by the composition root.

    `enqueue` hands work over in a transaction; `may_post` says whether the bot is in a channel.
    """

    batches: BatchesClient
    database: Database
    now: Callable[[], datetime]
    prices: Prices = msgspec.field(default_factory=Prices.load)
    open_spool: OpenFile = tempfile.TemporaryFile
    """Opens a file of no name, for results on their way to somebody."""
    workshop: Workshop | None = None
    """Where batches are made."""
    enqueue: Enqueue = enqueue_nothing
    may_post: Callable[[ChannelId], Awaitable[bool]] = _anywhere
    process_id: str | None = None
    """This process, as others know it by its heartbeat."""
    time_zone: tzinfo = UTC
    """The zone in which a typed date begins."""
