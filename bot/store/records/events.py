"""The events of Slack that are answered: each by the one process that claimed it, however often Slack delivers it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, select, update

from bot.store.db.tables import events as table
from bot.store.db.upserts import insert_new

RETENTION = timedelta(days=2)
"""How long an event is remembered. Slack repeats one for 24 hours at most (docs.slack.dev, Events API)."""


class ClaimedEvent(Struct, frozen=True):
    """A message that addresses the bot. `again` is its command, until it is answered.

    `held_by` is the process that answers it; None once that is done.
    """

    workspace_id: str
    event_id: str
    user_id: str
    again: str
    seen_at: datetime
    held_by: str | None = None


def claim(connection: Connection, event: ClaimedEvent) -> bool:
    """Claim an event; False if it was claimed before. Raises ValueError if it does not name the process."""
    if event.held_by is None:
        raise ValueError(f"no process holds event {event.event_id}")
    return insert_new(connection, table, asdict(event))


def mark_answered(connection: Connection, workspace_id: str, event_id: str) -> bool:
    """Record that an event is answered; False if it was already."""
    wanted = table.c.workspace_id == workspace_id, table.c.event_id == event_id, table.c.held_by.is_not(None)
    return connection.execute(update(table).where(*wanted).values(held_by=None, again="")).rowcount == 1


def list_lost(connection: Connection, workspace_id: str, alive: Collection[str]) -> list[ClaimedEvent]:
    """Return the events that dead processes left unanswered, oldest first."""
    wanted = table.c.workspace_id == workspace_id, table.c.held_by.is_not(None)
    found = connection.execute(select(table).where(*wanted).order_by(table.c.seen_at))
    return [event for event in (ClaimedEvent(**row._mapping) for row in found) if event.held_by not in alive]


def prune(connection: Connection, now: datetime) -> None:
    """Delete the events that Slack does not deliver any more."""
    connection.execute(delete(table).where(table.c.seen_at < now - RETENTION))
