"""The sweep: reads list pages until every watched batch was seen, and announces what changed."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection

from bot.api.client import BatchesClient
from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, BatchNotFound, KeyRefused
from bot.api.ids import BatchId
from bot.api.models import RETENTION, MessageBatch
from bot.operations.listing_memory import ListingMemory
from bot.operations.snapshots import describe_ending, encode_shape, is_settled, snapshot_batch
from bot.store.db.database import Database
from bot.store.records import batches as batch_records
from bot.store.records import cards, scheduled_jobs, watches
from bot.store.records.watches import StoredWatch
from bot.store.transactions import deletions
from bot.store.transactions.announce import Announcer
from bot.store.transactions.begin_watch import SWEEP
from bot.store.transactions.deletions import NOT_FOUND_DELAY
from bot.worker.listing import FEED_WINDOW, SweepState
from bot.worker.sweep_interval import SLOWEST, choose_interval

log = logging.getLogger(__name__)

LONGEST_ASKED = timedelta(minutes=10)
"""The longest pause that the API may ask for."""
RESULTS_GRACE = timedelta(minutes=10)
"""How long an ended batch may have no results before its end is announced anyway."""
RESULTS_LATEST = timedelta(days=1)
"""How long its card waits for the results."""
OUTAGE = timedelta(minutes=5)
"""How long the API must be unavailable before a notice says so, once."""
FEED_CARDS = 20
"""How many cards may wait in the feed. A channel takes one a second, and people read less."""
_AT_ONCE = 100  # deleted or found batches in one transaction; the others follow in the next sweep
_LOOKS = 100  # batches that one sweep looks at one by one, because no page showed them
_FAILED_LOOKS = 3  # after this many failures, or only failures, the API is taken to fail and not a batch


class Sweep:
    """Sweeps the workspace for all watches at once. A sweep whose process died starts again from the beginning."""

    def __init__(
        self,
        batches: BatchesClient,
        database: Database,
        announcer: Announcer,
        now: Callable[[], datetime],
        listed: ListingMemory,
        feed_channel: str | None = None,
    ) -> None:
        self._batches = batches
        self._database = database
        self._announcer = announcer
        self._now = now
        self._listed = listed
        self._feed = feed_channel

    async def run(self, turn: int) -> None:
        """Sweep once and schedule the next sweep. A failure of the API is recorded and raises nothing."""
        state = await self._database.run(self._begin)
        try:
            await self._read_pages(state)
            await self._look_one_by_one(state)
        except ApiError as error:
            log.warning("sweep %d failed: %s", turn, error)
            await self._database.run(partial(self._record_failure, asked=error.retry_after or 0.0))
            return
        reach = None if state.is_doubtful else state.reach
        if gone := self._listed.find_missing(state.ended, reach, self._now(), state.unreadable)[:_AT_ONCE]:
            await self._database.run(partial(self._mark_deleted, gone=gone))
            self._listed.drop(gone)
        await self._database.run(lambda connection: self._record_done(connection, state))

    async def _read_pages(self, state: SweepState) -> None:
        """Read pages until everything was seen, or looking at the rest one by one takes fewer calls."""
        async for page in self._list_pages(state):
            await self._process(state, page)
            if not state.feed_needs_pages_after(page) and len(state.unseen) <= state.estimate_pages_left(page):
                return

    async def _list_pages(self, state: SweepState) -> AsyncIterator[Sequence[MessageBatch]]:
        if state.feed_known is None and len(state.unseen) <= 2:
            return
        limit = 1_000 if len(state.unseen) > 50 else 100
        cursor: BatchId | None = None
        cursors: set[BatchId] = set()
        while True:
            page = await self._batches.list(limit=limit, after_id=cursor)
            state.record_page(page)
            if page.data:
                yield page.data
            cursor = page.last_id
            is_empty = not page.data and not page.unreadable
            if is_empty or not (page.has_more and cursor) or cursor in cursors:
                return
            cursors.add(cursor)
            limit = 1_000  # if one page was not enough, there may be thousands

    async def _look_one_by_one(self, state: SweepState) -> None:
        """Look one by one at the batches that no page showed. One that always fails does not delay the others."""
        wanted = sorted(state.unseen)[:_LOOKS]
        failed = 0
        for batch_id in wanted:
            try:
                batch = await self._batches.retrieve(BatchId(batch_id))
            except BatchNotFound:
                await self._database.run(partial(self._record_missing, batch_id=batch_id))
            except (ApiRejected, ApiUnavailable) as error:
                is_odd = error.kind == "unexpected_shape"  # the API answers, so the others can be seen
                failed += not is_odd
                if not is_odd and (failed in (_FAILED_LOOKS, len(wanted)) or isinstance(error, KeyRefused)):
                    raise
                log.warning("could not look at %s: %s", batch_id, error)
            else:
                await self._process(state, [batch])

    async def _process(self, state: SweepState, page: Sequence[MessageBatch]) -> None:
        """Store and announce the changes on a page in one transaction; without changes, start none."""
        shapes = state.open.shapes
        changed = []
        new = []
        for batch in page:
            shape = shapes.get(batch.id)
            state.unseen.discard(batch.id)
            if shape is not None and (shape != encode_shape(batch) or (batch.has_ended and self._must_announce(batch))):
                changed.append(batch)
            if state.feed_known is not None and batch.id not in state.feed_known:
                new.append(batch)
        if changed or new or state.open.some_missing:
            await self._database.run(lambda connection: self._store_page(connection, state, changed, new, page))
        if back := [batch for batch in page if batch.id in state.gone][:_AT_ONCE]:
            await self._database.run(partial(self._undo_gone, found=back))

    def _store_page(
        self,
        connection: Connection,
        state: SweepState,
        changed: Sequence[MessageBatch],
        new: Sequence[MessageBatch],
        page: Sequence[MessageBatch],
    ) -> None:
        now = self._now()
        if state.open.some_missing:
            batch_records.mark_found(connection, [batch.id for batch in page])
        for batch in changed:
            self._record_change(connection, batch, state.open.shapes[batch.id], now)
        if new and self._feed is not None:
            self._announce_in_feed(connection, self._feed, new, state, now)

    def _record_change(self, connection: Connection, batch: MessageBatch, was: str, now: datetime) -> None:
        """Announce a change that no other process recorded. The card of an end without results still waits for them."""
        seen = replace(snapshot_batch(batch, now), over_at=now if self._is_over(batch) else None)
        waits = seen.shape == was and seen.over_at is None
        known = (
            watches.list_for_batch(connection, batch.id)
            if waits
            else self._announcer.record_seen(connection, seen, was, now)
        )
        if known is not None and self._must_announce(batch):
            self._announcer.announce_end(connection, batch.id, describe_ending(batch), known, now)

    def _announce_in_feed(
        self, connection: Connection, feed: str, new: Sequence[MessageBatch], state: SweepState, now: datetime
    ) -> None:
        """Give each new batch a card. If too many unwatched ones come at once, post only the number of the rest."""
        begins = state.feed_since is None
        watched = [batch for batch in new if batch.id in state.feed_watched]
        others = [batch for batch in new if batch.id not in state.feed_watched]
        news = [batch for batch in others if batch_records.add(connection, snapshot_batch(batch, now))]
        if begins:
            news = [batch for batch in news if not batch.has_ended]  # old ones are no news when the feed begins
        else:
            room = max(0, FEED_CARDS - cards.OUTBOX.count_open(connection, feed))
            self._announcer.announce_new(connection, feed, [batch.id for batch in news[room:]], now)
            news = news[:room]
        for batch in [*news, *watched]:
            watch = StoredWatch(batch.id, "", feed, "feed", now)
            if watches.add(connection, watch) and not begins:
                self._announcer.redraw_cards(connection, batch.id, [watch], now)

    def _must_announce(self, batch: MessageBatch) -> bool:
        return is_settled(batch) or self._ended_before(batch, RESULTS_GRACE)

    def _is_over(self, batch: MessageBatch) -> bool:
        return is_settled(batch) or self._ended_before(batch, RESULTS_LATEST)

    def _ended_before(self, batch: MessageBatch, span: timedelta) -> bool:
        return batch.has_ended and batch.ended_at is not None and self._now() - batch.ended_at > span

    def _record_missing(self, connection: Connection, batch_id: str) -> None:
        """Take a missing batch for deleted, once that has lasted longer than the API's own delay."""
        now = self._now()
        seen = batch_records.get(connection, batch_id)
        if seen is None or seen.over_at is not None:
            return
        if seen.missing_since is None:
            batch_records.mark_missing(connection, batch_id, now)
        elif now - seen.missing_since >= NOT_FOUND_DELAY:
            self._announcer.announce_gone(connection, batch_id, now)

    def _mark_deleted(self, connection: Connection, gone: Sequence[str]) -> None:
        now = self._now()
        for batch_id in sorted(gone):  # in one order, or two processes could deadlock
            deletions.mark_deleted(connection, self._announcer.enqueue, batch_id, now)

    def _undo_gone(self, connection: Connection, found: Sequence[MessageBatch]) -> None:
        now = self._now()
        for batch in found:
            self._announcer.undo_gone(connection, snapshot_batch(batch, now), now)

    def _begin(self, connection: Connection) -> SweepState:
        now = self._now()
        found = batch_records.list_open(connection)
        gone = batch_records.list_gone_ids(connection, now - RETENTION)
        if self._feed is None:
            return SweepState(now, found, set(found.shapes), gone, None)
        last = scheduled_jobs.get(connection, f"feed:{self._feed}")
        after = now - 2 * FEED_WINDOW
        watched = watches.list_ids_outside_feed(connection, self._feed, after)
        known = batch_records.list_known_ids(connection, after) - watched
        return SweepState(now, found, set(found.shapes), gone, known, watched, last.due_at if last else None)

    def _record_done(self, connection: Connection, state: SweepState) -> None:
        now = self._now()
        scheduled_jobs.mark_done(connection, SWEEP, now)
        if self._feed is not None:
            scheduled_jobs.set_due(connection, f"feed:{self._feed}", state.began)
        pause = timedelta(seconds=self._batches.hint.compute_pause(now))
        after = batch_records.list_open(connection)
        scheduled_jobs.set_due(connection, SWEEP, now + max(choose_interval(after, now), min(pause, SLOWEST)))

    def _record_failure(self, connection: Connection, asked: float) -> None:
        """Schedule the next sweep; if the outage lasts, send a notice to the cards."""
        now = self._now()
        scheduled_jobs.mark_failing(connection, SWEEP, now)
        scheduled_jobs.set_due(connection, SWEEP, now + max(SLOWEST / 2, min(timedelta(seconds=asked), LONGEST_ASKED)))
        job = scheduled_jobs.get(connection, SWEEP)
        if job is None or job.failing_since is None or now - job.failing_since < OUTAGE:
            return
        seen = job.done_at or job.failing_since
        for card in cards.list_for_open_batches(connection):
            if watches.is_muted(connection, (card.batch_id, card.channel_id), now):
                continue
            occasion = str(int(job.failing_since.timestamp()))
            payload = {"last_seen": seen.isoformat()}
            self._announcer.send_notice(
                connection, card.batch_id, "unseen", card.channel_id, (), now, occasion=occasion, payload=payload
            )
