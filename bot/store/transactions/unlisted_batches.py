"""What the ledger keeps of batches that the API's list no longer has."""

from collections.abc import Set
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from bot.store.records import batches as batch_records
from bot.store.records import labels, ledger
from bot.store.records.ledger import LedgerRow


def list_unlisted(
    connection: Connection, listed: Set[str], since: datetime, now: datetime, *, is_whole: bool
) -> list[LedgerRow]:
    """Return the rows of the batches created since a moment that are not in the API's list.

    If the list `is_whole`, they are marked as deleted. Among them are watched batches whose deletion no one noticed.
    """
    if is_whole:
        missing = batch_records.list_known_ids(connection, since) - listed
        for seen in batch_records.get_many(connection, missing).values():
            if seen.over_at is not None:
                ledger.record_missing(connection, ledger.make_ledger_batch(seen))
        for row in ledger.list_created_since(connection, since):
            if row.batch_id not in listed and row.deleted_at is None:
                ledger.mark_deleted(connection, row.batch_id, now)
            elif row.batch_id in listed and row.deleted_at is not None:
                ledger.mark_found(connection, row.batch_id)
    rows = ledger.list_created_since(connection, since)
    return [row for row in rows if row.batch_id not in listed and (row.spent is not None or row.deleted_at is not None)]


def list_with_names(connection: Connection, since: datetime) -> list[LedgerRow]:
    """Return the rows of the batches created since a moment, with the labels and owners of today."""
    rows = ledger.list_created_since(connection, since)
    named = labels.get_names(connection, [row.batch_id for row in rows])
    return [
        replace(row, label=named[row.batch_id].label or row.label, owner=named[row.batch_id].owner or row.owner)
        for row in rows
    ]
