"""The sweep: list pages are read until every watched batch was seen; what changed is told in the same transaction."""

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
from bot.store.transactions.deletions import TRANSIENT
from bot.worker.listing import WINDOW, SweepState
from bot.worker.sweep_interval import SLOWEST, choose_interval

log = logging.getLogger(__name__)

LONGEST_ASKED = timedelta(minutes=10)
RESULTS_GRACE = timedelta(minutes=10)
"""So long an ended batch may be without its results before its end is told regardless."""
RESULTS_LATEST = timedelta(days=1)
"""So long its card waits for them."""
OUTAGE = timedelta(minutes=5)
"""After so long without the API the cards say so, once."""
FEED_CARDS = 20
"""Cards that may wait to be posted or edited in the feed: a channel takes one a second, and reads even less."""
_AT_ONCE = 100  # batches in one transaction that were deleted elsewhere, or only seemed so; the others' turn comes next
_LOOKS = 100  # batches that no page showed, looked at one by one in one sweep
_FAILED_LOOKS = 3  # so many, or none that went well: it is the API that fails and not a batch


class Sweep:
    """Looks at the workspace for all watches at once; one that died begins anew, because only the API knows."""

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
        """Sweep once and say when the next one is due; an API that fails is noted and raises nothing."""
        sighting = await self._database.run(self._begin)
        try:
            await self._pages(sighting)
            await self._looks(sighting)
        except ApiError as error:
            log.warning("sweep %d failed: %s", turn, error)
            await self._database.run(partial(self._failed, asked=error.retry_after or 0.0))
            return
        if gone := self._listed.find_missing(sighting.ended, sighting.reach, self._now())[:_AT_ONCE]:
            await self._database.run(partial(self._bury, gone=gone))
            self._listed.drop(gone)
        await self._database.run(lambda connection: self._done(connection, sighting))

    async def _pages(self, sighting: SweepState) -> None:
        """Read pages until all was seen, or what is left is fewer looks than pages."""
        async for page in self._each_page(sighting):
            await self._take_in(sighting, page)
            if not sighting.feed_needs(page) and len(sighting.unseen) <= sighting.pages_left(page):
                return

    async def _each_page(self, sighting: SweepState) -> AsyncIterator[Sequence[MessageBatch]]:
        if sighting.feed_known is None and len(sighting.unseen) <= 2:
            return
        limit = 1_000 if len(sighting.unseen) > 50 else 100
        cursor: BatchId | None = None
        cursors: set[BatchId] = set()
        while True:
            page = await self._batches.list(limit=limit, after_id=cursor)
            sighting.note(page)
            if page.data:
                yield page.data
            cursor = page.last_id
            if not (page.has_more and page.data and cursor) or cursor in cursors:
                return
            cursors.add(cursor)
            limit = 1_000  # where one page was not enough there may be thousands

    async def _looks(self, sighting: SweepState) -> None:
        """Look at the few that no page showed, one by one; one that always fails keeps no other back."""
        wanted, failed = sorted(sighting.unseen)[:_LOOKS], 0
        for batch_id in wanted:
            try:
                batch = await self._batches.retrieve(BatchId(batch_id))
            except BatchNotFound:
                await self._database.run(partial(self._missing, batch_id=batch_id))
            except (ApiRejected, ApiUnavailable) as error:
                failed += 1
                if failed in (_FAILED_LOOKS, len(wanted)) or isinstance(error, KeyRefused):
                    raise
                log.warning("%s could not be looked at: %s", batch_id, error)
            else:
                await self._take_in(sighting, [batch])

    async def _take_in(self, sighting: SweepState, page: Sequence[MessageBatch]) -> None:
        """Store what is new of a page and tell it, in one transaction; no transaction where nothing is."""
        shapes, changed, new = sighting.open.shapes, [], []
        for batch in page:
            shape = shapes.get(batch.id)
            sighting.unseen.discard(batch.id)
            if shape is not None and (shape != encode_shape(batch) or (batch.has_ended and self._is_told(batch))):
                changed.append(batch)
            if sighting.feed_known is not None and batch.id not in sighting.feed_known:
                new.append(batch)
        if changed or new or sighting.open.some_missing:
            await self._database.run(lambda connection: self._store(connection, sighting, changed, new, page))
        if back := [batch for batch in page if batch.id in sighting.gone][:_AT_ONCE]:
            await self._database.run(partial(self._take_back, found=back))

    def _store(
        self,
        connection: Connection,
        sighting: SweepState,
        changed: Sequence[MessageBatch],
        new: Sequence[MessageBatch],
        page: Sequence[MessageBatch],
    ) -> None:
        now = self._now()
        if sighting.open.some_missing:
            batch_records.mark_found(connection, [batch.id for batch in page])
        for batch in changed:
            self._change(connection, batch, sighting.open.shapes[batch.id], now)
        if new and self._feed is not None:
            self._feed_new(connection, self._feed, new, sighting, now)

    def _change(self, connection: Connection, batch: MessageBatch, was: str, now: datetime) -> None:
        """Tell a change if nobody else has seen it before; an end without results once, and its card still waits."""
        seen = replace(snapshot_batch(batch, now), over_at=now if self._is_over(batch) else None)
        waits = seen.shape == was and seen.over_at is None
        known = (
            watches.list_for_batch(connection, batch.id)
            if waits
            else self._announcer.record_seen(connection, seen, was, now)
        )
        if known is not None and self._is_told(batch):
            self._announcer.announce_end(connection, batch.id, describe_ending(batch), known, now)

    def _feed_new(
        self, connection: Connection, feed: str, new: Sequence[MessageBatch], sighting: SweepState, now: datetime
    ) -> None:
        """Give each batch its card; where too many that nobody watches come at once, the rest is a number."""
        begins, watched = sighting.feed_since is None, [batch for batch in new if batch.id in sighting.feed_watched]
        others = [batch for batch in new if batch.id not in sighting.feed_watched]
        news = [batch for batch in others if batch_records.add(connection, snapshot_batch(batch, now))]
        if begins:
            news = [batch for batch in news if not batch.has_ended]  # that is no news
        else:
            room = max(0, FEED_CARDS - cards.OUTBOX.count_open(connection, feed))
            self._announcer.announce_new(connection, feed, [batch.id for batch in news[room:]], now)
            news = news[:room]
        for batch in [*news, *watched]:
            watch = StoredWatch(batch.id, "", feed, "feed", now)
            if watches.add(connection, watch) and not begins:
                self._announcer.redraw_cards(connection, batch.id, [watch], now)

    def _is_told(self, batch: MessageBatch) -> bool:
        return is_settled(batch) or self._ended_before(batch, RESULTS_GRACE)

    def _is_over(self, batch: MessageBatch) -> bool:
        return is_settled(batch) or self._ended_before(batch, RESULTS_LATEST)

    def _ended_before(self, batch: MessageBatch, span: timedelta) -> bool:
        return batch.has_ended and batch.ended_at is not None and self._now() - batch.ended_at > span

    def _missing(self, connection: Connection, batch_id: str) -> None:
        """Take a batch that is not found for deleted, once that has lasted longer than the API's own delay."""
        now, seen = self._now(), batch_records.get(connection, batch_id)
        if seen is None or seen.over_at is not None:
            return
        if seen.missing_since is None:
            batch_records.mark_missing(connection, batch_id, now)
        elif now - seen.missing_since >= TRANSIENT:
            self._announcer.announce_gone(connection, batch_id, now)

    def _bury(self, connection: Connection, gone: Sequence[str]) -> None:
        now = self._now()
        for batch_id in sorted(gone):  # in one order: nobody deadlocks
            deletions.mark_deleted(connection, self._announcer.enqueue, batch_id, now)

    def _take_back(self, connection: Connection, found: Sequence[MessageBatch]) -> None:
        now = self._now()
        for batch in found:
            self._announcer.undo_gone(connection, snapshot_batch(batch, now), now)

    def _begin(self, connection: Connection) -> SweepState:
        now, found = self._now(), batch_records.list_open(connection)
        gone = batch_records.list_gone_ids(connection, now - RETENTION)
        if self._feed is None:
            return SweepState(now, found, set(found.shapes), gone, None)
        last, after = scheduled_jobs.get(connection, f"feed:{self._feed}"), now - 2 * WINDOW
        watched = watches.list_ids_outside_feed(connection, self._feed, after)
        known = batch_records.list_known_ids(connection, after) - watched
        return SweepState(now, found, set(found.shapes), gone, known, watched, last.due_at if last else None)

    def _done(self, connection: Connection, sighting: SweepState) -> None:
        now = self._now()
        scheduled_jobs.mark_done(connection, SWEEP, now)
        if self._feed is not None:
            scheduled_jobs.set_due(connection, f"feed:{self._feed}", sighting.began)
        pause = timedelta(seconds=self._batches.hint.compute_pause(now))
        after = batch_records.list_open(connection)
        scheduled_jobs.set_due(connection, SWEEP, now + max(choose_interval(after, now), min(pause, SLOWEST)))

    def _failed(self, connection: Connection, asked: float) -> None:
        """Come again later; once it has lasted, say so at the cards."""
        now = self._now()
        scheduled_jobs.mark_failing(connection, SWEEP, now)
        scheduled_jobs.set_due(connection, SWEEP, now + max(SLOWEST / 2, min(timedelta(seconds=asked), LONGEST_ASKED)))
        duty = scheduled_jobs.get(connection, SWEEP)
        if duty is None or duty.failing_since is None or now - duty.failing_since < OUTAGE:
            return
        seen = duty.done_at or duty.failing_since
        for card in cards.list_for_open_batches(connection):
            if watches.is_muted(connection, (card.batch_id, card.channel_id), now):
                continue
            occasion = str(int(duty.failing_since.timestamp()))
            payload = {"last_seen": seen.isoformat()}
            self._announcer.send_notice(
                connection, card.batch_id, "unseen", card.channel_id, (), now, occasion=occasion, payload=payload
            )
