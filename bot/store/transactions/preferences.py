"""Changes of what people are notified of, each in one transaction with its audit entry."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, watches
from bot.store.records import batches as batch_records
from bot.store.records.audit import Intent
from bot.store.records.batches import SeenBatch
from bot.store.records.watches import ChannelNotifyLevel, StoredWatch


class AuditedChange(Struct, frozen=True):
    """A change for the audit record: who, where, by which command, about which batch or channel, and when."""

    user_id: str
    team_id: str
    channel_id: str | None
    command: str
    subject: str
    at: datetime


def end_watches(connection: Connection, enqueue: Enqueue, batch_id: str, user_id: str, now: datetime) -> list[str]:
    """End a person's watches on a batch and redraw its cards; return the channels of the watches."""
    mine = [watch for watch in watches.list_for_batch(connection, batch_id) if watch.user_id == user_id]
    watches.remove(connection, batch_id, user_id)
    cards.redraw_all(connection, enqueue, batch_id, now)
    return sorted({watch.channel_id for watch in mine})


def list_watched_batches(connection: Connection, user_id: str) -> list[tuple[StoredWatch, SeenBatch]]:
    """Return what a person watches that is not over, with the batches as last seen, newest watch first."""
    mine = watches.list_for_user(connection, user_id)
    seen = batch_records.get_many(connection, {watch.batch_id for watch in mine})
    return [(watch, seen[watch.batch_id]) for watch in mine if watch.batch_id in seen]


def mute(connection: Connection, until: datetime | None, change: AuditedChange) -> None:
    """Mute a batch or channel until a moment, or for good, and record it."""
    watches.mute(connection, change.subject, until)
    _record(connection, change)


def unmute(connection: Connection, change: AuditedChange) -> None:
    """Unmute a batch or channel, and record it."""
    watches.unmute(connection, change.subject)
    _record(connection, change)


def set_level(connection: Connection, level: ChannelNotifyLevel, change: AuditedChange) -> None:
    """Set what a channel wants to hear, and record it."""
    watches.set_notify_level(connection, change.subject, level)
    _record(connection, change)


def _record(connection: Connection, change: AuditedChange) -> None:
    intent = Intent(**asdict(change), verb=change.command.partition(" ")[0], confirmation_id=None)
    audit.record_act(connection, intent, "done", change.at)
