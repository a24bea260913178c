"""What is deleted with a batch, and what its cards show from then on."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, cards, labels, ledger, summaries
from bot.store.records import batches as batch_records
from bot.store.records.audit import AuditEntry
from bot.store.records.ledger import LedgerRow
from bot.store.records.summaries import StoredSummary
from bot.store.transactions.announce import Announcer

NOT_FOUND_DELAY = timedelta(minutes=1)
"""How long a 404 may be the API's own delay (anthropics/anthropic-sdk-python, issue 1432)."""


def mark_deleted(connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime) -> bool:
    """Redraw the cards of a batch that was not found; False if they show that already, or it is not certain yet.

    The sweep announces it if someone still waits for the batch. Just after an end a 404 may be the API's own delay.
    """
    seen = batch_records.get(connection, batch_id, locked=True)
    if seen is None or seen.over_at is None or now - seen.over_at < NOT_FOUND_DELAY:
        return False
    return Announcer(enqueue).mark_cards_deleted(connection, batch_id, now)


def delete_records(
    connection: Connection, enqueue: Enqueue, batch_id: str, now: datetime, *, deleted_here: bool
) -> None:
    """Delete the records of a deleted batch. Its names stay as long as it has cards, and its cost stays for good.

    `deleted_here`: the cards show it immediately. If the batch was deleted elsewhere before its end was announced, the
    next sweep notices.
    """
    ledger.mark_deleted(connection, batch_id, now)
    summaries.delete_summary(connection, batch_id)
    if deleted_here:
        Announcer(enqueue).mark_cards_deleted(connection, batch_id, now)
    else:
        mark_deleted(connection, enqueue, batch_id, now)
    if not cards.list_for_batch(connection, batch_id):
        labels.delete_names(connection, batch_id)


def find_deletion(connection: Connection, reference: str) -> AuditEntry | None:
    """Return the deletion through the bot of the one batch that an id, the start of one or a label means."""
    starts = (reference, *labels.find_labeled(connection, reference))
    found = {entry.subject: entry for start in starts for entry in audit.find_deletions(connection, start)}
    match list(found.values()):
        case [entry]:
            return entry
        case _:
            return None


def store_summary(
    connection: Connection, read: StoredSummary, spent: LedgerRow, *, delete_before: datetime
) -> StoredSummary:
    """Store a summary, unless the batch was deleted through the bot while it was read, and what it cost in any case."""
    ledger.record_spent(connection, spent)
    is_deleted = audit.find_last_actor(connection, "delete", read.batch_id) is not None
    return read if is_deleted else summaries.store_summary(connection, read, delete_before=delete_before)
