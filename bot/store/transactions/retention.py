"""What is deleted because nobody will ask for it again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from bot.store.db.tables import batches, cards, labels, notices, watches
from bot.store.records import drafts
from bot.store.records.batches import GONE

KEPT = timedelta(days=40)
"""After their creation: results are gone after 29 days, and so is every reminder."""


def prune(connection: Connection, now: datetime) -> int:
    """Delete drafts nobody wants, and batches of long ago with all that was told of them; say how many batches."""
    drafts.prune(connection, now)
    old = select(batches.c.id).where(batches.c.created_at < now - KEPT, batches.c.over_at.is_not(None))
    for table in (watches, cards, notices):
        connection.execute(delete(table).where(table.c.batch_id.in_(old)))
    connection.execute(delete(labels).where(labels.c.batch_id.in_(old.where(batches.c.status == GONE))))
    connection.execute(delete(notices).where(notices.c.batch_id.is_(None), notices.c.created_at < now - KEPT))
    return connection.execute(delete(batches).where(batches.c.id.in_(old))).rowcount
