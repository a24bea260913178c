"""Stored confirmations: asked once, used at most once, gone after a while."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select, update

from bot.store.db.tables import confirmations as table


class StoredConfirmation(Struct, frozen=True):
    """A question somebody was asked: by whom, for which command on which batch, and in which state of that batch."""

    id: str
    user_id: str
    team_id: str
    command: str
    subject: str
    state: str
    asked_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def add(connection: Connection, confirmation: StoredConfirmation) -> None:
    """Store a confirmation, before its question is shown."""
    connection.execute(insert(table).values(asdict(confirmation)))


def get(connection: Connection, id: str) -> StoredConfirmation | None:
    """Give the confirmation, used and lapsed ones too, or None where there is none."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return StoredConfirmation(**row._mapping) if row else None


def redeem(connection: Connection, id: str, now: datetime) -> bool:
    """Redeem the confirmation; True for exactly one caller among all threads and processes, and never once it lapsed.

    One guarded UPDATE, because between a look and a write somebody else may press. It counts when the transaction
    commits: act only after that.
    """
    unused = update(table).where(table.c.id == id, table.c.used_at.is_(None), table.c.expires_at > now)
    return connection.execute(unused.values(used_at=now)).rowcount == 1


def withdraw(connection: Connection, id: str, now: datetime) -> bool:
    """Mark the confirmation used without an act, so that nobody can redeem it; False if it was used already."""
    unused = update(table).where(table.c.id == id, table.c.used_at.is_(None))
    return connection.execute(unused.values(used_at=now)).rowcount == 1


def prune(connection: Connection, before: datetime) -> int:
    """Delete the confirmations that lapsed before that moment, used or not, and say how many they were."""
    return connection.execute(delete(table).where(table.c.expires_at < before)).rowcount
