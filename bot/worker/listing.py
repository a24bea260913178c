"""What the list pages of one sweep have shown."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from bot.api.models import BatchPage, MessageBatch
from bot.store.records.batches import OpenBatches

FEED_WINDOW = timedelta(hours=25)
"""How far back the feed looks for new batches. A batch is processed for at most 24 hours."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class SweepState(Struct):
    """The state of one sweep: the batches that were `open` or `gone` when it began, and what its pages show.

    `unseen`: open batches that no page has shown yet. `feed_known`: batches that the feed knows; None without a feed.
    `feed_watched`: watched batches that it does not know. `feed_since`: everything before it was looked at; None if the
    feed begins. `ended`: when the listed ended batches were created. `reach`: every younger batch that exists was
    listed; None if no page was read. `unreadable`: listed in an unknown shape. `is_doubtful`: one of those had no id,
    so no batch can be called missing.
    """

    began: datetime
    open: OpenBatches
    unseen: set[str]
    gone: frozenset[str]
    feed_known: frozenset[str] | None
    feed_watched: frozenset[str] = frozenset()
    feed_since: datetime | None = None
    ended: dict[str, datetime] = msgspec.field(default_factory=dict)
    reach: datetime | None = None
    unreadable: set[str] = msgspec.field(default_factory=set)
    is_doubtful: bool = False

    def record_page(self, page: BatchPage) -> None:
        """Record what a page lists. An empty page shows nothing; the last page reaches back to the beginning."""
        self.unreadable.update(batch_id for batch_id in page.unreadable if batch_id is not None)
        self.is_doubtful = self.is_doubtful or None in page.unreadable
        if page.data:
            self.ended.update({batch.id: batch.created_at for batch in page.data if batch.has_ended})
            oldest = page.data[-1].created_at
            self.reach = oldest if page.has_more else _BEGINNING

    def feed_needs_pages_after(self, page: Sequence[MessageBatch]) -> bool:
        """Return whether further pages may have batches that the feed does not know."""
        if self.feed_known is None or page[-1].created_at < self.began - FEED_WINDOW:
            return False
        # A sweep that failed stored the batches of its first pages, but not those of the next page.
        failed_before = self.feed_since is not None and page[-1].created_at >= self.feed_since
        return failed_before or page[-1].id not in self.feed_known

    def estimate_pages_left(self, page: Sequence[MessageBatch]) -> float:
        """Return about how many more pages reach back to the oldest watched batch, if they are as long as this one."""
        last = page[-1].created_at
        oldest = self.open.oldest
        if oldest is None or last < oldest:
            return math.inf
        return (last - oldest) / max(page[0].created_at - last, timedelta(seconds=1))
