"""What the batches in an outcome are called here, looked up once for everything that is drawn of them."""

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
    """Return labels, owners and relatives of every batch in an outcome; a store that fails hides no batch."""
    ids = [batch.id for batch in _find_batches(outcome)]
    if not ids:
        return {}
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: labels.get_names(connection, ids))
    return {}


def _find_batches(outcome: object) -> Iterator[MessageBatch]:
    if not isinstance(outcome, Struct):
        return
    for name in outcome.__struct_fields__:
        value = getattr(outcome, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, MessageBatch):
                yield each
            elif isinstance(each, WatchedBatch):
                yield each.batch
