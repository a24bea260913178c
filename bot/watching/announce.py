"""What a change of a batch means for whoever watches: cards drawn anew, and notices that are sent once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bot.batches.models import MessageBatch
from bot.store import cards, notices, samples, watches
from bot.store.notices import Event, Notice, key_of
from bot.store.watches import Watch
from bot.store.work import Enqueue


class Announcer(Struct, frozen=True):
    """Writes cards to draw and notices to send into the transaction that changes a batch."""

    enqueue: Enqueue

    def changed(self, connection: Connection, batch_id: str, known: Iterable[Watch], now: datetime) -> None:
        """Have the batch's cards drawn as it is now."""
        for channel in _channels(known):
            cards.redraw(connection, self.enqueue, batch_id, channel, now)

    def ended(self, connection: Connection, batch: MessageBatch, known: Iterable[Watch], now: datetime) -> None:
        """Tell everybody who watches how it went; the feed shows it by its card alone."""
        counts = batch.request_counts
        well = counts.succeeded == counts.total
        event: Event = "canceled" if batch.cancel_initiated_at else "ended"
        for channel, mentions in _audiences(known).items():
            if not self._is_quiet(connection, batch.id, channel, well=well, now=now):
                self.tell(connection, batch.id, event, channel, mentions, now)

    def gone(self, connection: Connection, batch_id: str, known: Iterable[Watch], now: datetime) -> None:
        """Tell everybody who watches that somebody deleted it elsewhere."""
        for channel, mentions in _audiences(known).items():
            if not self._is_quiet(connection, batch_id, channel, well=False, now=now):
                self.tell(connection, batch_id, "gone", channel, mentions, now)

    def appeared(self, connection: Connection, feed: str, batch_ids: Sequence[str], now: datetime) -> None:
        """Say in the feed how many batches appeared that get no card."""
        if batch_ids:
            notice = Notice(f"feed:{feed}:{batch_ids[0]}", None, "appeared", feed, (), now, {"more": len(batch_ids)})
            notices.send(connection, self.enqueue, notice)

    def tell(
        self,
        connection: Connection,
        batch_id: str,
        event: Event,
        channel: str,
        mentions: tuple[str, ...],
        now: datetime,
        *,
        occasion: str = "",
        payload: dict[str, Any] | None = None,
    ) -> bool:
        """Send a notice; False where it was told there before. `occasion` tells repeats of an event apart."""
        key = key_of(batch_id, event, channel) + (f":{occasion}" if occasion else "")
        notice = Notice(key, batch_id, event, channel, mentions, now, payload or {})
        return notices.send(connection, self.enqueue, notice)

    def _is_quiet(self, connection: Connection, batch_id: str, channel: str, *, well: bool, now: datetime) -> bool:
        if samples.rest_of(connection, batch_id) is not None:
            return False  # the end of a sample is a question, and somebody waits for it
        level = watches.quiet_level(connection, channel)
        if level == "none" or (level == "failures" and well):
            return True
        return watches.is_muted(connection, (batch_id, channel), now)


def _channels(known: Iterable[Watch]) -> list[str]:
    return list(dict.fromkeys(watch.channel_id for watch in known))


def _audiences(known: Iterable[Watch]) -> dict[str, tuple[str, ...]]:
    """Return whom to mention where; what a watcher is told anyway is not told him elsewhere because he canceled."""
    told: dict[str, tuple[str, ...]] = {}
    for watch in sorted(known, key=lambda each: each.reason == "cancel"):
        knows = any(watch.user_id in users for place, users in told.items() if place == watch.channel_id)
        knows = knows or (watch.reason == "cancel" and any(watch.user_id in users for users in told.values()))
        if watch.user_id and not knows:
            told[watch.channel_id] = (*told.get(watch.channel_id, ()), watch.user_id)
    return told
