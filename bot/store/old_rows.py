"""What is deleted because nobody will ask for it again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from bot.store.tables import batches, cards, notices, watches

KEPT = timedelta(days=40)
"""After their creation: results are gone after 29 days, and so is every reminder."""


def prune(connection: Connection, now: datetime) -> int:
    """Delete batches created long ago with their watches, cards and notices; say how many batches they were."""
    old = select(batches.c.id).where(batches.c.created_at < now - KEPT, batches.c.over_at.is_not(None))
    for table in (watches, cards, notices):
        connection.execute(delete(table).where(table.c.batch_id.in_(old)))
    connection.execute(delete(notices).where(notices.c.batch_id.is_(None), notices.c.created_at < now - KEPT))
    return connection.execute(delete(batches).where(batches.c.id.in_(old))).rowcount
