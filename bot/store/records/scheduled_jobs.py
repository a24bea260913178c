"""Jobs that one of several processes does from time to time: when each is due, and how its last turns went.

Each workspace has jobs of its own.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, or_, select, update

from bot.store.db.scope import name_job
from bot.store.db.tables import duties as table
from bot.store.db.upserts import insert_new


class ScheduledJob(Struct, frozen=True):
    """A job: when it is due next, how many turns it had, when it last succeeded, and since when it fails."""

    name: str
    due_at: datetime
    turn: int
    done_at: datetime | None
    failing_since: datetime | None


FURTHEST = timedelta(hours=26)
"""No job is due later than this. One that is was scheduled before a clock was set back."""


def claim_turn(
    connection: Connection, name: str, now: datetime, next_due: datetime, furthest: timedelta = FURTHEST
) -> int | None:
    """Claim the turn of a job that is due: return its number to exactly one process, None to the others.

    A job that is due later than `furthest` from now is due at once, because a clock was set back.
    """
    insert_new(connection, table, {"name": name_job(connection, name), "due_at": now, "turn": 0})
    due = or_(table.c.due_at <= now, table.c.due_at > now + furthest)
    claimed = (
        update(table)
        .where(table.c.name == name_job(connection, name), due)
        .values(due_at=next_due, turn=table.c.turn + 1)
    )
    return connection.execute(claimed.returning(table.c.turn)).scalar_one_or_none()


def find_due(connection: Connection, names: Collection[str], now: datetime) -> list[str]:
    """Return those of these jobs that are due or never had a turn; another process may claim them first."""
    stored = {name_job(connection, name): name for name in names}
    later = select(table.c.name).where(
        table.c.name.in_(list(stored)), table.c.due_at > now, table.c.due_at <= now + FURTHEST
    )
    waiting = frozenset(connection.execute(later).scalars())
    return [name for job, name in stored.items() if job not in waiting]


def get(connection: Connection, name: str) -> ScheduledJob | None:
    """Return a job; None if it never had a turn."""
    row = connection.execute(select(table).where(table.c.name == name_job(connection, name))).one_or_none()
    return ScheduledJob(**row._mapping) if row else None


def set_due(connection: Connection, name: str, due_at: datetime, *, not_later: bool = False) -> None:
    """Set when a job is due next. `not_later`: only if that is sooner than what is stored."""
    insert_new(connection, table, {"name": name_job(connection, name), "due_at": due_at, "turn": 0})
    job = update(table).where(table.c.name == name_job(connection, name))
    connection.execute((job.where(table.c.due_at > due_at) if not_later else job).values(due_at=due_at))


def mark_done(connection: Connection, name: str, now: datetime) -> None:
    """Record that a job succeeded."""
    connection.execute(
        update(table).where(table.c.name == name_job(connection, name)).values(done_at=now, failing_since=None)
    )


def mark_failing(connection: Connection, name: str, now: datetime) -> None:
    """Record when a job first failed."""
    job = update(table).where(table.c.name == name_job(connection, name), table.c.failing_since.is_(None))
    connection.execute(job.values(failing_since=now))
