"""Stored confirmations: each is asked once, redeemed at most once, and expires."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select, update

from bot.store.db.tables import confirmations as table


class StoredConfirmation(Struct, frozen=True):
    """A question to a user: for which command on which subject, and in which state of that subject."""

    id: str
    user_id: str
    team_id: str
    command: str
    subject: str
    state: str
    asked_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    workspace_id: str = ""


def add(connection: Connection, confirmation: StoredConfirmation) -> None:
    """Store a confirmation before its question appears."""
    connection.execute(insert(table).values(asdict(confirmation)))


def get(connection: Connection, id: str) -> StoredConfirmation | None:
    """Return a confirmation, also a used or expired one, or None."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return StoredConfirmation(**row._mapping) if row else None


def list_open(connection: Connection, user_id: str, now: datetime) -> list[StoredConfirmation]:
    """Return the questions that a person has not answered and still may, the newest last."""
    wanted = table.c.user_id == user_id, table.c.used_at.is_(None), table.c.expires_at > now
    found = connection.execute(select(table).where(*wanted).order_by(table.c.asked_at))
    return [StoredConfirmation(**row._mapping) for row in found]


def redeem(connection: Connection, id: str, now: datetime) -> bool:
    """Redeem a confirmation; True for exactly one caller among all processes, and never after it expired.

    It is one guarded UPDATE, because someone else may press between a read and a write. Act only after the transaction
    has committed.
    """
    unused = update(table).where(table.c.id == id, table.c.used_at.is_(None), table.c.expires_at > now)
    return connection.execute(unused.values(used_at=now)).rowcount == 1


def withdraw(connection: Connection, id: str, now: datetime) -> bool:
    """Mark a confirmation as used without an act, so that no one can redeem it; False if it was used already."""
    unused = update(table).where(table.c.id == id, table.c.used_at.is_(None))
    return connection.execute(unused.values(used_at=now)).rowcount == 1


def prune(connection: Connection, before: datetime) -> int:
    """Delete the confirmations that expired before a moment and return how many."""
    return connection.execute(delete(table).where(table.c.expires_at < before)).rowcount
