"""What is to be done now and then by one of several processes: whose turn it is, and how it has been going."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, or_, select, update

from bot.store.db.tables import duties as table
from bot.store.db.upserts import insert_new


class ScheduledJob(Struct, frozen=True):
    """A duty: when it is due next, how often it was taken, when it was last done well, and since when it fails."""

    name: str
    due_at: datetime
    turn: int
    done_at: datetime | None
    failing_since: datetime | None


FURTHEST = timedelta(hours=26)


def claim_turn(
    connection: Connection, name: str, now: datetime, next_due: datetime, furthest: timedelta = FURTHEST
) -> int | None:
    """Take a duty that is due: its turn's number for exactly one of several processes, None for the others.

    What is due later than `furthest` from now is due at once: a clock was put back.
    """
    insert_new(connection, table, {"name": name, "due_at": now, "turn": 0})
    due = or_(table.c.due_at <= now, table.c.due_at > now + furthest)
    taken = update(table).where(table.c.name == name, due).values(due_at=next_due, turn=table.c.turn + 1)
    return connection.execute(taken.returning(table.c.turn)).scalar_one_or_none()


def get(connection: Connection, name: str) -> ScheduledJob | None:
    """Give a duty, or None where it was never taken."""
    row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
    return ScheduledJob(**row._mapping) if row else None


def set_due(connection: Connection, name: str, due_at: datetime, *, not_later: bool = False) -> None:
    """Say when a duty is due next; `not_later`: only if that is sooner than it stands."""
    insert_new(connection, table, {"name": name, "due_at": due_at, "turn": 0})
    here = update(table).where(table.c.name == name)
    connection.execute((here.where(table.c.due_at > due_at) if not_later else here).values(due_at=due_at))


def mark_done(connection: Connection, name: str, now: datetime) -> None:
    """Note that a duty went well."""
    connection.execute(update(table).where(table.c.name == name).values(done_at=now, failing_since=None))


def mark_failing(connection: Connection, name: str, now: datetime) -> None:
    """Note since when a duty fails; the first failure counts."""
    here = update(table).where(table.c.name == name, table.c.failing_since.is_(None))
    connection.execute(here.values(failing_since=now))
