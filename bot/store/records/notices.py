"""Notices: what somebody is to be told, once; stored with the change that causes it, sent afterwards."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from msgspec import Struct
from sqlalchemy import Connection, delete, or_, select, update

from bot.store.db.chunks import chunks
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
"""What a notice tells of; `act`: what a process that died had left undone."""
QUEUE = "slack"
DELIVER = "deliver"


class Notice(Struct, frozen=True):
    """One thing to tell in one place. `key` makes a second one impossible; `mentions` are user ids.

    `channel_id` is a channel's, or a user's for his direct messages. `thread_ts` is the message it answers, `ts` its
    own once it is sent. `given_up` says why it will never be.
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


KNOWN: frozenset[str] = frozenset(get_args(Event))
"""What this version can tell; a newer one beside it may store more."""
FURTHEST = timedelta(hours=3)
"""No attempt is put off so far: what is due later was put off by a clock that has been put back."""


class Due(Struct, frozen=True):
    """What is needed of a notice to hand it over again; its words are not read, because they may be unreadable."""

    key: str
    channel_id: str
    attempts: int


def key_of(batch_id: str, event: Event, channel_id: str) -> str:
    """Give the key of what is told once about a batch in a place."""
    return f"{batch_id}:{event}:{channel_id}"


def add(connection: Connection, notice: Notice) -> bool:
    """Store a notice; False where there is one with this key."""
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
    """Store a notice and hand its delivery over in the same transaction; False where there is one with this key."""
    if not add(connection, notice):
        return False
    enqueue(connection, DELIVER, f"notice:{notice.key}", QUEUE, [notice.key], partition=notice.channel_id)
    return True


def hand_over_again(
    connection: Connection, enqueue: Enqueue, notice: Notice | Due, at: datetime, delay: timedelta
) -> None:
    """Hand the delivery of a notice over once more, to be tried after `delay`."""
    postpone(connection, notice.key, at + delay)
    mark = f"{notice.attempts}-{int(at.timestamp() * 1_000)}"
    place = notice.channel_id
    enqueue(connection, DELIVER, f"notice:{notice.key}:{mark}", QUEUE, [notice.key], delay=delay, partition=place)


def get(connection: Connection, key: str) -> Notice | None:
    """Give a notice, or None. Raises ValueError: what is stored cannot be read."""
    row = connection.execute(select(table).where(table.c.key == key)).one_or_none()
    return _notice(row._mapping) if row else None


def mentioned(connection: Connection, key: str) -> set[str]:
    """Give the users that a notice mentions; nobody where that cannot be read, because it cannot be sent either."""
    stored = connection.execute(select(table.c.mentions).where(table.c.key == key)).scalar_one()
    try:
        return set(json.loads(stored))
    except (ValueError, TypeError):
        return set()


def stored(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Give those of these keys that there is a notice of."""
    found: set[str] = set()
    for some in chunks(keys):
        found.update(connection.execute(select(table.c.key).where(table.c.key.in_(some))).scalars())
    return found


def of_batch(connection: Connection, batch_id: str) -> list[Notice]:
    """Give the notices of a batch, oldest first."""
    rows = connection.execute(select(table).where(table.c.batch_id == batch_id).order_by(table.c.created_at))
    return [_notice(row._mapping) for row in rows]


def waiting(connection: Connection) -> int:
    """Say how many notices are neither sent nor given up."""
    return len(connection.execute(select(table.c.key).where(*_OPEN)).all())


def claim(connection: Connection, key: str, worker: str, now: datetime, lease: timedelta) -> Notice | None:
    """Count an attempt and hold the notice for `lease`; None where it is sent, given up, or held by another."""
    until = table.c.claimed_until  # one further off than a lease was made before a clock was put back
    free = or_(until.is_(None), until <= now, until > now + lease)
    mine = update(table).where(table.c.key == key, *_OPEN, free)
    held = {"claimed_by": worker, "claimed_until": now + lease, "due_at": now + lease}
    if connection.execute(mine.values(attempts=table.c.attempts + 1, **held)).rowcount == 0:
        return None
    return get(connection, key)


def release(connection: Connection, key: str, due_at: datetime, *, used: bool) -> None:
    """Give a held notice back, to be tried at `due_at`; `used` False: the attempt does not count."""
    open_one = update(table).where(table.c.key == key, *_OPEN)
    attempts = table.c.attempts if used else table.c.attempts - 1
    connection.execute(open_one.values(attempts=attempts, due_at=due_at, claimed_by=None, claimed_until=None))


def place_in_thread(connection: Connection, key: str, thread_ts: str) -> None:
    """Note the message a notice answers, before it is posted, so that it is looked for in the same place."""
    connection.execute(update(table).where(table.c.key == key).values(thread_ts=thread_ts))


def leave_thread(connection: Connection, key: str) -> None:
    """Note that the message a notice was to answer is gone."""
    connection.execute(update(table).where(table.c.key == key).values(thread_ts=None))


def mark_sent(connection: Connection, key: str, ts: str, now: datetime) -> None:
    """Note that a notice has arrived."""
    sent = update(table).where(table.c.key == key, table.c.sent_at.is_(None))
    connection.execute(sent.values(sent_at=now, ts=ts, claimed_by=None, claimed_until=None))


def give_up(connection: Connection, key: str, why: str) -> bool:
    """Note that a notice will never be sent there, and why; False where it is settled already."""
    return connection.execute(update(table).where(table.c.key == key, *_OPEN).values(given_up=why)).rowcount == 1


def overdue(connection: Connection, before: datetime, limit: int = 500) -> list[Due]:
    """Give the notices that should have been tried before a moment, oldest first."""
    due = or_(table.c.due_at < before, table.c.due_at > before + FURTHEST)
    wanted = select(table.c.key, table.c.channel_id, table.c.attempts).where(*_OPEN, due)
    return [Due(*row) for row in connection.execute(wanted.order_by(table.c.due_at).limit(limit))]


def take_back(connection: Connection, batch_id: str, event: Event) -> None:
    """Forget that something was told of a batch which was not so: what is not sent is not, and it may be told again."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.event == event))


def postpone(connection: Connection, key: str, due_at: datetime) -> None:
    """Note when a notice that was handed over again is overdue next."""
    connection.execute(update(table).where(table.c.key == key, *_OPEN).values(due_at=due_at))


def release_claims(connection: Connection, worker: str, at: datetime) -> int:
    """Let others try what a dead worker held, from a moment on: a message of his may still be on its way."""
    held = update(table).where(table.c.claimed_by == worker, *_OPEN)
    return connection.execute(held.values(claimed_until=at, due_at=at)).rowcount


_OPEN = (table.c.sent_at.is_(None), table.c.given_up.is_(None))
_BOOKKEEPING = frozenset({"due_at", "claimed_by", "claimed_until"})


def _notice(row: Mapping[Any, Any]) -> Notice:
    values = {name: value for name, value in row.items() if name not in _BOOKKEEPING}
    mentions, payload = tuple(json.loads(values.pop("mentions"))), json.loads(values.pop("payload"))
    return Notice(mentions=mentions, payload=payload, **values)
