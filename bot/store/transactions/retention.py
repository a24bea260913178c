"""The deletion of old records."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from bot.store.db.scope import here
from bot.store.db.tables import audit, batches, cards, labels, notices, summaries, watches
from bot.store.records import bulks, drafts, events, homes, sends
from bot.store.records.batches import GONE

BATCH_RETENTION = timedelta(days=40)
"""How long after its creation a batch is kept. Its results and reminders are gone after 29 days."""


class Limits(Struct, frozen=True):
    """How long the administrator keeps records; None keeps them. `audit_is_copied`: delete no row before its copy.

    A note counts from the last change of its batch's label, owner or note, a summary from when it was read.
    """

    audit: timedelta | None = None
    notes: timedelta | None = None
    summaries: timedelta | None = None
    audit_is_copied: bool = False


KEEP_ALL = Limits()


def prune(connection: Connection, now: datetime, limits: Limits = KEEP_ALL) -> int:
    """Delete what is too old, such as batches with their watches, cards and notices; return how many batches."""
    drafts.prune(connection, now)
    sends.prune(connection, now)
    events.prune(connection, now)
    bulks.prune(connection, now)
    homes.prune(connection, now)
    _apply_limits(connection, now, limits)
    is_old = batches.c.created_at < now - BATCH_RETENTION, batches.c.over_at.is_not(None)
    old = select(batches.c.id).where(*is_old, here(connection, batches))
    for table in (watches, cards, notices):
        connection.execute(delete(table).where(table.c.batch_id.in_(old)))
    connection.execute(delete(labels).where(labels.c.batch_id.in_(old.where(batches.c.status == GONE))))
    connection.execute(
        delete(notices).where(notices.c.batch_id.is_(None), notices.c.created_at < now - BATCH_RETENTION)
    )
    return connection.execute(delete(batches).where(batches.c.id.in_(old))).rowcount


def _apply_limits(connection: Connection, now: datetime, limits: Limits) -> None:
    if limits.audit is not None:
        old = delete(audit).where(audit.c.at < now - limits.audit)
        connection.execute(old.where(audit.c.copied_at.is_not(None)) if limits.audit_is_copied else old)
    if limits.notes is not None:
        noted = labels.c.note.is_not(None), labels.c.changed_at < now - limits.notes
        connection.execute(update(labels).where(*noted).values(note=None))
    if limits.summaries is not None:
        connection.execute(delete(summaries).where(summaries.c.fetched_at < now - limits.summaries))
