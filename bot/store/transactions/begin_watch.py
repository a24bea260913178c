"""The beginning of a watch, in one transaction: the batch as it is now, the watch, and the first card."""

from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import batches as batch_records
from bot.store.records import cards, drafts, notices, scheduled_jobs, watches
from bot.store.records.batches import SeenBatch
from bot.store.records.watches import StoredWatch

SWEEP = "sweep"
FIRST_SWEEP = timedelta(seconds=10)
"""Delay of the sweep after a watch began."""


def start_watch(
    connection: Connection, enqueue: Enqueue, watch: StoredWatch, batch: SeenBatch, now: datetime, *, card: bool = True
) -> bool:
    """Begin to watch a batch that was just read; False if this watch exists.

    `card`: show its card where the watch is, at once, also if it was given up there.
    """
    if not batch_records.add(connection, batch):
        known = batch_records.get(connection, batch.id, locked=True)
        if known is not None and known.over_at is not None and batch.over_at is None:
            _reopen(connection, known, batch)
        elif known is not None and known.status == "in_progress" and batch.status == "canceling":
            batch_records.guarded_update(connection, batch, was=known.shape)  # a card must not offer to cancel again
    scheduled_jobs.set_due(connection, SWEEP, now + FIRST_SWEEP, not_later=True)
    is_new = watches.add(connection, watch)
    here = {watch.channel_id} if card else set()
    drawn = {
        each.channel_id for each in cards.list_for_batch(connection, batch.id)
    }  # the feed's card shows that no one watches
    for channel in sorted(here | drawn):
        cards.redraw(connection, enqueue, batch.id, channel, now, anew=channel in here)
    return is_new


def add_part(connection: Connection, enqueue: Enqueue, part: SeenBatch, now: datetime) -> None:
    """Store a part that was just sent, so that sweeps look at it, and redraw the card of the whole."""
    batch_records.add(connection, part)
    scheduled_jobs.set_due(connection, SWEEP, now + FIRST_SWEEP, not_later=True)
    cards.redraw_all(connection, enqueue, drafts.find_head(connection, part.id), now)


def _reopen(connection: Connection, known: SeenBatch, batch: SeenBatch) -> None:
    """Sweep a batch again that was marked as gone. The end of a batch that ended since it was read stays recorded."""
    latest = replace(known, over_at=None) if known.status == "ended" else batch
    if batch_records.guarded_update(connection, latest, was=known.shape):
        notices.retract(connection, batch.id, "gone")
