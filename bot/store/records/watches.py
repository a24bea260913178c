"""Who watches which batch and where, what is muted, and how much each channel wants to hear."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, bindparam, delete, or_, select

from bot.store.db.chunks import chunks
from bot.store.db.scope import here, prepare
from bot.store.db.tables import batches, mutes, quiet_levels
from bot.store.db.tables import watches as table
from bot.store.db.upserts import insert_new, upsert

WatchReason = Literal["watch", "cancel", "feed"]
ChannelNotifyLevel = Literal["all", "failures", "none"]
NotifyLevel = Literal["all", "failures", "none", "muted"]
"""What is sent about a batch in a place, for whatever reason."""
_OF_BATCHES = prepare(select(table).where(table.c.batch_id.in_(bindparam("ids", expanding=True))))


class StoredWatch(Struct, frozen=True):
    """Someone watches a batch. `channel_id` is where the card is; a `D…` or `U…` id means a direct message.

    The feed's watches belong to no one: their `user_id` is empty.
    """

    batch_id: str
    user_id: str
    channel_id: str
    reason: WatchReason
    created_at: datetime
    workspace_id: str = ""


def add(connection: Connection, watch: StoredWatch) -> bool:
    """Store a watch; False if this person watches this batch there already for the same reason."""
    return insert_new(connection, table, asdict(watch))


def remove(connection: Connection, batch_id: str, user_id: str) -> int:
    """Delete all watches of a person on a batch, also those that a cancel began; return how many."""
    return connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.user_id == user_id)).rowcount


def list_for_batch(connection: Connection, batch_id: str) -> list[StoredWatch]:
    """Return a batch's watches, oldest first."""
    return list_for_batches(connection, [batch_id])


def list_for_batches(connection: Connection, batch_ids: Iterable[str]) -> list[StoredWatch]:
    """Return the watches of several batches, oldest first."""
    found: list[StoredWatch] = []
    for chunk in chunks(batch_ids):
        rows = connection.execute(_OF_BATCHES, {"ids": chunk})
        found.extend(StoredWatch(**row._mapping) for row in rows)
    return sorted(found, key=lambda watch: (watch.created_at, watch.user_id))


def list_ids_outside_feed(connection: Connection, feed: str, created_after: datetime) -> frozenset[str]:
    """Return the ids of batches that were created since a moment, are watched, and are not in the feed of a channel."""
    fed = select(table.c.batch_id).where(table.c.channel_id == feed, table.c.reason == "feed", here(connection, table))
    wanted = (
        select(table.c.batch_id)
        .join(batches, batches.c.id == table.c.batch_id)
        .where(batches.c.created_at >= created_after, table.c.user_id != "", table.c.batch_id.not_in(fed))
    )
    return frozenset(connection.execute(wanted).scalars())


def list_for_user(connection: Connection, user_id: str, *, include_over: bool = False) -> list[StoredWatch]:
    """Return what a person watches, newest first. `include_over`: also batches that have ended or are gone."""
    wanted = select(table).where(table.c.user_id == user_id).order_by(table.c.created_at.desc(), table.c.batch_id)
    if not include_over:
        wanted = wanted.join(batches, batches.c.id == table.c.batch_id).where(batches.c.over_at.is_(None))
    return [StoredWatch(**row._mapping) for row in connection.execute(wanted)]


def move_to_direct_messages(connection: Connection, batch_id: str, channel_id: str) -> list[StoredWatch]:
    """Move the watches of a batch from a channel to direct messages, and return them as they are now."""
    here = [watch for watch in list_for_batch(connection, batch_id) if watch.channel_id == channel_id]
    connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.channel_id == channel_id))
    moved = [StoredWatch(w.batch_id, w.user_id, w.user_id, w.reason, w.created_at) for w in here if w.user_id]
    for watch in moved:
        add(connection, watch)
    return moved


def mute(connection: Connection, subject: str, until: datetime | None) -> None:
    """Mute a batch or a channel, until a moment or for good."""
    upsert(connection, mutes, {"subject": subject, "until": until})


def unmute(connection: Connection, subject: str) -> bool:
    """Unmute a batch or a channel; False if it was not muted."""
    return connection.execute(delete(mutes).where(mutes.c.subject == subject)).rowcount == 1


def is_muted(connection: Connection, subjects: Iterable[str], now: datetime) -> bool:
    """Return whether any of these batches or channels is muted now."""
    still = or_(mutes.c.until.is_(None), mutes.c.until > now)
    wanted = select(mutes.c.subject).where(mutes.c.subject.in_(list(subjects)), still).limit(1)
    return connection.execute(wanted).first() is not None


def get_notify_level(connection: Connection, channel_id: str) -> ChannelNotifyLevel:
    """Return what a channel wants to hear: everything, unless it was set."""
    wanted = select(quiet_levels.c.level).where(quiet_levels.c.channel_id == channel_id)
    level: ChannelNotifyLevel | None = connection.execute(wanted).scalar_one_or_none()
    return level or "all"


def set_notify_level(connection: Connection, channel_id: str, level: ChannelNotifyLevel) -> None:
    """Set what a channel wants to hear: all ends, failures only, or none."""
    upsert(connection, quiet_levels, {"channel_id": channel_id, "level": level})


def get_effective_level(connection: Connection, batch_id: str, channel_id: str, now: datetime) -> NotifyLevel:
    """Return what is sent about a batch in a place now."""
    return "muted" if is_muted(connection, (batch_id, channel_id), now) else get_notify_level(connection, channel_id)
