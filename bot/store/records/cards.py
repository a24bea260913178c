"""Cards: one message for each batch and channel, edited in place as the batch changes."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, select, update

from bot.store.db.outbox import NO_CLAIM, Outbox, PrimaryKey, matches
from bot.store.db.tables import batches
from bot.store.db.tables import cards as table
from bot.store.db.task_queue import Enqueue
from bot.store.db.upserts import insert_new

DRAW = "draw"
"""The workflow that draws a card."""


class Card(Struct, frozen=True):
    """A batch's card in a channel. The message is `ts` in `posted_in`; a direct message has an id of its own.

    `version` counts the changes to show, `shown_version` those that the message shows. `shown` is a digest of the
    message. `replaced`: someone deleted the message, and it was posted again. `given_up` says why the card ended.
    `is_uncertain`: an attempt may have posted the message without learning of it.
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
    is_uncertain: bool | None = None
    workspace_id: str = ""

    @property
    def primary_key(self) -> PrimaryKey:
        """Return the values of the primary key."""
        return self.batch_id, self.channel_id

    @property
    def key(self) -> str:
        """Return the key in the message's metadata, by which the bot finds it again."""
        return f"card:{self.batch_id}:{self.channel_id}:{int(self.replaced)}"

    @property
    def is_open(self) -> bool:
        """Whether the message lacks a change."""
        return self.shown_version < self.version and self.given_up is None


OUTBOX = Outbox(
    table,
    lambda columns: Card(**columns),
    is_open=(table.c.shown_version < table.c.version, table.c.given_up.is_(None)),
    workflow=DRAW,
    queue="cards",
    prefix="card",
)


def redraw(
    connection: Connection, enqueue: Enqueue, batch_id: str, channel_id: str, now: datetime, *, anew: bool = False
) -> None:
    """Enqueue the drawing of a batch's card in a channel; it is posted if there is none.

    `anew`: someone asked for it, so a card that was given up or deleted may be posted again.
    """
    first = {"version": 0, "shown_version": 0, "attempts": 0, "replaced": False, "due_at": now}
    insert_new(connection, table, {"batch_id": batch_id, "channel_id": channel_id, **first})
    again = {"given_up": None, "replaced": False, "is_uncertain": None} if anew else {}
    card = batch_id, channel_id
    changed = update(table).where(*matches(table, card)).values(version=table.c.version + 1, due_at=now, **again)
    version = connection.execute(changed.returning(table.c.version)).scalar_one()
    OUTBOX.enqueue(connection, enqueue, card, channel_id, mark=str(version))


def redraw_all(connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime) -> None:
    """Enqueue the drawing of every card of a batch."""
    for card in list_for_batch(connection, batch_id):
        redraw(connection, enqueue, batch_id, card.channel_id, now)


def get(connection: Connection, batch_id: str, channel_id: str) -> Card | None:
    """Return a card, or None."""
    return OUTBOX.get(connection, (batch_id, channel_id))


def list_for_batch(connection: Connection, batch_id: str) -> list[Card]:
    """Return a batch's cards."""
    rows = connection.execute(select(table).where(table.c.batch_id == batch_id).order_by(table.c.channel_id))
    return [OUTBOX.read(row._mapping) for row in rows]


def list_for_open_batches(connection: Connection, in_a_channel: int = 20) -> list[Card]:
    """Return the cards of batches that are not over, the newest `in_a_channel` of each channel."""
    posted = table.c.ts.is_not(None), table.c.given_up.is_(None), batches.c.over_at.is_(None)
    wanted = select(table).join(batches, batches.c.id == table.c.batch_id).where(*posted)
    newest = connection.execute(wanted.order_by(batches.c.created_at.desc(), table.c.batch_id))
    channels: dict[str, list[Card]] = {}
    for row in newest:
        channels.setdefault(row.channel_id, []).append(OUTBOX.read(row._mapping))
    return [card for found in channels.values() for card in found[:in_a_channel]]


def mark_shown(connection: Connection, card: Card, *, posted_in: str, ts: str, shown: str) -> None:
    """Record that the message shows all changes up to the claimed version."""
    drawn = {"posted_in": posted_in, "ts": ts, "shown": shown, "shown_version": card.version, "attempts": 0}
    drawn["is_uncertain"] = None
    connection.execute(update(table).where(*matches(table, card.primary_key)).values(**drawn, **NO_CLAIM))


def clear_deleted_message(connection: Connection, card: Card, due_at: datetime) -> bool:
    """Let a card whose message was deleted be posted again, once; False if it was before."""
    once = update(table).where(*matches(table, card.primary_key), table.c.replaced.is_(False))
    gone = {"ts": None, "posted_in": None, "shown": None, "replaced": True, "attempts": 0, "due_at": due_at}
    gone["is_uncertain"] = None
    return connection.execute(once.values(**gone, **NO_CLAIM)).rowcount == 1
