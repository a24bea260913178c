"""Summaries of the results of ended batches, who read them, and who downloaded the file. They contain no results."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, or_, select, update

from bot.store.db.chunks import chunks
from bot.store.db.scope import prepare
from bot.store.db.tables import summaries as table
from bot.store.db.upserts import upsert

DownloadedFile = Literal["jsonl", "csv", "errors", "family", "unconfirmed"]
"""Which file was downloaded: all results, all results as a table, only the failures, or the merged file of the
family. `unconfirmed`: Slack did not say whether a file arrived."""

_LEAST_FIRST: tuple[DownloadedFile, ...] = ("unconfirmed", "errors", "csv", "family", "jsonl")
_OF_BATCHES = prepare(select(table).where(table.c.batch_id.in_(bindparam("ids", expanding=True))))


class StoredSummary(Struct, frozen=True):
    """The summary of one batch's results, by whom and when they were read, and which file was last downloaded.

    `summary` is JSON. `priced_on` is the ISO date of the prices in its cost; None if it needed none.
    """

    batch_id: str
    summary: str
    priced_on: str | None
    fetched_by: str
    """A user id; empty if the bot read them for a notice."""
    fetched_at: datetime
    taken: DownloadedFile | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    workspace_id: str = ""


def store_summary(connection: Connection, read: StoredSummary, *, delete_before: datetime) -> StoredSummary:
    """Store the summary of results that were read whole, and return what is stored now.

    The record of downloads stays. Summaries that were read before `delete_before` are deleted.
    """
    connection.execute(delete(table).where(table.c.fetched_at < delete_before))
    renewed = ("batch_id", "summary", "priced_on", "fetched_by", "fetched_at")
    upsert(connection, table, {name: getattr(read, name) for name in renewed})
    return get(connection, read.batch_id) or read


def get(connection: Connection, batch_id: str) -> StoredSummary | None:
    """Return the summary of one batch, or None."""
    return get_many(connection, [batch_id]).get(batch_id)


def get_many(connection: Connection, batch_ids: Iterable[str]) -> dict[str, StoredSummary]:
    """Return the stored summaries of these batches, by id."""
    return {
        row.batch_id: StoredSummary(**row._mapping)
        for ids in chunks(batch_ids)
        for row in connection.execute(_OF_BATCHES, {"ids": ids})
    }


def record_download(connection: Connection, batch_id: str, taken: DownloadedFile, *, by: str, at: datetime) -> None:
    """Record that someone downloaded a file of the results, unless a fuller one was downloaded before."""
    not_fuller = _LEAST_FIRST[: _LEAST_FIRST.index(taken) + 1]
    none_fuller = or_(table.c.taken.is_(None), table.c.taken.in_(not_fuller))
    recorded = update(table).where(table.c.batch_id == batch_id, none_fuller)
    connection.execute(recorded.values(taken=taken, taken_by=by, taken_at=at))


def delete_summary(connection: Connection, batch_id: str) -> None:
    """Delete the summary of a batch."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id))
