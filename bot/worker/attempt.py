"""One attempt to bring a row of an outbox to Slack. Whether a message is lost or doubled is decided here.

Not lost: a row is open until it is delivered or given up. A failed attempt enqueues the next one. If the process dies,
its claim is released, or expires with its lease, and a worker enqueues the row. A row is given up when its attempts are
used up, and at once if its channel is closed to the bot or shared with another organization, or the bot does not answer
its person any more. Neither an outage nor a refused token uses up attempts.

Not doubled: from the second attempt on, the bot first looks for the message that an earlier attempt may have posted. If
it lacks the scope for that, a row whose message may be there is given up as unconfirmed, and its people are notified.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    BotRefused,
    ChannelClosed,
    ChannelShared,
    ChannelUnchecked,
    MessageCallFailed,
    MessageGone,
    NeverSent,
    ScopeMissing,
    SlackRateLimited,
)
from bot.store.db.database import Database
from bot.store.db.outbox import Outbox, OutboxRow, PrimaryKey
from bot.store.db.task_queue import Enqueue
from bot.store.records import labels, notices
from bot.store.records.notices import Notice
from bot.ui.notices.shared_channel import shared_channel_words
from bot.ui.notices.unconfirmed import unconfirmed_words
from bot.ui.reply import Message
from bot.worker.slack_pacing import POST, SlackPacing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long an attempt holds its row.

Most attempts end sooner: they wait at most 12 s for their moment (slack_pacing.PATIENCE), and a call takes at most
10 s. An attempt of many calls may take longer. Another attempt can then begin, and looks for its message first.
"""
RECHECK_DELAY = timedelta(seconds=5)
"""Delay before the next attempt at a row that cannot be tried now."""
ATTEMPTS = 6
"""How many attempts a row gets that Slack refuses, or that cannot be rendered. They take about 3 minutes."""
LONGEST_DELAY = timedelta(minutes=1)
"""How long a row waits at most once Slack works again."""

_COUNTED_IN_OUTAGE = ATTEMPTS - 2
"""How many attempts without a usable answer count: an outage uses up no attempt that a refusal needs."""
_INTERVAL_IN_OUTAGE = timedelta(seconds=3)
"""The time between two attempts of an outbox during an outage, on average. The first that succeeds wakes the others."""
_FIRST_DELAY = timedelta(seconds=5)
_REASON_CHARACTERS = 300
"""How much of an error the row keeps as the reason why it was given up."""


class PostUncertain(AnswerUncertain):
    """A message may have been posted."""


class Unconfirmed(MessageCallFailed):
    """An earlier attempt may have posted the message, and the bot may not look for it."""


class Delivered(Struct, frozen=True):
    """Where a message is in Slack. `was_found`: an earlier attempt had posted it."""

    channel_id: str
    ts: str
    was_found: bool = False


class AttemptRow(OutboxRow, Protocol):
    """A row that can be attempted."""

    @property
    def key(self) -> str:
        """The key in the metadata of the row's message, which the bot looks for."""

    @property
    def batch_id(self) -> str | None:
        """The batch that the row is about."""

    @property
    def is_uncertain(self) -> bool | None:
        """Whether an attempt before this one may have posted the message."""

    @property
    def is_open(self) -> bool:
        """Whether the row still has to arrive."""


RowT = TypeVar("RowT", bound=AttemptRow)
ContentT = TypeVar("ContentT")


class Held(Struct, Generic[RowT, ContentT], frozen=True):
    """A row that this process has claimed. `content` is what to show; `wait` is the time until the call to Slack."""

    row: RowT
    content: ContentT
    wait: timedelta


class Attempt(ABC, Generic[RowT, ContentT]):
    """Makes attempts at the rows of one outbox. A subclass renders the rows and handles failures of their own kind."""

    def __init__(
        self,
        outbox: Outbox[RowT],
        messages: BotMessages,
        database: Database,
        enqueue: Enqueue,
        worker_id: str,
        pace: SlackPacing,
    ) -> None:
        self._outbox = outbox
        self._messages = messages
        self._database = database
        self._enqueue = enqueue
        self._worker_id = worker_id
        self._pace = pace

    @abstractmethod
    def prepare(self, connection: Connection, row: RowT) -> ContentT | None:
        """Return what to show for a claimed row; None if there is nothing to show and the row is settled.

        A ValueError, KeyError or TypeError (a spoiled record) counts as a failed attempt.
        """

    @abstractmethod
    async def put(self, row: RowT, content: ContentT) -> Delivered:
        """Bring the row's message to Slack. Raises MessageCallFailed, or any other error that its content causes."""

    @abstractmethod
    def mark_delivered(self, connection: Connection, row: RowT, content: ContentT, delivered: Delivered) -> None:
        """Record that the row's message arrived."""

    @abstractmethod
    def move_elsewhere(self, connection: Connection, row: RowT) -> None:
        """Show the row in another place. Its channel is closed to the bot, so it was given up there."""

    @abstractmethod
    def list_people(self, connection: Connection, row: RowT) -> Collection[str]:
        """Return the users who count on seeing the row in its channel."""

    @abstractmethod
    def recover_message(self, connection: Connection, row: RowT, reason: str) -> None:
        """Continue without the message that the row edits or answers. Someone deleted it."""

    def give_up(self, connection: Connection, primary_key: PrimaryKey, reason: str) -> bool:
        """Record that a row will never arrive in its place, and why; False if it is not open any more."""
        return self._outbox.give_up(connection, primary_key, reason)

    def find_open(self, connection: Connection, primary_key: PrimaryKey) -> RowT | None:
        """Return the row if it still has to arrive and can be tried now, else None."""
        row = self._outbox.get(connection, primary_key)
        return row if row is not None and row.is_open else None

    def method_for(self, row: RowT) -> str:
        """Return the Slack method that a row needs."""
        return POST

    async def run(self, *primary_key: str) -> None:
        """Try a row once, and enqueue it again if it does not arrive. Raises only what the store raises."""
        held = await self._database.run(partial(self._hold, primary_key=primary_key))
        if held is None:
            return
        await self._pace.sleep(held.wait.total_seconds())
        await self._database.run(await self._try(held.row, held.content))

    async def post_once(
        self,
        row: RowT,
        message: Message,
        *,
        place: str,
        thread_ts: str | None = None,
        oldest: float = 0,
        broadcast: bool = False,
    ) -> Delivered:
        """Post a message, unless an earlier attempt whose answer was lost has posted it.

        `place` is a channel or a user. The search is bounded by `oldest`, in Unix seconds. Raises Unconfirmed if that
        attempt may have posted it, and the token lacks the scope for looking.
        """
        if row.attempts > 1:
            if place.startswith(("U", "W")):
                place = await self._messages.open_direct_message(place)
            try:
                found = await self._messages.find(place, row.key, thread_ts, oldest)
            except ScopeMissing as error:
                if row.is_uncertain:
                    raise Unconfirmed(f"unconfirmed: {error}") from error
                found = None
            if found is not None:
                return Delivered(place, found, was_found=True)
        try:
            return Delivered(*await self._messages.post(place, message, row.key, thread_ts, broadcast=broadcast))
        except NeverSent:
            raise
        except AnswerUncertain as error:
            raise PostUncertain(str(error)) from error

    def try_again(
        self, connection: Connection, row: RowT, delay: timedelta, *, counts: bool = True, is_uncertain: bool = False
    ) -> None:
        """Release a claimed row and enqueue it again.

        `counts` False: this attempt is not counted. `is_uncertain`: it may have posted the message.
        """
        now = self._pace.now()
        self._outbox.release(connection, row.primary_key, now + delay, counts=counts, is_uncertain=is_uncertain)
        self._outbox.enqueue_again(connection, self._enqueue, row, now, delay)

    def enqueue_later(self, connection: Connection, row: RowT, delay: timedelta) -> None:
        """Enqueue a row again that this process does not hold."""
        self._outbox.enqueue_again(connection, self._enqueue, row, self._pace.now(), delay)

    def _hold(self, connection: Connection, primary_key: PrimaryKey) -> Held[RowT, ContentT] | None:
        """Claim a row, and reserve a moment for its call to Slack. If either fails, enqueue the row again."""
        row = self.find_open(connection, primary_key)
        if row is None:
            return None
        claimed = self._outbox.claim(connection, primary_key, self._worker_id, self._pace.now(), LEASE)
        if claimed is None:
            self.enqueue_later(connection, row, RECHECK_DELAY)
            return None
        try:
            content = self.prepare(connection, claimed)
        except (ValueError, KeyError, TypeError) as error:  # pydantic's error is a ValueError
            self._record_failure(connection, claimed, error)
            return None
        if content is None:
            return None
        wait, is_reserved = self._pace.reserve(connection, self.method_for(claimed), row.channel_id)
        if not is_reserved:
            self.try_again(connection, claimed, wait, counts=False)
            return None
        return Held(claimed, content, wait)

    async def _try(self, row: RowT, content: ContentT) -> Callable[[Connection], None]:
        """Bring the message to Slack. Return the function that records the result."""
        try:
            await self._messages.check_reader(row.channel_id)
            delivered = await self.put(row, content)
        except SlackRateLimited as error:
            return partial(self._record_limit, row=row, error=error)
        except ChannelClosed as error:
            return partial(self._record_closed_place, row=row, reason=str(error))
        except ChannelShared as error:
            return partial(self._record_shared_place, row=row, reason=str(error))
        except Unconfirmed as error:
            return partial(self._record_unconfirmed, row=row, reason=str(error))
        except MessageGone as error:
            return partial(self.recover_message, row=row, reason=str(error))
        except Exception as error:
            return partial(self._record_failure, row=row, error=error)
        return partial(self._record_delivery, row=row, content=content, delivered=delivered)

    def _record_delivery(self, connection: Connection, row: RowT, content: ContentT, delivered: Delivered) -> None:
        """Record that a row arrived, and try those now that an outage delayed."""
        self.mark_delivered(connection, row, content, delivered)
        now = self._pace.now()
        for delayed in self._outbox.find_delayed(connection, now + LONGEST_DELAY):
            self._outbox.enqueue_again(connection, self._enqueue, delayed, now, timedelta(0))

    def _record_limit(self, connection: Connection, row: RowT, error: SlackRateLimited) -> None:
        """Delay all calls of the method that Slack limits. The attempt is not counted."""
        self._pace.delay(connection, error.method, error.retry_after)
        self.try_again(connection, row, timedelta(seconds=error.retry_after), counts=False)

    def _record_closed_place(self, connection: Connection, row: RowT, reason: str) -> None:
        if self.give_up(connection, row.primary_key, reason):
            log.warning("%s %s cannot be in %s: %s", self._outbox.prefix, row.key, row.channel_id, reason)
            self.move_elsewhere(connection, row)

    def _record_shared_place(self, connection: Connection, row: RowT, reason: str) -> None:
        """Show the row elsewhere, and tell each person whom that concerns once where the bot no longer posts."""
        people = self.list_people(connection, row)
        self._record_closed_place(connection, row, reason)
        for user in sorted(people):
            words = shared_channel_words(row.channel_id)
            key = f"shared:{row.channel_id}:{user}"
            notice = Notice(key, None, "act", user, (user,), self._pace.now(), {"words": words})
            notices.send(connection, self._enqueue, notice)

    def _record_unconfirmed(self, connection: Connection, row: RowT, reason: str) -> None:
        """Give a row up whose message may be there, and tell each person who counts on it."""
        if not self.give_up(connection, row.primary_key, reason):
            return
        log.error("%s %s may be in %s or not: %s", self._outbox.prefix, row.key, row.channel_id, reason)
        names = labels.get_names(connection, [row.batch_id])[row.batch_id] if row.batch_id else None
        words = unconfirmed_words(row.channel_id, row.batch_id, names)
        now = self._pace.now()
        for user in sorted(self.list_people(connection, row)):
            if user != row.channel_id:  # else this was that person's own message
                key = f"unconfirmed:{row.key}:{user}:{int(now.timestamp())}"
                notices.send(
                    connection, self._enqueue, Notice(key, row.batch_id, "act", user, (user,), now, {"words": words})
                )

    def _record_failure(self, connection: Connection, row: RowT, error: Exception) -> None:
        kind = type(error).__name__
        known = isinstance(error, MessageCallFailed)
        name = f"{self._outbox.prefix} {row.key}"
        reason = error if known else kind  # the text of another error may quote what the row holds
        log.warning("%s: attempt %d failed: %s", name, row.attempts, reason, exc_info=None if known else error)
        if isinstance(error, AnswerUncertain | BotRefused | ChannelUnchecked):
            longest = max(LONGEST_DELAY, self._outbox.count_open(connection) * _INTERVAL_IN_OUTAGE)
            delay = min(delay_after(row.attempts), longest) if row.attempts <= _COUNTED_IN_OUTAGE else longest
            is_uncertain = isinstance(error, PostUncertain)
            counts = row.attempts <= _COUNTED_IN_OUTAGE
            self.try_again(connection, row, delay, counts=counts, is_uncertain=is_uncertain)
            return
        if row.attempts < ATTEMPTS:
            self.try_again(connection, row, min(delay_after(row.attempts), LONGEST_DELAY))
            return
        log.error("%s: given up: %s", name, reason)
        self.give_up(connection, row.primary_key, f"{kind}: {error}"[:_REASON_CHARACTERS])


def delay_after(attempts: int) -> timedelta:
    """Return the delay after so many attempts: 5 s, doubling."""
    factor: int = 2 ** (attempts - 1)
    return _FIRST_DELAY * factor
