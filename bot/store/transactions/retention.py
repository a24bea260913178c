"""The deletion of old records."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from bot.store.db.tables import batches, cards, labels, notices, watches
from bot.store.records import drafts
from bot.store.records.batches import GONE

BATCH_RETENTION = timedelta(days=40)
"""How long after its creation a batch is kept. Its results and reminders are gone after 29 days."""


def prune(connection: Connection, now: datetime) -> int:
    """Delete old drafts, and old batches with their watches, cards and notices; return how many batches."""
    drafts.prune(connection, now)
    old = select(batches.c.id).where(batches.c.created_at < now - BATCH_RETENTION, batches.c.over_at.is_not(None))
    for table in (watches, cards, notices):
        connection.execute(delete(table).where(table.c.batch_id.in_(old)))
    connection.execute(delete(labels).where(labels.c.batch_id.in_(old.where(batches.c.status == GONE))))
    connection.execute(
        delete(notices).where(notices.c.batch_id.is_(None), notices.c.created_at < now - BATCH_RETENTION)
    )
    return connection.execute(delete(batches).where(batches.c.id.in_(old))).rowcount
