"""What each batch cost, one row a batch. Rows stay when the batch, its results or its summary are deleted."""

import json
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, select, update

from bot.store.db.chunks import chunks
from bot.store.db.tables import ledger as table
from bot.store.db.upserts import insert_new, upsert
from bot.store.records import labels
from bot.store.records.batches import SeenBatch


class LedgerBatch(Struct, frozen=True):
    """A batch of a workspace. `workspace_id` is empty where the settings name none.

    `succeeded` requests are billed; None if the batch had not ended when it was last seen.
    """

    batch_id: str
    workspace_id: str
    created_at: datetime
    ended_at: datetime | None
    succeeded: int | None


class LedgerRow(LedgerBatch, frozen=True, kw_only=True):
    """What a batch cost. `spent` is JSON (models, tokens, USD), or None if its results were never read.

    `usd` is the sum, `priced_on` the ISO date of the prices. `label` and `owner` are those of the last reading or of
    the deletion.
    """

    spent: str | None = None
    usd: str | None = None
    priced_on: str | None = None
    label: str | None = None
    owner: str | None = None
    read_at: datetime | None = None
    deleted_at: datetime | None = None


def record_spent(connection: Connection, row: LedgerRow) -> None:
    """Record what the results of a batch cost, with its names of today."""
    kept = ("label", "owner", "deleted_at")
    upsert(connection, table, {name: value for name, value in asdict(row).items() if name not in kept})
    _copy_names(connection, row.batch_id)


def record_batch(connection: Connection, batch: LedgerBatch) -> None:
    """Record a batch that may be deleted soon or is deleted. What it cost stays as it is."""
    upsert(connection, table, asdict(batch))


def record_missing(connection: Connection, batch: LedgerBatch) -> None:
    """Record a batch that was not found, unless it has a row."""
    insert_new(connection, table, asdict(batch))


def mark_deleted(connection: Connection, batch_id: str, now: datetime) -> None:
    """Record that a batch was deleted, with its names; do nothing if it has no row."""
    _copy_names(connection, batch_id)
    first = update(table).where(table.c.batch_id == batch_id, table.c.deleted_at.is_(None))
    connection.execute(first.values(deleted_at=now))


def mark_found(connection: Connection, batch_id: str) -> None:
    """Undo `mark_deleted` for a batch that still exists."""
    connection.execute(update(table).where(table.c.batch_id == batch_id).values(deleted_at=None))


def make_ledger_batch(seen: SeenBatch) -> LedgerBatch:
    """Return what was last seen of a batch."""
    counts = json.loads(seen.body).get("request_counts") or {} if seen.ended_at else {}
    return LedgerBatch(seen.id, "", seen.created_at, seen.ended_at, counts.get("succeeded"))


def list_created_since(connection: Connection, since: datetime) -> list[LedgerRow]:
    """Return the rows of the batches created since a moment, oldest batch first."""
    found = connection.execute(
        select(table).where(table.c.created_at >= since).order_by(table.c.created_at, table.c.batch_id)
    )
    return [LedgerRow(**row._mapping) for row in found]


def get_many(connection: Connection, batch_ids: Iterable[str]) -> dict[str, LedgerRow]:
    """Return the rows of these batches, by id."""
    return {
        row.batch_id: LedgerRow(**row._mapping)
        for ids in chunks(batch_ids)
        for row in connection.execute(select(table).where(table.c.batch_id.in_(ids)))
    }


def _copy_names(connection: Connection, batch_id: str) -> None:
    """Copy the label and the owner, which may be deleted with the batch."""
    names = labels.get_names(connection, [batch_id])[batch_id]
    values = {name: value for name, value in (("label", names.label), ("owner", names.owner)) if value}
    if values:
        connection.execute(update(table).where(table.c.batch_id == batch_id).values(values))
