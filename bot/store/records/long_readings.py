"""Long readings under way, so that a press in whichever process can stop one, and none is shown after its process."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select, update

from bot.store.db.tables import readings as table
from bot.store.records import workers

_FORGOTTEN_AFTER = timedelta(days=1)  # what nobody could tell the end of


class LongReading(Struct, frozen=True):
    """A reading that this person may stop. `held_by` is the process that reads; None: it is of an older version.

    Its progress message is `ts` in `channel_id`, once it is posted; `again` spells the command, once that is known.
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


def add(connection: Connection, reading: LongReading) -> None:
    """Store a reading."""
    connection.execute(delete(table).where(table.c.started_at < reading.started_at - _FORGOTTEN_AFTER))
    connection.execute(insert(table).values(asdict(reading)))


def set_message(connection: Connection, id: str, channel_id: str, ts: str, again: str) -> None:
    """Note where its progress message stands, and what spells it again."""
    connection.execute(update(table).where(table.c.id == id).values(channel_id=channel_id, ts=ts, again=again))


def get(connection: Connection, id: str) -> LongReading | None:
    """Give a reading; None when it has ended."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return LongReading(**row._mapping) if row else None


def find_lost(connection: Connection, now: datetime, me: str | None = None) -> list[LongReading]:
    """Give the readings whose process has died (`me` lives), oldest first."""
    alive = workers.list_alive_ids(connection, now) | {me}
    held = select(table).where(table.c.held_by.is_not(None)).order_by(table.c.started_at)
    found = [LongReading(**row._mapping) for row in connection.execute(held)]
    return [reading for reading in found if reading.held_by not in alive]


def request_stop(connection: Connection, id: str, at: datetime) -> None:
    """Ask whoever reads to stop."""
    connection.execute(update(table).where(table.c.id == id, table.c.stopped_at.is_(None)).values(stopped_at=at))


def is_stopped(connection: Connection, id: str) -> bool:
    """Tell whether somebody has asked for a stop, or it was told as lost: its caller may have asked again by now."""
    going_on = select(table.c.id).where(table.c.id == id, table.c.stopped_at.is_(None))
    return connection.execute(going_on).one_or_none() is None


def remove(connection: Connection, id: str) -> None:
    """Forget a reading, however it ended."""
    connection.execute(delete(table).where(table.c.id == id))
