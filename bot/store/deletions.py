"""What is forgotten of a batch that was deleted, and what its cards say from then on."""

from datetime import datetime

from sqlalchemy import Connection

from bot.store import audit, cards, labels, summaries
from bot.store.announce import Announcer
from bot.store.summaries import StoredSummary
from bot.store.work import Enqueue


def forget(connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime, *, through_me: bool) -> None:
    """Delete what is remembered of a batch that is gone; its cards go on calling it by its name.

    `through_me`: they say at once that it is deleted; of one that went elsewhere the sweep finds out, and tells it.
    """
    summaries.forget(connection, batch_id)
    if through_me:
        Announcer(enqueue).buried(connection, batch_id, now)
    if not cards.of_batch(connection, batch_id):
        labels.forget(connection, batch_id)


def keep(connection: Connection, read: StoredSummary, *, forget: datetime) -> StoredSummary:
    """Keep a summary as `summaries.keep` does, unless the batch was deleted through the bot while it was read."""
    deleted = audit.who_did(connection, "delete", read.batch_id) is not None
    return read if deleted else summaries.keep(connection, read, forget=forget)
