"""Long readings under way. Any process can stop one, and a worker reports those whose process died."""

import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select, update

from bot.store.db.tables import readings as table
from bot.store.records import workers

_DELETED_AFTER = timedelta(days=1)  # a reading whose end could not be recorded


class LongReading(Struct, frozen=True):
    """A reading that this person may stop. `held_by` is the process that reads; None for one of an older version.

    Its progress message, once posted, is `ts` in `channel_id`. `again` is the text of its command, once known.
    """

    id: str
    user_id: str
    team_id: str
    started_at: datetime
    stopped_at: datetime | None = None
    held_by: str | None = None
    channel_id: str | None = None
    ts: str | None = None
    again: str | None = None
    workspace_id: str = ""


def make_reading_id() -> str:
    """Return a new id."""
    return secrets.token_hex(8)


def add(connection: Connection, reading: LongReading) -> None:
    """Store a reading, and delete old ones. Raises ValueError if it does not name the process that reads."""
    if reading.held_by is None:
        raise ValueError(f"no process holds reading {reading.id}")
    connection.execute(delete(table).where(table.c.started_at < reading.started_at - _DELETED_AFTER))
    connection.execute(insert(table).values(asdict(reading)))


def set_message(connection: Connection, id: str, channel_id: str, ts: str, again: str) -> None:
    """Record where the progress message is, and the text of the command."""
    connection.execute(update(table).where(table.c.id == id).values(channel_id=channel_id, ts=ts, again=again))


def get(connection: Connection, id: str) -> LongReading | None:
    """Return a reading; None if it has ended."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return LongReading(**row._mapping) if row else None


def list_begun(connection: Connection, user_id: str, held_by: str, since: datetime) -> list[LongReading]:
    """Return the readings of a person that a process began since a moment and that have not ended."""
    by_person = table.c.user_id == user_id, table.c.held_by == held_by, table.c.started_at >= since
    return [LongReading(**row._mapping) for row in connection.execute(select(table).where(*by_person))]


def find_lost(connection: Connection, now: datetime, me: str | None = None) -> list[LongReading]:
    """Return the readings whose process died, oldest first. `me` is a process that lives."""
    alive = workers.list_alive_ids(connection, now) | ({me} if me else set())
    held = select(table).where(table.c.held_by.is_not(None)).order_by(table.c.started_at)
    found = [LongReading(**row._mapping) for row in connection.execute(held)]
    return [reading for reading in found if reading.held_by not in alive]


def request_stop(connection: Connection, id: str, at: datetime) -> None:
    """Ask the process that reads to stop."""
    connection.execute(update(table).where(table.c.id == id, table.c.stopped_at.is_(None)).values(stopped_at=at))


def is_stopped(connection: Connection, id: str) -> bool:
    """Return whether a stop was requested, or the reading was reported as lost: its caller may have asked again."""
    going_on = select(table.c.id).where(table.c.id == id, table.c.stopped_at.is_(None))
    return connection.execute(going_on).one_or_none() is None


def remove(connection: Connection, id: str) -> None:
    """Delete a reading that has ended."""
    connection.execute(delete(table).where(table.c.id == id))
