"""What the store adds to the card of one batch, read in one transaction: a thread and a lock for each cost most."""

from collections.abc import Mapping

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.operations.batch_names import read_card_names
from bot.operations.services import Services
from bot.operations.whole_batch import StoredParts, read_parts
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import audit, summaries, watches
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary
from bot.store.transactions import split_draft


class StoredFacts(Struct, frozen=True):
    """Who canceled a batch through the bot, who watches it, and what its card shows besides.

    `parts`: the other parts of its file, if the batch stands for all of them. `rest`: what is left after this sample,
    until someone sends or discards it. `read`: the summary of its results.
    """

    canceled_by: str | None = None
    watchers: tuple[str, ...] = ()
    parts: StoredParts | None = None
    rest: Draft | None = None
    read: StoredSummary | None = None
    names: Mapping[str, BatchNames] = {}


async def read_stored_facts(services: Services, batch: MessageBatch) -> StoredFacts:
    """Return what the store knows of a batch. A store that fails hides these facts alone, not the batch."""
    try:
        return await services.database.run(lambda connection: _read(connection, batch))
    except StoreUnavailable:
        return StoredFacts()


def _read(connection: Connection, batch: MessageBatch) -> StoredFacts:
    is_canceled = batch.cancel_initiated_at is not None
    read = summaries.get_many(connection, [batch.id])
    watching = watches.list_for_batch(connection, batch.id)
    names = read_card_names(connection, [batch.id], read)
    is_part = names[batch.id].parts is not None
    return StoredFacts(
        audit.find_last_actor(connection, "cancel", batch.id) if is_canceled else None,
        tuple(dict.fromkeys(watch.user_id for watch in watching if watch.user_id)),
        read_parts(connection, batch.id) if is_part else None,
        split_draft.find_rest(connection, batch.id),
        read.get(batch.id),
        names,
    )
