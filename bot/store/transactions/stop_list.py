"""The end of the work on a list that its person stops: the batches whose turn has not come stay as they are."""

from datetime import datetime

from sqlalchemy import Connection

from bot.store.records import audit, bulks
from bot.store.records.audit import Intent


def stop_list(connection: Connection, bulk_id: str, *, user_id: str, now: datetime) -> int:
    """Settle what is left of a person's running list, each batch with a row in the audit; return how many batches.

    The process at work finishes the batch that it is acting on, and then reports the end of the list.
    """
    bulk = bulks.get(connection, bulk_id)
    if bulk is None or bulk.user_id != user_id or bulk.state != "running":
        return 0
    left = [item for item in bulks.list_items(connection, bulk_id) if item.state in ("waiting", "saved")]
    stopped = [item for item in left if bulks.settle(connection, item, "skipped", "stopped")]
    for item in stopped:
        intent = Intent(
            at=now,
            user_id=bulk.user_id,
            team_id=bulk.team_id,
            channel_id=bulk.channel_id,
            verb=bulk.verb,
            command=f"{bulk.verb} {item.batch_id}",
            subject=item.batch_id,
            confirmation_id=None,
            detail="skipped: stopped",
        )
        audit.record_act(connection, intent, "refused", now)
    return len(stopped)
