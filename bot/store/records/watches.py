"""Who watches which batch and where, what is muted, and how quiet a channel is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, or_, select

from bot.store.db.chunks import chunks
from bot.store.db.tables import batches, mutes, quiet_levels
from bot.store.db.tables import watches as table
from bot.store.db.upserts import insert_new, upsert

Reason = Literal["watch", "cancel", "feed"]
ChannelNotifyLevel = Literal["all", "failures", "none"]
NotifyLevel = Literal["all", "failures", "none", "muted"]
"""What is told of a batch in a place, for whatever reason."""


class StoredWatch(Struct, frozen=True):
    """A stored wish to be told. `channel_id` is where the card is: a `D…` or `U…` id means a direct message.

    The feed's watches belong to nobody: their `user_id` is empty.
    """

    batch_id: str
    user_id: str
    channel_id: str
    reason: Reason
    created_at: datetime


def add(connection: Connection, watch: StoredWatch) -> bool:
    """Store a watch; False where this person watches this batch there already for the same reason."""
    return insert_new(connection, table, asdict(watch))


def remove(connection: Connection, batch_id: str, user_id: str) -> int:
    """End what a person watches of a batch, everywhere, a cancel's follow-through included; say how many it were."""
    return connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.user_id == user_id)).rowcount


def list_for_batch(connection: Connection, batch_id: str) -> list[StoredWatch]:
    """Give a batch's watches, oldest first."""
    return list_for_batches(connection, [batch_id])


def list_for_batches(connection: Connection, batch_ids: Iterable[str]) -> list[StoredWatch]:
    """Give the watches of several batches, oldest first."""
    found: list[StoredWatch] = []
    for some in chunks(batch_ids):
        rows = connection.execute(select(table).where(table.c.batch_id.in_(some)))
        found.extend(StoredWatch(**row._mapping) for row in rows)
    return sorted(found, key=lambda watch: (watch.created_at, watch.user_id))


def list_ids_outside_feed(connection: Connection, feed: str, created_after: datetime) -> frozenset[str]:
    """Give the ids of batches created since a moment that somebody watches and this channel's feed does not."""
    fed = select(table.c.batch_id).where(table.c.channel_id == feed, table.c.reason == "feed")
    wanted = (
        select(table.c.batch_id)
        .join(batches, batches.c.id == table.c.batch_id)
        .where(batches.c.created_at >= created_after, table.c.user_id != "", table.c.batch_id.not_in(fed))
    )
    return frozenset(connection.execute(wanted).scalars())


def list_for_user(connection: Connection, user_id: str, *, over: bool = False) -> list[StoredWatch]:
    """Give what a person watches, newest first; with `over` also batches that have ended or are gone."""
    wanted = select(table).where(table.c.user_id == user_id).order_by(table.c.created_at.desc(), table.c.batch_id)
    if not over:
        wanted = wanted.join(batches, batches.c.id == table.c.batch_id).where(batches.c.over_at.is_(None))
    return [StoredWatch(**row._mapping) for row in connection.execute(wanted)]


def move_to_direct_messages(connection: Connection, batch_id: str, channel_id: str) -> list[StoredWatch]:
    """Move the watches of a batch in a channel that is closed to direct messages; give them as they stand now."""
    here = [watch for watch in list_for_batch(connection, batch_id) if watch.channel_id == channel_id]
    connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.channel_id == channel_id))
    moved = [StoredWatch(w.batch_id, w.user_id, w.user_id, w.reason, w.created_at) for w in here if w.user_id]
    for watch in moved:
        add(connection, watch)
    return moved


def mute(connection: Connection, subject: str, until: datetime | None) -> None:
    """Keep notices of a batch, or in a channel, from being sent: until a moment, or for good."""
    upsert(connection, mutes, {"subject": subject, "until": until})


def unmute(connection: Connection, subject: str) -> bool:
    """Let notices of a batch or in a channel be sent again; False where it was not muted."""
    return connection.execute(delete(mutes).where(mutes.c.subject == subject)).rowcount == 1


def is_muted(connection: Connection, subjects: Iterable[str], now: datetime) -> bool:
    """Say whether any of these (a batch, a channel) is muted now."""
    still = or_(mutes.c.until.is_(None), mutes.c.until > now)
    wanted = select(mutes.c.subject).where(mutes.c.subject.in_(list(subjects)), still).limit(1)
    return connection.execute(wanted).first() is not None


def get_notify_level(connection: Connection, channel_id: str) -> ChannelNotifyLevel:
    """Give what a channel wants to hear: everything unless it was set."""
    wanted = select(quiet_levels.c.level).where(quiet_levels.c.channel_id == channel_id)
    level: ChannelNotifyLevel | None = connection.execute(wanted).scalar_one_or_none()
    return level or "all"


def set_notify_level(connection: Connection, channel_id: str, level: ChannelNotifyLevel) -> None:
    """Set what a channel wants to hear of ends: all, failures only, or none."""
    upsert(connection, quiet_levels, {"channel_id": channel_id, "level": level})


def get_effective_level(connection: Connection, batch_id: str, channel_id: str, now: datetime) -> NotifyLevel:
    """Say what is told of a batch in a place now."""
    return "muted" if is_muted(connection, (batch_id, channel_id), now) else get_notify_level(connection, channel_id)
