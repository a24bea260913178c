"""The Home tabs that people opened, and what was true when each was drawn."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, select, update

from bot.store.db.tables import homes as table
from bot.store.db.upserts import upsert

REDRAWN_FOR = timedelta(days=2)
"""How long after a visit a tab is redrawn. Slack does not say when someone leaves it."""


ONCE_IN = timedelta(minutes=1)
"""How often one person's tab is redrawn at most, by all processes together."""


def name_place(user_id: str) -> str:
    """Return the name under which the drawings of a tab are paced (see records.workers)."""
    return f"home:{user_id}"


class OpenedHome(Struct, frozen=True):
    """A person's Home tab. `shown` is the state that its last drawing shows (see transactions.home_state)."""

    workspace_id: str
    user_id: str
    team_id: str
    opened_at: datetime
    shown: str


def record_visit(connection: Connection, home: OpenedHome) -> None:
    """Store a visit, which draws the tab."""
    upsert(connection, table, asdict(home))


def leave(connection: Connection, user_id: str) -> None:
    """Forget a person's visits in every workspace, before they see another one."""
    connection.execute(delete(table).where(table.c.user_id == user_id))


def list_opened(connection: Connection, workspace_id: str, now: datetime) -> list[OpenedHome]:
    """Return the tabs that were opened lately, the last visit first."""
    wanted = table.c.workspace_id == workspace_id, table.c.opened_at > now - REDRAWN_FOR
    found = connection.execute(select(table).where(*wanted).order_by(table.c.opened_at.desc(), table.c.user_id))
    return [OpenedHome(**row._mapping) for row in found]


def claim_redraw(connection: Connection, home: OpenedHome, shown: str) -> bool:
    """Record that a tab is drawn anew; True for exactly one process that saw the same."""
    unchanged = (
        table.c.workspace_id == home.workspace_id,
        table.c.user_id == home.user_id,
        table.c.shown == home.shown,
    )
    return connection.execute(update(table).where(*unchanged).values(shown=shown)).rowcount == 1


def prune(connection: Connection, now: datetime) -> None:
    """Delete the tabs that are not redrawn any more."""
    connection.execute(delete(table).where(table.c.opened_at <= now - REDRAWN_FOR))
