"""The names of the batches in an outcome, read once for the whole reply."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.operations.follow import WatchedBatch
from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.records import labels
from bot.store.records.labels import BatchNames


async def find_names(outcome: object, services: Services) -> Mapping[str, BatchNames]:
    """Return labels, owners and relatives of every batch in an outcome. Without the store, batches have no names."""
    ids = [batch.id for batch in _find_batches(outcome)]
    if not ids:
        return {}
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: labels.get_names(connection, ids))
    return {}


def _find_batches(outcome: object) -> Iterator[MessageBatch]:
    """Yield the batches in the fields of an outcome, alone or in a tuple."""
    if not isinstance(outcome, Struct):
        return
    for name in outcome.__struct_fields__:
        value = getattr(outcome, name)
        if isinstance(batch := getattr(value, "batch", None), MessageBatch):  # the batch of a proposed change
            yield batch
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, MessageBatch):
                yield item
            elif isinstance(item, WatchedBatch):
                yield item.batch
