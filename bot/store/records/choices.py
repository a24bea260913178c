"""Which workspace each person chose for direct messages with the bot and for Home, where no channel says it."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.db.tables import choices as table
from bot.store.db.upserts import upsert


def get(connection: Connection, user_id: str) -> str | None:
    """Return the key of the workspace that a person chose, or None."""
    return connection.execute(select(table.c.workspace_id).where(table.c.user_id == user_id)).scalar_one_or_none()


def choose(connection: Connection, user_id: str, key: str, at: datetime) -> None:
    """Store the choice of a person in place of an earlier one."""
    upsert(connection, table, {"user_id": user_id, "workspace_id": key, "chosen_at": at})
