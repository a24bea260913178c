"""What the list pages of one sweep have shown."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from bot.api.models import BatchPage, MessageBatch
from bot.store.records.batches import OpenBatches

WINDOW = timedelta(hours=25)
"""A batch is processed for 24 hours at most."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class SweepState(Struct):
    """One sweep's findings: what was open, or taken for `gone`, when it began, what is `unseen`, what its pages show.

    `feed_known`: what the feed has met; None: no feed. `feed_watched`: what is watched and it has not met.
    `feed_since`: all that was there before was looked at; None: the feed begins. `ended`: the listed batches that have
    ended, by when they were created. `reach`: what is younger was listed if it is there; None: no page was read.
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

    def note(self, page: BatchPage) -> None:
        """Take in what a page lists; one without batches says nothing, and the last reaches back to the beginning."""
        if page.data:
            self.ended.update({batch.id: batch.created_at for batch in page.data if batch.has_ended})
            oldest = page.data[-1].created_at
            self.reach = oldest if page.has_more else _BEGINNING

    def feed_needs(self, page: Sequence[MessageBatch]) -> bool:
        """Say whether further pages may hold batches the feed has not met."""
        if self.feed_known is None or page[-1].created_at < self.began - WINDOW:
            return False
        # What a sweep stored that failed afterwards is known, and what was on its next page is not.
        failed_before = self.feed_since is not None and page[-1].created_at >= self.feed_since
        return failed_before or page[-1].id not in self.feed_known

    def pages_left(self, page: Sequence[MessageBatch]) -> float:
        """Return about how many more pages reach back to the oldest watched batch, going by how long this one does."""
        last, oldest = page[-1].created_at, self.open.oldest
        if oldest is None or last < oldest:
            return math.inf
        return (last - oldest) / max(page[0].created_at - last, timedelta(seconds=1))
