"""The names of the batches in an outcome, read once for the whole reply, and what a card shows besides."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.operations.find_batch import PREFIX
from bot.operations.follow import WatchedBatch
from bot.operations.merge_family import Family
from bot.operations.read_results import decode_summary
from bot.operations.services import Services
from bot.requests.estimate import load_estimate
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts, labels, summaries
from bot.store.records.bulks import BulkItem
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary

ID_FIELDS = ("batch_id", "subject")
"""Fields of outcomes that hold the id of a batch."""
MOST_CARDS = 2
"""Batches of an outcome that may be shown as cards. More are shown as rows, which need only names."""


async def find_names(outcome: object, services: Services) -> Mapping[str, BatchNames]:
    """Return labels, owners and relatives of every batch in an outcome, unless the outcome has them already.

    Without the store, batches have no names.
    """
    read: Mapping[str, BatchNames] | None = getattr(outcome, "names", None)
    if read is not None:
        return read
    ids = [*dict.fromkeys(_find_ids(outcome))]
    if not ids:
        return {}
    with suppress(StoreUnavailable):
        return await services.database.run(
            lambda connection: (
                read_card_names(connection, ids)
                if len(ids) <= MOST_CARDS or bool(getattr(outcome, "parts", ()))
                else labels.get_names(connection, ids)
            )
        )
    return {}


def read_card_names(
    connection: Connection, batch_ids: Sequence[str], read: Mapping[str, StoredSummary] | None = None
) -> dict[str, BatchNames]:
    """Return names with what cards show besides: models and cost as far as known, and the names of relatives.

    `read`: the summaries of these batches, if the caller has read them already.
    """
    found = labels.get_names(connection, batch_ids)
    related = {id for names in found.values() for each in names.relatives for id in (each.child_id, each.parent_id)}
    others = labels.get_names(connection, related - found.keys()) if related else {}
    called = {id: name for id, each in (others | found).items() if (name := each.label or each.file_name)}
    read = summaries.get_many(connection, batch_ids) if read is None else read
    estimates = drafts.get_estimates(connection, [id for id, names in found.items() if names.file_name is not None])
    for batch_id, names in found.items():
        names = replace(names, related_names=called)
        if batch_id in estimates:
            models = tuple(row.model for row in load_estimate(estimates[batch_id]).models)
            names = replace(names, models=models)
        if batch_id in read and (decoded := decode_summary(read[batch_id])) is not None:
            cost = decoded.summary.cost
            models = tuple(use.model for use in decoded.summary.models) or names.models
            names = replace(names, models=models, cost=cost.amount, cost_complete=cost.complete)
        found[batch_id] = names
    return found


def _find_ids(outcome: object) -> Iterator[str]:
    """Yield the ids of the batches in the fields of an outcome: whole batches, families, and ids alone."""
    if not isinstance(outcome, Struct):
        return
    for name in outcome.__struct_fields__:
        value = getattr(outcome, name)
        if isinstance(batch := getattr(value, "batch", None), MessageBatch):  # the batch of a proposed change
            yield batch.id
        if name in ID_FIELDS and isinstance(value, str) and value.startswith(PREFIX):
            yield value
        items = (
            value
            if isinstance(value, tuple)
            else (value, *getattr(value, "questions", ()), *getattr(value, "shown", ()))
        )
        for item in items:
            if isinstance(item, MessageBatch):
                yield item.id
            elif isinstance(item, StoredConfirmation) and item.subject.startswith(PREFIX):
                yield item.subject
            elif isinstance(item, BulkItem):
                yield item.batch_id
            elif isinstance(item, WatchedBatch):
                yield item.batch.id
            elif isinstance(item, Family):
                yield from (batch.id for batch in item.readable)
                yield from (absent.batch_id for absent in item.absent)
