"""What is remembered of the results of ended batches: their summary, who read it, and who took the file; no text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, delete, or_, select, update

from bot.store.db.chunks import chunks
from bot.store.db.tables import summaries as table
from bot.store.db.upserts import upsert

DownloadedFile = Literal["jsonl", "csv", "errors", "family"]
"""Which file was taken: all results as they are, all of them as a table, only the failures, or what of them is in the
merged file of the family."""

_LEAST_FIRST: tuple[DownloadedFile, ...] = ("errors", "csv", "family", "jsonl")


class StoredSummary(Struct, frozen=True):
    """The summary of one batch's results as text, by whom and when they were read, and which file was last taken.

    `priced_on` is the date (ISO) of the prices its cost was reckoned with; None where none was needed.
    """

    batch_id: str
    summary: str
    priced_on: str | None
    fetched_by: str
    """Empty: the bot by itself, to tell how the batch ended."""
    fetched_at: datetime
    taken: DownloadedFile | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None


def store_summary(connection: Connection, read: StoredSummary, *, delete_before: datetime) -> StoredSummary:
    """Store a summary of results that were read whole, in place of an earlier one, and give what is kept now.

    Who took a file stays. Summaries that were read before the moment `forget` are deleted on the way.
    """
    connection.execute(delete(table).where(table.c.fetched_at < delete_before))
    renewed = ("batch_id", "summary", "priced_on", "fetched_by", "fetched_at")
    upsert(connection, table, {name: getattr(read, name) for name in renewed})
    return get(connection, read.batch_id) or read


def get(connection: Connection, batch_id: str) -> StoredSummary | None:
    """Give what is remembered of one batch, or None."""
    row = connection.execute(select(table).where(table.c.batch_id == batch_id)).one_or_none()
    return StoredSummary(**row._mapping) if row else None


def get_many(connection: Connection, batch_ids: Iterable[str]) -> dict[str, StoredSummary]:
    """Give what is remembered of each of these batches, by their ids."""
    return {
        row.batch_id: StoredSummary(**row._mapping)
        for ids in chunks(batch_ids)
        for row in connection.execute(select(table).where(table.c.batch_id.in_(ids)))
    }


def record_download(connection: Connection, batch_id: str, taken: DownloadedFile, *, by: str, at: datetime) -> None:
    """Record that a file of the results has arrived with somebody; a lesser one does not hide that more was taken."""
    no_more = _LEAST_FIRST[: _LEAST_FIRST.index(taken) + 1]
    hides_nothing = or_(table.c.taken.is_(None), table.c.taken.in_(no_more))
    noted = update(table).where(table.c.batch_id == batch_id, hides_nothing)
    connection.execute(noted.values(taken=taken, taken_by=by, taken_at=at))


def delete_summary(connection: Connection, batch_id: str) -> None:
    """Delete what is remembered of a batch."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id))
