"""Reminders: which are due, and sending each of them once."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.client import BatchesClient
from bot.api.errors import ApiError, BatchNotFound
from bot.api.ids import check_batch_id
from bot.api.models import RETENTION
from bot.operations.snapshots import restore_batch, snapshot_batch
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import batches as batch_records
from bot.store.records import notices, watches
from bot.store.records.batches import SeenBatch
from bot.store.records.notices import Event, Notice, notice_key
from bot.store.records.watches import StoredWatch
from bot.store.transactions import deletions
from bot.store.transactions.announce import Announcer

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LOOKS_AT_ONCE = 100
"""How many batches one run looks at. The others follow within minutes, and every reminder has at least an hour."""
REMINDERS: frozenset[Event] = frozenset({"expires_soon", "results_expire_7d", "results_expire_1d"})
FAILED_LOOKS = 3
"""How many looks may fail before the run stops, because the API is unavailable."""


class Reminder(Struct, frozen=True):
    """A reminder that is due: of which batch and event, where, and whom to mention."""

    batch: SeenBatch
    event: Event
    channel_id: str
    mentions: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the key of its notice."""
        return notice_key(self.batch.id, self.event, self.channel_id)


def find_due_event(batch: SeenBatch, now: datetime) -> Event | None:
    """Return the reminder that is due for a batch: only the latest one, not those that were missed before it."""
    if batch.missing_since is not None or batch.status == batch_records.GONE:
        return None
    if batch.status != "ended":
        left = batch.expires_at - now
        return "expires_soon" if batch.over_at is None and timedelta(0) < left <= HOUR else None
    if batch.fetched_at is not None or restore_batch(batch).archived_at is not None:
        return None
    left = batch.created_at + RETENTION - now
    if timedelta(0) < left <= DAY:
        return "results_expire_1d"
    return "results_expire_7d" if DAY < left <= WEEK else None


def list_due_reminders(
    batches: Iterable[SeenBatch], watched: Sequence[StoredWatch], now: datetime
) -> Iterator[Reminder]:
    """Yield the reminders that are due, one for each place where someone watches. The feed reminds no one."""
    places: dict[str, dict[str, list[str]]] = {}
    for watch in watched:
        if watch.user_id:
            places.setdefault(watch.batch_id, {}).setdefault(watch.channel_id, []).append(watch.user_id)
    for batch in batches:
        event = find_due_event_safely(batch, now) if batch.id in places else None
        if event is not None:
            for place, users in places[batch.id].items():
                yield Reminder(batch, event, place, tuple(dict.fromkeys(users)))


def find_due_event_safely(batch: SeenBatch, now: datetime) -> Event | None:
    """Return the reminder that is due; None for a row that cannot be read, so that it does not delay the others."""
    try:
        return find_due_event(batch, now)
    except ValueError:  # pydantic's error is one
        log.exception("the stored batch %s cannot be read", batch.id)
        return None


class ReminderSender:
    """Sends due reminders, each once. It looks at a batch before it reminds anyone, because the batch may be gone."""

    def __init__(
        self, database: Database, batches: BatchesClient, enqueue: Enqueue, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._batches = batches
        self._enqueue = enqueue
        self._now = now

    async def send_due(self) -> int:
        """Send the reminders that are due, of at most LOOKS_AT_ONCE batches; return how many.

        Raises StoreUnavailable. A batch waits if the API does not answer.
        """
        due = await self._database.run(lambda connection: self._due(connection, self._now()))
        looked: dict[str, bool | None] = {}
        sent = 0
        for reminder in due:
            batch_id = reminder.batch.id
            if batch_id not in looked:
                if len(looked) == LOOKS_AT_ONCE or list(looked.values()).count(None) == FAILED_LOOKS:
                    break
                looked[batch_id] = await self._is_still_due(reminder)
            if looked[batch_id]:
                sent += await self._send(reminder)
        return sent

    def _due(self, connection: Connection, now: datetime) -> list[Reminder]:
        ending = batch_records.list_ended(
            connection, created_after=now - RETENTION, created_before=now - RETENTION + WEEK + HOUR
        )
        expiring = batch_records.list_unfinished(connection, expiring_before=now + HOUR + timedelta(minutes=1))
        batches = [*expiring, *ending]  # first those that have an hour, not a day
        watched = watches.list_for_batches(connection, [batch.id for batch in batches])
        due = list(list_due_reminders(batches, watched, now))
        sent = notices.find_stored_keys(connection, [reminder.key for reminder in due])
        return [
            reminder
            for reminder in due
            if reminder.key not in sent
            and not watches.is_muted(connection, [reminder.batch.id, reminder.channel_id], now)
        ]

    async def _is_still_due(self, reminder: Reminder) -> bool | None:
        """Return whether the reminder is still due for the batch as it is now; None if the API does not answer."""
        batch_id = reminder.batch.id
        try:
            batch = await self._batches.retrieve(check_batch_id(batch_id))
        except BatchNotFound:
            marked = partial(deletions.mark_deleted, enqueue=self._enqueue, batch_id=batch_id, now=self._now())
            await self._database.run(marked)
            return False
        except ApiError:
            return None
        found = snapshot_batch(batch, self._now())
        now = self._now()
        if reminder.batch.status == "ended" and found.shape != reminder.batch.shape:
            await self._database.run(partial(self._record_change, was=reminder.batch, found=found))
        return find_due_event(found, now) == reminder.event and (found.results_ready or not batch.has_ended)

    async def _send(self, reminder: Reminder) -> bool:
        notice = Notice(
            reminder.key,
            reminder.batch.id,
            reminder.event,
            reminder.channel_id,
            reminder.mentions,
            created_at=self._now(),
        )
        return await self._database.run(lambda connection: notices.send(connection, self._enqueue, notice))

    def _record_change(self, connection: Connection, was: SeenBatch, found: SeenBatch) -> None:
        """Redraw the cards of an ended batch that has changed: its results were archived."""
        found = replace(found, over_at=was.over_at)
        Announcer(self._enqueue).record_seen(connection, found, was.shape, self._now())
