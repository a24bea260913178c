"""Delivery of a notice: counted, looked for where an attempt came before, posted, and marked with its place."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.operations.snapshots import batch_of
from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    ChannelClosed,
    MessageCallFailed,
    MessageGone,
    SlackRateLimited,
)
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import batches as batch_records
from bot.store.records import cards, labels, notices
from bot.store.records.batches import SeenBatch
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames
from bot.store.records.notices import KNOWN, Notice
from bot.store.transactions import split_draft
from bot.ui.notices.notice import draw_notice
from bot.ui.reply import Message
from bot.worker.reminders import REMINDERS, still_due
from bot.worker.slack_pacing import ATTEMPTS, ATTEMPTS_IN_DOUBT, HELD, LEASE, POST, SlackPacing, backoff

log = logging.getLogger(__name__)

NEWER_COMES = timedelta(days=7)
"""So long a notice of an unknown kind waits for the version of the bot that stored it."""
CARD_FIRST = timedelta(seconds=20)
"""So long a notice waits for the first drawing of the card that it answers."""
_ENDINGS = frozenset({"ended", "canceled"})
_BROADCAST = _ENDINGS | {"gone"}
"""Answers to a card that its channel sees as well."""


class _Held(Struct, frozen=True):
    """A notice this process may send now, after `wait`, where its card is (`posted_in`); `rest`: after a sample."""

    notice: Notice
    seen: SeenBatch | None
    wait: timedelta
    posted_in: str | None
    rest: Draft | None
    named: BatchNames | None


class NoticeDelivery:
    """Sends notices. Whatever becomes of an attempt is in the store before anybody else tries."""

    def __init__(
        self,
        posting: BotMessages,
        database: Database,
        enqueue: Enqueue,
        worker_id: str,
        pace: SlackPacing,
        explain: Callable[[MessageBatch], Awaitable[Sequence[str]]],
    ) -> None:
        self._posting = posting
        self._explain = explain
        self._database = database
        self._enqueue = enqueue
        self._worker_id = worker_id
        self._pace = pace

    async def run(self, key: str) -> None:
        """Send one notice, or see to it that it is tried again; raises only what the store raises."""
        held = await self._database.run(partial(self._hold, key=key))
        if held is None:
            return
        await self._pace.sleep(held.wait.total_seconds())
        try:
            ts = await self._send(held)
        except SlackRateLimited as error:
            await self._database.run(partial(self._limited, held=held, error=error))
        except ChannelClosed as error:
            await self._database.run(partial(self._closed, held=held, why=str(error)))
        except MessageGone:
            await self._database.run(partial(self._without_thread, held=held))
        except Exception as error:
            if not isinstance(error, MessageCallFailed):
                log.exception("notice %s could not be drawn", key)
            await self._database.run(partial(self._failed, held=held, error=error))
        else:
            now = self._pace.now()
            await self._database.run(lambda connection: notices.mark_sent(connection, key, ts, now))

    async def _send(self, held: _Held) -> str:
        notice, place = held.notice, held.posted_in or held.notice.channel_id
        message = await self._drawn(held)
        if notice.attempts > 1:
            if place.startswith(("U", "W")):
                place = await self._posting.open_direct_message(place)
            since = notice.created_at.timestamp() - 60
            found = await self._posting.find(place, notice.key, notice.thread_ts, since)
            if found is not None:
                return found
        aloud = notice.event in _BROADCAST
        _, ts = await self._posting.post(place, message, notice.key, notice.thread_ts, broadcast=aloud)
        return ts

    async def _drawn(self, held: _Held) -> Message:
        notice, batch = held.notice, batch_of(held.seen) if held.seen is not None else None
        ends = batch is not None and notice.event in _ENDINGS
        details = await self._explain(batch) if batch is not None and ends else ()
        return draw_notice(notice, batch, self._pace.now(), details, held.rest, held.named)

    def _hold(self, connection: Connection, key: str) -> _Held | None:
        """Claim the notice and a moment to post at; what cannot be done now is handed over again."""
        now, notice = self._pace.now(), self._readable(connection, key)
        if notice is None or notice.sent_at is not None or notice.given_up is not None:
            return None
        if self._comes_before_its_card(connection, notice):
            notices.hand_over_again(connection, self._enqueue, notice, now, HELD)
            return None
        wait, reserved = self._pace.reserve(connection, POST, notice.channel_id)
        claimed = notices.claim(connection, key, self._worker_id, now, LEASE) if reserved else None
        if claimed is None:
            notices.hand_over_again(connection, self._enqueue, notice, now, HELD if reserved else wait)
            return None
        seen = batch_records.get(connection, claimed.batch_id) if claimed.batch_id else None
        if seen is not None and claimed.event in REMINDERS and still_due(seen, now) != claimed.event:
            notices.give_up(connection, key, "it could be sent only when it was not so any more")
            return None
        card = cards.get(connection, claimed.batch_id, claimed.channel_id) if claimed.batch_id else None
        if card is not None and card.ts is not None and claimed.thread_ts is None and claimed.attempts == 1:
            notices.place_in_thread(connection, key, card.ts)
            claimed = replace(claimed, thread_ts=card.ts)
        over = claimed.batch_id if claimed.event in _BROADCAST else None
        rest = split_draft.rest_of(connection, over) if over else None
        named = labels.of(connection, [seen.id])[seen.id] if seen else None
        return _Held(claimed, seen, wait, card.posted_in if card else None, rest, named)

    def _comes_before_its_card(self, connection: Connection, notice: Notice) -> bool:
        """Say whether the card that a notice answers is about to be posted."""
        if notice.batch_id is None or self._pace.now() - notice.created_at >= CARD_FIRST:
            return False
        card = cards.get(connection, notice.batch_id, notice.channel_id)
        return card is not None and card.ts is None and card.is_open

    def _readable(self, connection: Connection, key: str) -> Notice | None:
        """Read a notice; give up what is spoilt, and leave what a newer version has to tell to its workers."""
        try:
            notice = notices.get(connection, key)
        except ValueError:
            log.exception("notice %s cannot be read and is given up", key)
            notices.give_up(connection, key, "what is stored of it cannot be read")
            return None
        if notice is None or notice.event in KNOWN:
            return notice
        if self._pace.now() - notice.created_at > NEWER_COMES:
            notices.give_up(connection, key, f"no version of the bot came that knows {notice.event}")
        else:  # redrive comes back to it
            notices.postpone(connection, key, self._pace.now())
        return None

    def _limited(self, connection: Connection, held: _Held, error: SlackRateLimited) -> None:
        """Slack did not take it: that was no attempt. Others wait for it only where it was the post, and not a look."""
        self._pace.hold(connection, error.method, error.retry_after)
        self._again(connection, held, timedelta(seconds=error.retry_after), used=False)

    def _failed(self, connection: Connection, held: _Held, error: Exception) -> None:
        doubtful = isinstance(error, AnswerUncertain)
        log.warning("notice %s, attempt %d: %s", held.notice.key, held.notice.attempts, type(error).__name__)
        if held.notice.attempts >= (ATTEMPTS_IN_DOUBT if doubtful else ATTEMPTS):
            log.error("notice %s is given up: %s", held.notice.key, error)
            notices.give_up(connection, held.notice.key, f"{type(error).__name__}: {error}"[:300])
            return
        self._again(connection, held, backoff(held.notice.attempts), used=True)

    def _without_thread(self, connection: Connection, held: _Held) -> None:
        """The card it answers was deleted: say it in the channel."""
        notices.leave_thread(connection, held.notice.key)
        self._again(connection, held, timedelta(seconds=1), used=True)

    def _closed(self, connection: Connection, held: _Held, why: str) -> None:
        """Tell each who was to be mentioned in his messages instead, once; somebody who has left is told nothing."""
        notice, now = held.notice, self._pace.now()
        if not notices.give_up(connection, notice.key, why):
            return
        log.warning("notice %s cannot be told in %s: %s", notice.key, notice.channel_id, why)
        for user in notice.mentions:
            if user != notice.channel_id:
                key = f"{notice.key}:{user}"
                direct = replace(notice, key=key, channel_id=user, mentions=(user,), created_at=now, thread_ts=None)
                notices.send(connection, self._enqueue, direct)

    def _again(self, connection: Connection, held: _Held, delay: timedelta, *, used: bool) -> None:
        now = self._pace.now()
        notices.release(connection, held.notice.key, now + delay, used=used)
        notices.hand_over_again(connection, self._enqueue, held.notice, now, delay)
