"""The delivery of a notice: posted once, in the thread of its card where there is one."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.operations.snapshots import restore_batch
from bot.operations.whole_batch import add_up_batches
from bot.slack.bot_messages import BotMessages
from bot.slack.mentions import MentionReplacer
from bot.store.db.database import Database
from bot.store.db.outbox import PrimaryKey
from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, labels, notices
from bot.store.records import batches as batch_records
from bot.store.records.audit import Intent
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames
from bot.store.records.notices import KNOWN_EVENTS, Notice
from bot.store.transactions import split_draft
from bot.ui.notices.notice import draw_notice
from bot.worker.attempt import RECHECK_DELAY, Attempt, Delivered
from bot.worker.draw_card import read_parts
from bot.worker.reminders import REMINDERS, find_due_event_safely
from bot.worker.slack_pacing import SlackPacing

log = logging.getLogger(__name__)

NEWER_VERSION_WAIT = timedelta(days=7)
"""How long a notice of an unknown kind waits for the version of the bot that stored it."""
CARD_WAIT = timedelta(seconds=20)
"""How long a notice waits for the first drawing of the card that it answers."""
_CLOCK_SKEW = timedelta(seconds=60)
"""How far Slack's clock may be behind when the bot looks for a notice by its time."""
_ENDINGS = frozenset({"ended", "canceled"})
_BROADCAST = _ENDINGS | {"gone"}
"""Answers to a card that also appear in its channel."""


class Explain(Protocol):
    """Returns lines about the failures and the cost of batches; without causes for those who may not read them."""

    async def __call__(self, batches: Sequence[MessageBatch], *, with_causes: bool) -> Sequence[str]:
        """Return the lines."""


class NoticeFacts(Struct, frozen=True):
    """What a notice says of its batch. `rest` is the rest after a sample; `place` is where the notice is posted.

    `thread_ts` is the card that it answers. `parts`: the batches that `batch` is the sum of.
    """

    place: str
    thread_ts: str | None
    batch: MessageBatch | None
    rest: Draft | None
    named: BatchNames | None
    deleted_by: str | None = None
    parts: tuple[MessageBatch, ...] = ()


class NoticeDelivery(Attempt[Notice, NoticeFacts]):
    """Sends notices."""

    def __init__(
        self,
        messages: BotMessages,
        mentions: MentionReplacer,
        database: Database,
        enqueue: Enqueue,
        worker_id: str,
        pace: SlackPacing,
        explain: Explain,
        count_given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """`count_given_up` is called for each notice that is given up."""
        super().__init__(notices.OUTBOX, messages, database, enqueue, worker_id, pace)
        self._mentions = mentions
        self._explain = explain
        self._count_given_up = count_given_up

    def give_up(self, connection: Connection, primary_key: PrimaryKey, reason: str) -> bool:
        """Give up a notice, and record it in the audit of its batch. False if it is not open any more."""
        if not super().give_up(connection, primary_key, reason):
            return False
        batch_id, event, place = notices.get_address(connection, *primary_key)
        now = self._pace.now()
        lost = Intent(
            at=now,
            user_id="",
            team_id="",
            channel_id=place,
            verb="notice",
            command=f"notice {event}",
            subject=batch_id,
            confirmation_id=None,
            detail=reason,
        )
        audit.record_act(connection, lost, "failed", now)
        self._count_given_up()
        return True

    def find_open(self, connection: Connection, primary_key: PrimaryKey) -> Notice | None:
        """Return a notice that can be sent now. One that cannot be read is given up."""
        try:
            notice = super().find_open(connection, primary_key)
        except ValueError:
            log.exception("notice %s cannot be read and is given up", *primary_key)
            self.give_up(connection, primary_key, "its record cannot be read")
            return None
        if notice is None:
            return None
        if notice.event not in KNOWN_EVENTS:
            self._leave_to_newer_version(connection, notice)
            return None
        if self._comes_before_its_card(connection, notice):
            self.enqueue_later(connection, notice, RECHECK_DELAY)
            return None
        return notice

    def prepare(self, connection: Connection, row: Notice) -> NoticeFacts | None:
        """Read what the notice says; None for a reminder that came too late, which is given up."""
        seen = batch_records.get(connection, row.batch_id) if row.batch_id else None
        if seen is not None and row.event in REMINDERS and find_due_event_safely(seen, self._pace.now()) != row.event:
            self.give_up(connection, row.primary_key, "it was outdated before it could be sent")
            return None
        card = cards.get(connection, row.batch_id, row.channel_id) if row.batch_id else None
        thread_ts = row.thread_ts
        if card is not None and card.ts is not None and thread_ts is None and row.attempts == 1:
            thread_ts = card.ts
            notices.set_thread(connection, row.key, thread_ts)
        place = card.posted_in if card is not None and card.posted_in else row.channel_id
        rest = split_draft.find_rest(connection, row.batch_id) if row.batch_id and row.event in _BROADCAST else None
        parts = read_parts(connection, seen.id) if seen is not None else ()
        batch = add_up_batches(parts) if parts else restore_batch(seen) if seen is not None else None
        named = labels.get_names(connection, [seen.id])[seen.id] if seen else None
        if parts and named is not None:
            named = replace(named, is_whole=True)
        deleted_by = None
        if row.batch_id and row.event == "gone":
            deleted_by = audit.find_last_actor(connection, "delete", row.batch_id, include_uncertain=True)
        return NoticeFacts(place, thread_ts, batch, rest, named, deleted_by, parts)

    async def put(self, row: Notice, content: NoticeFacts) -> Delivered:
        """Post the notice."""
        batch = content.batch
        details: Sequence[str] = ()
        if batch is not None and row.event in _ENDINGS:
            outside = await self._messages.has_outside_readers(row.channel_id)
            details = await self._explain(content.parts or (batch,), with_causes=not outside)
        message = draw_notice(row, batch, self._pace.now(), details, content.rest, content.named, content.deleted_by)
        if content.deleted_by is not None:  # who deleted it is named and need not be notified
            message = await self._mentions.replace_mentions(message, keep=row.mentions)
        oldest = (row.created_at - _CLOCK_SKEW).timestamp()
        return await self.post_once(
            row,
            message,
            place=content.place,
            thread_ts=content.thread_ts,
            oldest=oldest,
            broadcast=row.event in _BROADCAST,
        )

    def mark_delivered(self, connection: Connection, row: Notice, content: NoticeFacts, delivered: Delivered) -> None:
        """Record that the notice is sent."""
        notices.mark_sent(connection, row.key, delivered.ts, self._pace.now())

    def move_elsewhere(self, connection: Connection, row: Notice) -> None:
        """Send each person whom the notice mentions a direct message instead, once."""
        now = self._pace.now()
        for user in row.mentions:
            if user != row.channel_id:  # else this was that message, and the person left Slack
                key = f"{row.key}:{user}"
                direct = replace(row, key=key, channel_id=user, mentions=(user,), created_at=now, thread_ts=None)
                notices.send(connection, self._enqueue, direct)

    def list_people(self, connection: Connection, row: Notice) -> Collection[str]:
        """Return those whom the notice mentions, or the owner of its batch."""
        if row.mentions or row.batch_id is None:
            return row.mentions
        owner = labels.get_names(connection, [row.batch_id])[row.batch_id].owner
        return [owner] if owner else []

    def recover_message(self, connection: Connection, row: Notice, reason: str) -> None:
        """Post the notice in the channel: the card that it answers was deleted."""
        notices.clear_thread(connection, row.key)
        self.try_again(connection, row, timedelta(seconds=1))

    def _comes_before_its_card(self, connection: Connection, notice: Notice) -> bool:
        """Return whether the card that a notice answers is about to be posted."""
        if notice.batch_id is None or self._pace.now() - notice.created_at >= CARD_WAIT:
            return False
        card = cards.get(connection, notice.batch_id, notice.channel_id)
        return card is not None and card.ts is None and card.is_open

    def _leave_to_newer_version(self, connection: Connection, notice: Notice) -> None:
        """Leave a notice to the workers of the version that stored it, for some days."""
        now = self._pace.now()
        if now - notice.created_at > NEWER_VERSION_WAIT:
            reason = f"no version of the bot knows the event {notice.event}"
            self.give_up(connection, notice.primary_key, reason)
        else:  # redrive comes back to it
            self._outbox.postpone(connection, notice.primary_key, now)
