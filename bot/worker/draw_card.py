"""The drawing of a card: posted once, then edited in place when its content changes."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.operations.batch_names import read_card_names
from bot.operations.snapshots import restore_batch
from bot.operations.whole_batch import add_up_batches
from bot.slack.bot_messages import BotMessages
from bot.slack.mentions import MentionReplacer
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, drafts, labels, watches
from bot.store.records import batches as batch_records
from bot.store.records.batches import GONE
from bot.store.records.cards import Card
from bot.store.records.labels import BatchNames
from bot.ui.notices.watch_card import WatchCardState, render_watch_card
from bot.ui.reply import Message, Viewer
from bot.worker.attempt import Attempt, Delivered
from bot.worker.slack_pacing import EDIT, POST, SlackPacing


class DrawnCard(Struct, frozen=True):
    """What a card shows now, and a digest of it to compare with what the message in Slack shows."""

    message: Message
    digest: str


class CardDrawing(Attempt[Card, DrawnCard]):
    """Draws cards as their batches are at the moment of drawing."""

    def __init__(
        self,
        messages: BotMessages,
        mentions: MentionReplacer,
        database: Database,
        enqueue: Enqueue,
        worker_id: str,
        pace: SlackPacing,
    ) -> None:
        super().__init__(cards.OUTBOX, messages, database, enqueue, worker_id, pace)
        self._mentions = mentions

    def method_for(self, row: Card) -> str:
        """Return the method that edits the card's message, or posts it."""
        return POST if row.ts is None else EDIT

    def prepare(self, connection: Connection, row: Card) -> DrawnCard | None:
        """Draw the card; None if its message shows this already."""
        message = self._draw(connection, row)
        drawn = DrawnCard(message, digest_message(message))
        if drawn.digest == row.shown and row.ts is not None and row.posted_in is not None:
            self.mark_delivered(connection, row, drawn, Delivered(row.posted_in, row.ts))
            return None
        return drawn

    async def put(self, row: Card, content: DrawnCard) -> Delivered:
        """Edit the card's message, or post one."""
        message = await self._mentions.replace_mentions(content.message)
        if row.ts is not None and row.posted_in is not None:
            await self._messages.update(row.posted_in, row.ts, message)
            return Delivered(row.posted_in, row.ts)
        posted = await self.post_once(row, message, place=row.channel_id)
        if posted.was_found:  # it shows what an earlier attempt drew
            await self._messages.update(posted.channel_id, posted.ts, message)
        return posted

    def mark_delivered(self, connection: Connection, row: Card, content: DrawnCard, delivered: Delivered) -> None:
        """Record what the card shows, and where."""
        cards.mark_shown(connection, row, posted_in=delivered.channel_id, ts=delivered.ts, shown=content.digest)

    def move_elsewhere(self, connection: Connection, row: Card) -> None:
        """Move the card to direct messages with those who watch here. Someone who left Slack gets none."""
        now = self._pace.now()
        for watch in watches.move_to_direct_messages(connection, row.batch_id, row.channel_id):
            if watch.channel_id != row.channel_id:
                cards.redraw(connection, self._enqueue, row.batch_id, watch.channel_id, now)

    def list_people(self, connection: Connection, row: Card) -> Collection[str]:
        """Return those who watch the batch here, and its owner."""
        here = {
            watch.user_id
            for watch in watches.list_for_batch(connection, row.batch_id)
            if watch.user_id and watch.channel_id == row.channel_id
        }
        owner = labels.get_names(connection, [row.batch_id])[row.batch_id].owner
        return here | ({owner} if owner else set())

    def recover_message(self, connection: Connection, row: Card, reason: str) -> None:
        """Post a deleted card again, once. Whoever deletes the second one wants none."""
        if cards.clear_deleted_message(connection, row, self._pace.now()):
            self.enqueue_later(connection, row, timedelta(0))
        else:
            self._outbox.give_up(connection, row.primary_key, reason)

    def _draw(self, connection: Connection, card: Card) -> Message:
        """Draw a card. Raises ValueError, KeyError or TypeError if a record of its batch is spoiled."""
        now = self._pace.now()
        seen = batch_records.get(connection, card.batch_id)
        if seen is None:
            raise ValueError("a card of a batch that is not stored")
        known = watches.list_for_batch(connection, card.batch_id)
        canceled_by = audit.find_last_actor(connection, "cancel", card.batch_id)
        is_gone = seen.status == GONE
        deleted_by = (
            audit.find_last_actor(connection, "delete", card.batch_id, include_uncertain=True) if is_gone else None
        )
        parts = read_parts(connection, card.batch_id)
        batch = add_up_batches(parts) if parts else restore_batch(seen)
        named = read_card_names(connection, [part.id for part in parts] or [batch.id])
        here = [watch for watch in known if watch.channel_id == card.channel_id]
        state = WatchCardState(
            watchers=tuple(dict.fromkeys(watch.user_id for watch in here if watch.user_id)),
            gone=is_gone and not parts,
            canceled_by=canceled_by,
            deleted_by=deleted_by,
            is_fed=any(watch.reason == "feed" for watch in here) and not any(watch.user_id for watch in known),
            parts=parts,
        )
        return draw_card_message(batch, card.channel_id, state, now, named)


def draw_card_message(
    batch: MessageBatch, channel_id: str, state: WatchCardState, now: datetime, names: Mapping[str, BatchNames]
) -> Message:
    """Return a batch's card for a channel. Everyone there sees it, so it has every button that its state allows."""
    reader = UserId(channel_id if channel_id.startswith(("U", "W")) else "")  # in a channel there are many readers
    caller = Caller(reader, TeamId(""), ChannelId(channel_id))
    return render_watch_card(batch, Viewer(caller, frozenset(Permission), now, names), state)


def read_parts(connection: Connection, batch_id: str) -> tuple[MessageBatch, ...]:
    """Return the parts that a batch stands for and that exist, as last seen; nothing for any other batch."""
    sent = drafts.find_sent_parts(connection, batch_id)
    if sent is None or sent.head != batch_id:
        return ()
    stored = batch_records.get_many(connection, sent.batch_ids)
    seen = [stored[id] for id in sent.batch_ids if id in stored]
    return tuple(restore_batch(each) for each in seen if each.status != GONE)


def digest_message(message: Message) -> str:
    """Return a digest to compare messages by."""
    content = json.dumps([message.text, list(message.blocks)], sort_keys=True, default=dict)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
