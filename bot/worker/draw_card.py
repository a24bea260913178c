"""The drawing of a card: posted once, edited in place when its content differs, latest wins."""

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.operations.snapshots import batch_of
from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    ChannelClosed,
    MessageCallFailed,
    MessageGone,
    SlackRateLimited,
)
from bot.slack.mentions import MentionReplacer
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, labels, watches
from bot.store.records import batches as batch_records
from bot.store.records.batches import GONE, SeenBatch
from bot.store.records.cards import Card
from bot.store.records.labels import BatchNames
from bot.store.records.watches import StoredWatch
from bot.ui.notices.watch_card import WatchCardState, watch_card
from bot.ui.reply import Message, Viewer
from bot.worker.slack_pacing import ATTEMPTS, ATTEMPTS_IN_DOUBT, EDIT, HELD, LEASE, POST, SlackPacing, backoff

log = logging.getLogger(__name__)


class _Held(Struct, frozen=True):
    """A card this process may draw now, after `wait`; `message` None: it shows everything already."""

    card: Card
    message: Message
    digest: str
    wait: timedelta

    @property
    def method(self) -> str:
        return POST if self.card.ts is None else EDIT


class CardDrawing:
    """Draws cards as their batches stand at the moment of drawing."""

    def __init__(
        self,
        posting: BotMessages,
        people: MentionReplacer,
        database: Database,
        enqueue: Enqueue,
        worker_id: str,
        pace: SlackPacing,
    ) -> None:
        self._posting = posting
        self._people = people
        self._database = database
        self._enqueue = enqueue
        self._worker_id = worker_id
        self._pace = pace

    async def run(self, batch_id: str, channel_id: str) -> None:
        """Draw one card, or see to it that it is tried again; raises only what the store raises."""
        held = await self._database.run(partial(self._hold, batch_id=batch_id, channel_id=channel_id))
        if held is None:
            return
        await self._pace.sleep(held.wait.total_seconds())
        try:
            posted_in, ts = await self._put(held)
        except SlackRateLimited as error:
            await self._database.run(partial(self._limited, held=held, error=error))
        except ChannelClosed as error:
            await self._database.run(partial(self._closed, card=held.card, why=str(error)))
        except MessageGone as error:
            await self._database.run(partial(self._deleted, card=held.card, why=str(error)))
        except MessageCallFailed as error:
            await self._database.run(partial(self._failed, card=held.card, error=error))
        else:
            shown = partial(cards.mark_shown, card=held.card, posted_in=posted_in, ts=ts, shown=held.digest)
            await self._database.run(shown)

    async def _put(self, held: _Held) -> tuple[str, str]:
        """Edit the message, or post one; from the second attempt on it is looked for first."""
        card, message = held.card, await self._people.replace_mentions(held.message)
        if card.ts is not None and card.posted_in is not None:
            await self._posting.update(card.posted_in, card.ts, message)
            return card.posted_in, card.ts
        place = card.channel_id
        if card.attempts > 1:
            place = await self._posting.open_direct_message(place) if place.startswith(("U", "W")) else place
            found = await self._posting.find(place, card.key)
            if found is not None:
                await self._posting.update(place, found, message)
                return place, found
        return await self._posting.post(place, message, card.key)

    def _hold(self, connection: Connection, batch_id: str, channel_id: str) -> _Held | None:
        now, card = self._pace.now(), cards.get(connection, batch_id, channel_id)
        if card is None or not card.is_open:
            return None
        claimed = cards.claim(connection, batch_id, channel_id, self._worker_id, now, LEASE)
        if claimed is None:
            cards.hand_over_again(connection, self._enqueue, card, now, HELD)
            return None
        message = self._message(connection, claimed)
        if message is None:
            return None
        digest = digest_of(message)
        if digest == claimed.shown and claimed.ts is not None and claimed.posted_in is not None:
            cards.mark_shown(connection, claimed, posted_in=claimed.posted_in, ts=claimed.ts, shown=digest)
            return None
        held = _Held(claimed, message, digest, timedelta(0))
        wait, reserved = self._pace.reserve(connection, held.method, channel_id)
        if not reserved:
            self._again(connection, claimed, wait, used=False)
            return None
        return _Held(claimed, message, digest, wait)

    def _message(self, connection: Connection, card: Card) -> Message | None:
        """Draw the card; one that cannot be drawn is put off and, after some attempts, given up."""
        now, seen = self._pace.now(), batch_records.get(connection, card.batch_id)
        try:
            if seen is None:
                raise ValueError("a card of a batch that is not stored")
            known = watches.of_batch(connection, card.batch_id)
            canceled_by = audit.last_actor(connection, "cancel", card.batch_id)
            gone = seen.status == GONE
            deleted_by = audit.last_actor(connection, "delete", card.batch_id, perhaps=True) if gone else None
            named = labels.of(connection, [card.batch_id])[card.batch_id]
            return card_message(seen, card.channel_id, known, canceled_by, deleted_by, now, named)
        except (ValueError, KeyError, TypeError) as error:  # a poisoned row; pydantic's error is a ValueError
            log.exception("the card of %s could not be drawn", card.batch_id)
            self._failed(connection, card, error)
            return None

    def _limited(self, connection: Connection, held: _Held, error: SlackRateLimited) -> None:
        self._pace.hold(connection, error.method, error.retry_after)
        self._again(connection, held.card, timedelta(seconds=error.retry_after), used=False)

    def _failed(self, connection: Connection, card: Card, error: Exception) -> None:
        log.warning("card of %s, attempt %d: %s", card.batch_id, card.attempts, type(error).__name__)
        if card.attempts >= (ATTEMPTS_IN_DOUBT if isinstance(error, AnswerUncertain) else ATTEMPTS):
            log.error("the card of %s is given up: %s", card.batch_id, type(error).__name__)
            cards.give_up(connection, card.batch_id, card.channel_id, f"{type(error).__name__}: {error}"[:300])
            return
        self._again(connection, card, backoff(card.attempts), used=True)

    def _closed(self, connection: Connection, card: Card, why: str) -> None:
        """Move the card to the messages of whoever watches here, once; somebody who has left gets none."""
        if not cards.give_up(connection, card.batch_id, card.channel_id, why):
            return
        log.warning("the card of %s cannot be in %s: %s", card.batch_id, card.channel_id, why)
        now = self._pace.now()
        for watch in watches.move(connection, card.batch_id, card.channel_id):
            if watch.channel_id != card.channel_id:
                cards.redraw(connection, self._enqueue, card.batch_id, watch.channel_id, now)

    def _deleted(self, connection: Connection, card: Card, why: str) -> None:
        """Post a card that somebody deleted anew, once; who deletes the second one wants none."""
        now = self._pace.now()
        if not cards.forget_message(connection, card, now):
            cards.give_up(connection, card.batch_id, card.channel_id, why)
            return
        cards.hand_over_again(connection, self._enqueue, card, now, timedelta(0))

    def _again(self, connection: Connection, card: Card, delay: timedelta, *, used: bool) -> None:
        now = self._pace.now()
        cards.release(connection, card, now + delay, used=used)
        cards.hand_over_again(connection, self._enqueue, card, now, delay)


def card_message(
    seen: SeenBatch,
    channel_id: str,
    known: Sequence[StoredWatch],
    canceled_by: str | None,
    deleted_by: str | None,
    now: datetime,
    named: BatchNames | None = None,
) -> Message:
    """Return a batch's card for a channel; everybody there sees it, so it has every button this state allows."""
    here = [watch for watch in known if watch.channel_id == channel_id]
    standing = WatchCardState(
        watchers=tuple(dict.fromkeys(watch.user_id for watch in here if watch.user_id)),
        gone=seen.status == GONE,
        canceled_by=canceled_by,
        deleted_by=deleted_by,
        is_fed=any(watch.reason == "feed" for watch in here) and not any(watch.user_id for watch in known),
    )
    reader = UserId(channel_id if channel_id.startswith(("U", "W")) else "")  # a channel's readers are many
    caller = Caller(reader, TeamId(""), ChannelId(channel_id))
    names = {seen.id: named} if named is not None else {}
    return watch_card(batch_of(seen), Viewer(caller, frozenset(Permission), now, names), standing)


def digest_of(message: Message) -> str:
    """Return a word that differs where two messages do."""
    content = json.dumps([message.text, list(message.blocks)], sort_keys=True, default=dict)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
