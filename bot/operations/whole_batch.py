"""The batches of one file that was too large for one: what they are together."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.api.models import MessageBatch, RequestCounts
from bot.operations.services import Services
from bot.operations.unsent_parts import read_unsent_parts
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts
from bot.store.records.drafts import Draft, SentParts

_COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")


class WholeBatch(Struct, frozen=True):
    """The batches of a file as one, under the id of the first; `parts` are those that exist, in their order.

    `unsent`: what is left of the file, if it can be sent now.
    """

    batch: MessageBatch
    parts: tuple[MessageBatch, ...]
    unsent: Draft | None = None


def add_up_batches(parts: Sequence[MessageBatch]) -> MessageBatch:
    """Return several batches as one: their counts added up, running until the last of them ends."""
    first = parts[0]
    open_parts = [part for part in parts if not part.has_ended]
    running = [part for part in open_parts if part.processing_status != "canceling"]
    ends = [part.ended_at for part in parts if part.ended_at is not None]
    cancels = [part.cancel_initiated_at for part in parts if part.cancel_initiated_at is not None]
    archived = [part.archived_at for part in parts if part.archived_at is not None]
    counts = {name: sum(getattr(part.request_counts, name) for part in parts) for name in _COUNTS}
    has_results = all(part.results_url is not None or part.archived_at is not None for part in parts)
    return first.model_copy(
        update={
            "processing_status": (running or open_parts or parts)[0].processing_status,
            "request_counts": RequestCounts(**counts),
            "ended_at": max(ends) if ends and not open_parts else None,
            "created_at": min(part.created_at for part in parts),
            "expires_at": max(part.expires_at for part in open_parts or parts),
            "archived_at": max(archived) if len(archived) == len(parts) else None,
            "cancel_initiated_at": min(cancels) if cancels and not running else None,
            "results_url": first.results_url if has_results and not open_parts else None,
        }
    )


class StoredParts(Struct, frozen=True):
    """The parts of a file that were sent, and what is left of it, if that can be sent now."""

    sent: SentParts
    unsent: Draft | None


async def find_whole(services: Services, batch: MessageBatch) -> WholeBatch | None:
    """Return the whole that a batch stands for; None for any other batch, also for another part.

    Raises ApiError. Without the store a batch is itself alone.
    """
    try:
        found = await services.database.run(lambda connection: read_parts(connection, batch.id))
    except StoreUnavailable:
        return None
    return None if found is None else await retrieve_whole(services, batch, found)


async def retrieve_whole(services: Services, batch: MessageBatch, stored: StoredParts) -> WholeBatch:
    """Return the whole with the present state of each part that still exists. Raises ApiError."""
    parts = [batch]
    for each in stored.sent.batch_ids[1:]:
        with suppress(BatchNotFound):
            parts.append(await services.workspace.batches.retrieve(BatchId(each)))
    return WholeBatch(add_up_batches(parts), tuple(parts), stored.unsent)


def read_parts(connection: Connection, batch_id: str) -> StoredParts | None:
    """Return the parts of the file that a batch stands for; None for any other batch, also for another part."""
    sent = drafts.find_sent_parts(connection, batch_id)
    if sent is None or sent.head != batch_id:
        return None
    whole = drafts.get(connection, sent.whole_id)
    unsent = read_unsent_parts(connection, whole) if whole is not None and whole.state == "ready" else None
    return StoredParts(sent, unsent)
