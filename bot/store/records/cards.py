"""Cards: one message a batch and channel, which is edited in place as the batch changes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, func, or_, select, update

from bot.store.db.tables import batches
from bot.store.db.tables import cards as table
from bot.store.db.task_queue import Enqueue
from bot.store.db.upserts import insert_new

QUEUE = "cards"
DRAW = "draw"
FURTHEST = timedelta(hours=3)
"""No drawing is put off so far: what is due later was put off by a clock that has been put back."""


class Card(Struct, frozen=True):
    """A batch's card in a channel, which is `posted_in` (a direct message has an id of its own) at `ts`.

    `version` counts the changes there were to show, `shown_version` those that are shown; `shown` is a digest of what
    the message says. `replaced`: somebody deleted it once, and it was posted anew. `given_up` says why it ends here.
    """

    batch_id: str
    channel_id: str
    posted_in: str | None
    ts: str | None
    shown: str | None
    version: int
    shown_version: int
    attempts: int
    replaced: bool
    given_up: str | None

    @property
    def key(self) -> str:
        """Return what is in the message's metadata, to find it again by."""
        return f"card:{self.batch_id}:{self.channel_id}:{int(self.replaced)}"

    @property
    def is_open(self) -> bool:
        """Whether there is something to show that it does not show."""
        return self.shown_version < self.version and self.given_up is None


def redraw(
    connection: Connection, enqueue: Enqueue, batch_id: str, channel_id: str, now: datetime, *, anew: bool = False
) -> None:
    """Have a batch's card in a channel drawn as the batch stands when it is drawn; posted where there is none.

    `anew`: somebody asked for it, so that one that was given up or deleted may be posted once more.
    """
    first = {"version": 0, "shown_version": 0, "attempts": 0, "replaced": False, "due_at": now}
    insert_new(connection, table, {"batch_id": batch_id, "channel_id": channel_id, **first})
    again = {"given_up": None, "replaced": False} if anew else {}
    changed = update(table).where(*_here(batch_id, channel_id)).values(version=table.c.version + 1, due_at=now, **again)
    version = connection.execute(changed.returning(table.c.version)).scalar_one()
    _hand_over(connection, enqueue, batch_id, channel_id, str(version))


def redraw_all(connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime) -> None:
    """Have every card of a batch drawn again, because what it says has changed."""
    for card in of_batch(connection, batch_id):
        redraw(connection, enqueue, batch_id, card.channel_id, now)


def hand_over_again(connection: Connection, enqueue: Enqueue, card: Card, at: datetime, delay: timedelta) -> None:
    """Hand the drawing of a card over once more, to be tried after `delay`."""
    postpone(connection, card, at + delay)
    mark = f"{card.version}-{card.attempts}-{int(at.timestamp() * 1_000)}"
    _hand_over(connection, enqueue, card.batch_id, card.channel_id, mark, delay)


def _hand_over(
    connection: Connection, enqueue: Enqueue, batch_id: str, channel_id: str, mark: str, delay: timedelta | None = None
) -> None:
    workflow_id = f"card:{batch_id}:{channel_id}:{mark}"
    enqueue(connection, DRAW, workflow_id, QUEUE, [batch_id, channel_id], delay=delay, partition=channel_id)


def get(connection: Connection, batch_id: str, channel_id: str) -> Card | None:
    """Give a card, or None."""
    row = connection.execute(select(table).where(*_here(batch_id, channel_id))).one_or_none()
    return _card(row._mapping) if row else None


def of_batch(connection: Connection, batch_id: str) -> list[Card]:
    """Give a batch's cards."""
    rows = connection.execute(select(table).where(table.c.batch_id == batch_id).order_by(table.c.channel_id))
    return [_card(row._mapping) for row in rows]


def of_open_batches(connection: Connection, in_a_channel: int = 20) -> list[Card]:
    """Give the cards of batches that are not over, at most so many in a channel."""
    posted = table.c.ts.is_not(None), table.c.given_up.is_(None), batches.c.over_at.is_(None)
    wanted = select(table).join(batches, batches.c.id == table.c.batch_id).where(*posted)
    newest = connection.execute(wanted.order_by(batches.c.created_at.desc(), table.c.batch_id))
    held: dict[str, list[Card]] = {}
    for row in newest:
        held.setdefault(row.channel_id, []).append(_card(row._mapping))
    return [card for channel in held.values() for card in channel[:in_a_channel]]


def waiting_in(connection: Connection, channel_id: str) -> int:
    """Say how many cards of a channel do not show yet what they should."""
    wanted = select(func.count()).select_from(table).where(*_OPEN, table.c.channel_id == channel_id)
    return connection.execute(wanted).scalar_one()


def claim(
    connection: Connection, batch_id: str, channel_id: str, worker: str, now: datetime, lease: timedelta
) -> Card | None:
    """Count an attempt and hold the card for `lease`; None where it shows everything, or another holds it."""
    until = table.c.claimed_until  # one further off than a lease was made before a clock was put back
    free = or_(until.is_(None), until <= now, until > now + lease)
    mine = update(table).where(*_here(batch_id, channel_id), *_OPEN, free)
    held = {"claimed_by": worker, "claimed_until": now + lease, "due_at": now + lease}
    if connection.execute(mine.values(attempts=table.c.attempts + 1, **held)).rowcount == 0:
        return None
    return get(connection, batch_id, channel_id)


def mark_shown(connection: Connection, card: Card, *, posted_in: str, ts: str, shown: str) -> None:
    """Note what a card shows now: all changes up to the version that was claimed."""
    settled = {"claimed_by": None, "claimed_until": None, "attempts": 0}
    drawn = {"posted_in": posted_in, "ts": ts, "shown": shown, "shown_version": card.version}
    connection.execute(update(table).where(*_here(card.batch_id, card.channel_id)).values(**drawn, **settled))


def release(connection: Connection, card: Card, due_at: datetime, *, used: bool) -> None:
    """Give a held card back, to be tried at `due_at`; `used` False: the attempt does not count."""
    attempts = table.c.attempts if used else table.c.attempts - 1
    free = {"attempts": attempts, "due_at": due_at, "claimed_by": None, "claimed_until": None}
    connection.execute(update(table).where(*_here(card.batch_id, card.channel_id)).values(**free))


def forget_message(connection: Connection, card: Card, due_at: datetime) -> bool:
    """Have a card whose message somebody deleted posted anew, once; False where that was done before."""
    here = update(table).where(*_here(card.batch_id, card.channel_id), table.c.replaced.is_(False))
    gone = {"ts": None, "posted_in": None, "shown": None, "replaced": True, "attempts": 0}
    free = {"due_at": due_at, "claimed_by": None, "claimed_until": None}
    return connection.execute(here.values(**gone, **free)).rowcount == 1


def give_up(connection: Connection, batch_id: str, channel_id: str, why: str) -> bool:
    """Note that a card is drawn no more, and why; False where it was given up before."""
    here = update(table).where(*_here(batch_id, channel_id), table.c.given_up.is_(None))
    return connection.execute(here.values(given_up=why, claimed_by=None, claimed_until=None)).rowcount == 1


def overdue(connection: Connection, before: datetime, limit: int = 500) -> list[Card]:
    """Give the cards that should have been drawn before a moment."""
    due = or_(table.c.due_at < before, table.c.due_at > before + FURTHEST)
    wanted = select(table).where(*_OPEN, due).order_by(table.c.due_at).limit(limit)
    return [_card(row._mapping) for row in connection.execute(wanted)]


def postpone(connection: Connection, card: Card, due_at: datetime) -> None:
    """Note when a card that was handed over again is overdue next."""
    connection.execute(update(table).where(*_here(card.batch_id, card.channel_id)).values(due_at=due_at))


def release_claims(connection: Connection, worker: str, at: datetime) -> int:
    """Let others draw what a dead worker held, from a moment on."""
    held = update(table).where(table.c.claimed_by == worker, *_OPEN)
    return connection.execute(held.values(claimed_until=at, due_at=at)).rowcount


_OPEN = (table.c.shown_version < table.c.version, table.c.given_up.is_(None))
_BOOKKEEPING = frozenset({"due_at", "claimed_by", "claimed_until"})


def _here(batch_id: str, channel_id: str) -> tuple[Any, ...]:
    return table.c.batch_id == batch_id, table.c.channel_id == channel_id


def _card(row: Mapping[Any, Any]) -> Card:
    return Card(**{name: value for name, value in row.items() if name not in _BOOKKEEPING})
