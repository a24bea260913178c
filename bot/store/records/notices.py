"""Notices: messages that are sent once. Each is stored with the change that causes it, and sent afterwards."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from bot.store.db.chunks import chunks
from bot.store.db.outbox import NO_CLAIM, Outbox, PrimaryKey
from bot.store.db.tables import notices as table
from bot.store.db.task_queue import Enqueue
from bot.store.db.upserts import insert_new

Event = Literal[
    "ended",
    "canceled",
    "gone",
    "expires_soon",
    "results_expire_7d",
    "results_expire_1d",
    "unseen",
    "digest",
    "appeared",
    "act",
]
"""What a notice is about. `act`: work that a dead process had left undone."""
DELIVER = "deliver"
"""The workflow that delivers a notice."""


class Notice(Struct, frozen=True):
    """One message for one place. `key` prevents a second one. `mentions` are user ids.

    `channel_id` is a channel, or a user for a direct message. `thread_ts` is the message that the notice answers, and
    `ts` its own once it is sent. `given_up` says why it will never be sent. `is_uncertain`: an attempt may have sent it
    without learning of it.
    """

    key: str
    batch_id: str | None
    event: Event
    channel_id: str
    mentions: tuple[str, ...]
    created_at: datetime
    payload: Mapping[str, Any] = {}
    attempts: int = 0
    thread_ts: str | None = None
    sent_at: datetime | None = None
    ts: str | None = None
    given_up: str | None = None
    is_uncertain: bool | None = None
    workspace_id: str = ""

    @property
    def primary_key(self) -> PrimaryKey:
        """Return the value of the primary key."""
        return (self.key,)

    @property
    def is_open(self) -> bool:
        """Whether it is neither sent nor given up."""
        return self.sent_at is None and self.given_up is None


KNOWN_EVENTS: frozenset[str] = frozenset(get_args(Event))
"""The events that this version can send. A newer version beside it may store others."""


def _load(columns: Mapping[str, Any]) -> Notice:
    mentions = tuple(json.loads(columns["mentions"]))
    payload = json.loads(columns["payload"])
    return Notice(**{**columns, "mentions": mentions, "payload": payload})


OUTBOX = Outbox(
    table,
    _load,
    is_open=(table.c.sent_at.is_(None), table.c.given_up.is_(None)),
    workflow=DELIVER,
    queue="slack",
    prefix="notice",
)


def notice_key(batch_id: str, event: Event, channel_id: str) -> str:
    """Return the key of a notice that is sent once for a batch in a place."""
    return f"{batch_id}:{event}:{channel_id}"


def add(connection: Connection, notice: Notice) -> bool:
    """Store a notice; False if its key exists."""
    values = {
        "key": notice.key,
        "batch_id": notice.batch_id,
        "event": notice.event,
        "channel_id": notice.channel_id,
        "mentions": json.dumps(notice.mentions),
        "payload": json.dumps(dict(notice.payload)),
        "created_at": notice.created_at,
        "attempts": 0,
        "due_at": notice.created_at,
    }
    return insert_new(connection, table, values)


def send(connection: Connection, enqueue: Enqueue, notice: Notice) -> bool:
    """Store a notice and enqueue its delivery in the same transaction; False if its key exists."""
    if not add(connection, notice):
        return False
    OUTBOX.enqueue(connection, enqueue, notice.primary_key, notice.channel_id)
    return True


def get(connection: Connection, key: str) -> Notice | None:
    """Return a notice, or None. Raises ValueError if it cannot be read."""
    return OUTBOX.get(connection, (key,))


def get_address(connection: Connection, key: str) -> tuple[str | None, str, str]:
    """Return the batch, the event and the place of a notice, also of one that cannot be read."""
    address = select(table.c.batch_id, table.c.event, table.c.channel_id).where(table.c.key == key)
    batch_id, event, channel_id = connection.execute(address).one()
    return batch_id, event, channel_id


def find_last_digest(connection: Connection, channel_id: str) -> Notice | None:
    """Return the newest digest of a channel that was sent or still will be. Raises ValueError if it cannot be read."""
    digests = table.c.event == "digest", table.c.channel_id == channel_id, table.c.given_up.is_(None)
    row = connection.execute(select(table.c.key).where(*digests).order_by(table.c.created_at.desc()).limit(1))
    key = row.scalar_one_or_none()
    return get(connection, key) if key is not None else None


def get_mentions(connection: Connection, key: str) -> set[str]:
    """Return the users that a notice mentions; no one if it cannot be read, because it cannot be sent either."""
    stored = connection.execute(select(table.c.mentions).where(table.c.key == key)).scalar_one()
    try:
        return set(json.loads(stored))
    except (ValueError, TypeError):
        return set()


def find_stored_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return those of these keys that exist."""
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(connection.execute(select(table.c.key).where(table.c.key.in_(chunk))).scalars())
    return found


def list_for_batch(connection: Connection, batch_id: str) -> list[Notice]:
    """Return the notices of a batch, oldest first."""
    rows = connection.execute(select(table).where(table.c.batch_id == batch_id).order_by(table.c.created_at))
    return [OUTBOX.read(row._mapping) for row in rows]


def set_thread(connection: Connection, key: str, thread_ts: str) -> None:
    """Record the message that a notice answers before it is posted, so that the bot looks for it in the same place."""
    connection.execute(update(table).where(table.c.key == key).values(thread_ts=thread_ts))


def clear_thread(connection: Connection, key: str) -> None:
    """Record that the message which a notice was to answer is gone."""
    connection.execute(update(table).where(table.c.key == key).values(thread_ts=None))


def mark_sent(connection: Connection, key: str, ts: str, now: datetime) -> None:
    """Record that a notice was sent."""
    sent = update(table).where(table.c.key == key, table.c.sent_at.is_(None))
    connection.execute(sent.values(sent_at=now, ts=ts, **NO_CLAIM))


def retract(connection: Connection, batch_id: str, event: Event) -> None:
    """Delete the notices of an event that did not happen. Unsent ones are not sent, and the event may be announced."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.event == event))
