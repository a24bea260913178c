"""Long readings under way, so that a press in whichever process can stop one."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.tables import readings as table

_FORGOTTEN_AFTER = timedelta(days=1)  # what a process that was killed has left behind


def begin(connection: Connection, id: str, *, user_id: str, team_id: str, at: datetime) -> None:
    """Store a reading that this person may stop."""
    connection.execute(delete(table).where(table.c.started_at < at - _FORGOTTEN_AFTER))
    connection.execute(insert(table).values(id=id, user_id=user_id, team_id=team_id, started_at=at))


def owner(connection: Connection, id: str) -> tuple[str, str] | None:
    """Give the user and the team whose reading it is; None when it has ended."""
    row = connection.execute(select(table.c.user_id, table.c.team_id).where(table.c.id == id)).one_or_none()
    return (row.user_id, row.team_id) if row else None


def stop(connection: Connection, id: str, at: datetime) -> None:
    """Ask whoever reads to stop."""
    connection.execute(update(table).where(table.c.id == id, table.c.stopped_at.is_(None)).values(stopped_at=at))


def is_stopped(connection: Connection, id: str) -> bool:
    """Tell whether somebody has asked for a stop."""
    wanted = select(table.c.id).where(table.c.id == id, table.c.stopped_at.is_not(None))
    return connection.execute(wanted).one_or_none() is not None


def end(connection: Connection, id: str) -> None:
    """Forget a reading, however it ended."""
    connection.execute(delete(table).where(table.c.id == id))
