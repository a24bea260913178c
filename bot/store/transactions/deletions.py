"""What is forgotten of a batch that was deleted, and what its cards say from then on."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, labels, summaries
from bot.store.records import batches as batch_records
from bot.store.records.summaries import StoredSummary
from bot.store.transactions.announce import Announcer

TRANSIENT = timedelta(minutes=1)
"""So long a 404 may be the API's own delay (anthropics/anthropic-sdk-python, issue 1432)."""


def mark_deleted(connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime) -> bool:
    """Have the cards of a batch that is not found say that it is gone; False where they do, or nobody can know yet.

    What somebody still waits for is the sweep's to tell; just after an end a 404 may be the API's own delay.
    """
    seen = batch_records.get(connection, batch_id, locked=True)
    if seen is None or seen.over_at is None or now - seen.over_at < TRANSIENT:
        return False
    return Announcer(enqueue).mark_cards_deleted(connection, batch_id, now)


def delete_records(
    connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime, *, deleted_here: bool
) -> None:
    """Delete what is remembered of a batch that is gone; its cards go on calling it by its name.

    `deleted_here`: they say so at once; of one that went elsewhere before its end was told the sweep finds out.
    """
    summaries.delete_summary(connection, batch_id)
    if deleted_here:
        Announcer(enqueue).mark_cards_deleted(connection, batch_id, now)
    else:
        mark_deleted(connection, enqueue, batch_id, now)
    if not cards.list_for_batch(connection, batch_id):
        labels.delete_names(connection, batch_id)


def store_summary(connection: Connection, read: StoredSummary, *, delete_before: datetime) -> StoredSummary:
    """Keep a summary as `summaries.keep` does, unless the batch was deleted through the bot while it was read."""
    deleted = audit.find_last_actor(connection, "delete", read.batch_id) is not None
    return read if deleted else summaries.store_summary(connection, read, delete_before=delete_before)
