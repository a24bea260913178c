"""What each person has sent, one row a draft: reserved when it is sent, released if certainly no batch was made."""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, select, update

from bot.store.db.chunks import chunks
from bot.store.db.scope import workspace_of
from bot.store.db.tables import sends as table
from bot.store.db.upserts import upsert

RETENTION = timedelta(days=40)
"""How long a row is kept: longer than any month."""
_SENDING = 0x62645F33
"""Half of an advisory lock of our own; the other half is the workspace. A transaction that reserves holds it."""


class Send(Struct, frozen=True):
    """A draft that a person sent, or is sending. `usd` is the most that it may cost, None without an upper bound.

    A sample and its rest have the `whole_id` and `whole_usd` of the draft they were parts of: together they cost no
    more. `batch_id` is the batch that was made. `approved_by` is the second person, if there was one.
    """

    draft_id: str
    workspace_id: str
    user_id: str
    sent_at: datetime
    requests: int
    usd: str | None
    whole_id: str
    whole_usd: str | None
    batch_id: str | None = None
    approved_by: str | None = None


def lock(connection: Connection) -> None:
    """Let transactions that add up what was sent and reserve more run one by one.

    Call it before both. On SQLite there is only one writer, so it must have written before it reads.
    """
    if connection.dialect.name != "sqlite":
        key = zlib.crc32(workspace_of(connection).encode()) >> 1  # 31 bits; two workspaces may share one
        connection.execute(select(func.pg_advisory_xact_lock(_SENDING, key)))


def reserve(connection: Connection, send: Send) -> None:
    """Record that a draft is being sent; once, however often it is sent."""
    upsert(connection, table, asdict(send))


def release(connection: Connection, draft_id: str) -> None:
    """Record that certainly no batch was made of a draft."""
    connection.execute(delete(table).where(table.c.draft_id == draft_id, table.c.batch_id.is_(None)))


def set_batch(connection: Connection, send: Send, batch_id: str) -> None:
    """Record the batch that was made of a draft, also if it was released, or was sent again and made another one."""
    made = update(table).where(table.c.draft_id == send.draft_id, table.c.batch_id.is_(None))
    if connection.execute(made.values(batch_id=batch_id)).rowcount == 1:
        return
    known = select(table.c.draft_id).where(table.c.batch_id == batch_id)
    if connection.execute(known).first() is None:
        values = asdict(send) | {"draft_id": f"{send.draft_id}:{batch_id}", "batch_id": batch_id}
        upsert(connection, table, values)


def get(connection: Connection, draft_id: str) -> Send | None:
    """Return the row of a draft, or None."""
    row = connection.execute(select(table).where(table.c.draft_id == draft_id)).one_or_none()
    return Send(**row._mapping) if row else None


def find_most_usd(connection: Connection, batch_ids: Iterable[str]) -> dict[str, Decimal]:
    """Return the most that these batches may cost, by id. Those without a row or an upper bound are left out."""
    return {
        row.batch_id: Decimal(row.usd)
        for ids in chunks(batch_ids)
        for row in connection.execute(select(table).where(table.c.batch_id.in_(ids), table.c.usd.is_not(None)))
    }


def list_since(connection: Connection, since: datetime, user_id: str | None = None) -> list[Send]:
    """Return what was sent since a moment, by everyone or by one person, oldest first."""
    wanted = [table.c.sent_at >= since]
    wanted += [table.c.user_id == user_id] if user_id is not None else []
    found = connection.execute(select(table).where(*wanted).order_by(table.c.sent_at, table.c.draft_id))
    return [Send(**row._mapping) for row in found]


def prune(connection: Connection, now: datetime) -> None:
    """Delete the rows that no limit counts any more."""
    connection.execute(delete(table).where(table.c.sent_at < now - RETENTION))
