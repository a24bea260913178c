"""What a change of a batch means for those who watch it: cards are redrawn, and notices are sent once."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, drafts, ledger, notices, watches
from bot.store.records import batches as batch_records
from bot.store.records.batches import SeenBatch
from bot.store.records.notices import Event, Notice, notice_key
from bot.store.records.watches import StoredWatch
from bot.store.transactions import split_draft


class Ending(Struct, frozen=True):
    """How a batch ended. `all_succeeded`: every request did. `canceled`: someone had asked for that."""

    all_succeeded: bool
    canceled: bool


class Announcer(Struct, frozen=True):
    """Enqueues cards and notices in the transaction that changes a batch."""

    enqueue: Enqueue

    def record_seen(self, connection: Connection, seen: SeenBatch, was: str, now: datetime) -> list[StoredWatch] | None:
        """Store a batch as it is now, redraw its cards, and return who watches it.

        `was` is its stored shape. Returns None if another process recorded the change before.
        """
        if not batch_records.guarded_update(connection, seen, was=was):
            return None
        head = drafts.find_head(connection, seen.id)  # its card and its watches are about all parts of a file
        known = watches.list_for_batch(connection, head)  # only now, because a new watch waits for this transaction
        self.redraw_cards(connection, head, known, now)
        return known

    def record_end(self, connection: Connection, seen: SeenBatch, ending: Ending, now: datetime) -> None:
        """Announce the end of a watched batch that no sweep has seen. It stays open, and is announced once."""
        stored = batch_records.get(connection, seen.id, locked=True)
        if stored is not None and stored.over_at is None:
            known = self.record_seen(connection, replace(seen, over_at=None), stored.shape, now)
            self.announce_end(connection, seen.id, ending, known or (), now)

    def record_cancel(self, connection: Connection, seen: SeenBatch, now: datetime) -> None:
        """Store that a known batch is being canceled, and redraw its cards."""
        stored = batch_records.get(connection, seen.id, locked=True)
        if stored is not None and stored.status == "in_progress":
            self.record_seen(connection, seen, stored.shape, now)

    def redraw_cards(self, connection: Connection, batch_id: str, known: Iterable[StoredWatch], now: datetime) -> None:
        """Redraw the batch's cards, also those that no one watches any more."""
        drawn = [card.channel_id for card in cards.list_for_batch(connection, batch_id)]
        for channel in sorted(
            {*(watch.channel_id for watch in known), *drawn}
        ):  # in one order, or two processes could deadlock
            cards.redraw(connection, self.enqueue, batch_id, channel, now)

    def announce_end(
        self, connection: Connection, batch_id: str, ending: Ending, known: Sequence[StoredWatch], now: datetime
    ) -> None:
        """Notify everyone who watches the batch, also those who began after the first notice.

        The feed channel gets no notice: its card shows the end. The end of a part is announced with that of the last
        one, as the end of the whole.
        """
        occasion = ""
        parts = drafts.find_sent_parts(connection, batch_id)
        if parts is not None:
            drafts.get(connection, parts.whole_id, locked=True)  # of two parts that end at once, one must see both
            stored = batch_records.get_many(connection, parts.batch_ids).values()
            if any(each.over_at is None and each.status != "ended" for each in stored):
                return
            batch_id, ending = parts.head, _add_up_endings(stored)
            known = watches.list_for_batch(connection, batch_id)
            occasion = f"{len(parts.batch_ids)}-parts"
        event: Event = "canceled" if ending.canceled else "ended"
        places = {watch.channel_id for watch in known if watch.user_id}
        quiet = {
            place
            for place in places
            if self._is_quiet(connection, batch_id, place, all_succeeded=ending.all_succeeded, now=now)
        }
        for channel, mentions in _mentions_by_channel(each for each in known if each.channel_id not in quiet).items():
            if not self.send_notice(connection, batch_id, event, channel, mentions, now, occasion=occasion):
                for user in set(mentions) - notices.get_mentions(connection, notice_key(batch_id, event, channel)):
                    self.send_notice(connection, batch_id, event, channel, (user,), now, occasion=f"late-{user}")

    def announce_gone(self, connection: Connection, batch_id: str, now: datetime) -> None:
        """Notify everyone who watches that a batch was deleted before it was seen to end."""
        if not self.mark_cards_deleted(connection, batch_id, now):
            return
        deleted_here = audit.find_last_actor(connection, "delete", batch_id, include_uncertain=True) is not None
        for channel, mentions in _mentions_by_channel(watches.list_for_batch(connection, batch_id)).items():
            if not self._is_quiet(connection, batch_id, channel, all_succeeded=False, now=now):
                self.send_notice(
                    connection, batch_id, "gone", channel, mentions, now, payload={"through_me": deleted_here}
                )

    def mark_cards_deleted(self, connection: Connection, batch_id: str, now: datetime) -> bool:
        """Redraw the cards of a deleted batch; False if they show it already, or the batch is not stored."""
        seen = batch_records.get(connection, batch_id)
        if seen is None or not batch_records.mark_gone(connection, batch_id, now):
            return False
        ledger.record_missing(connection, ledger.make_ledger_batch(seen))
        ledger.mark_deleted(connection, batch_id, now)
        cards.redraw_all(connection, self.enqueue, drafts.find_head(connection, batch_id), now)
        return True

    def undo_gone(self, connection: Connection, seen: SeenBatch, now: datetime) -> None:
        """Undo "deleted elsewhere" for a batch that still exists, and announce its end if that has not happened."""
        stored = batch_records.get(connection, seen.id, locked=True)
        if stored is None or stored.status != batch_records.GONE:
            return
        if (
            audit.find_last_actor(connection, "delete", seen.id, include_uncertain=True) is None
        ):  # else the list may be out of date
            self.record_seen(connection, seen if stored.ended_at else replace(seen, over_at=None), stored.shape, now)
            notices.retract(connection, seen.id, "gone")
            ledger.mark_found(connection, seen.id)

    def announce_new(self, connection: Connection, feed: str, batch_ids: Sequence[str], now: datetime) -> None:
        """Post in the feed how many new batches get no card."""
        if batch_ids and not watches.is_muted(connection, [feed], now):
            notice = Notice(f"feed:{feed}:{batch_ids[0]}", None, "appeared", feed, (), now, {"more": len(batch_ids)})
            notices.send(connection, self.enqueue, notice)

    def send_notice(
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
        """Send a notice; False if it was sent there before. `occasion` distinguishes repeats of an event."""
        key = notice_key(batch_id, event, channel) + (f":{occasion}" if occasion else "")
        notice = Notice(key, batch_id, event, channel, mentions, now, payload or {})
        return notices.send(connection, self.enqueue, notice)

    def _is_quiet(
        self, connection: Connection, batch_id: str, channel: str, *, all_succeeded: bool, now: datetime
    ) -> bool:
        if split_draft.find_rest(connection, batch_id) is not None:
            return False  # the end of a sample asks a question, and someone waits for it
        level = watches.get_effective_level(connection, batch_id, channel, now)
        return level in ("none", "muted") or (level == "failures" and all_succeeded)


def _add_up_endings(parts: Iterable[SeenBatch]) -> Ending:
    """Return how the parts of a whole ended, together."""
    bodies = [json.loads(each.body) for each in parts]
    counts = [body["request_counts"] for body in bodies]
    all_succeeded = not any(each[name] for each in counts for name in ("processing", "errored", "canceled", "expired"))
    return Ending(all_succeeded, canceled=any(body["cancel_initiated_at"] for body in bodies))


def _mentions_by_channel(known: Iterable[StoredWatch]) -> dict[str, tuple[str, ...]]:
    """Return whom to mention in which channel. A watch that a cancel began adds no second mention of a person."""
    mentions: dict[str, tuple[str, ...]] = {}
    for watch in sorted(known, key=lambda each: each.reason == "cancel"):
        is_notified = any(watch.user_id in users for place, users in mentions.items() if place == watch.channel_id)
        is_notified = is_notified or (
            watch.reason == "cancel" and any(watch.user_id in users for users in mentions.values())
        )
        if watch.user_id and not is_notified:
            mentions[watch.channel_id] = (*mentions.get(watch.channel_id, ()), watch.user_id)
    return mentions
