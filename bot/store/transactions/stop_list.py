"""The end of the work on a list that is not gone on with: the batches whose turn has not come stay as they are.

The process at work finishes the batch that it is acting on, and then reports the end of the list.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.caller import Caller
from bot.store.records import audit, bulks
from bot.store.records.audit import Intent
from bot.store.records.bulks import Bulk, SkipReason


def stop_list(connection: Connection, bulk_id: str, *, caller: Caller, any_persons: bool, now: datetime) -> int:
    """Settle what is left of a running list, and record who stopped it; return how many batches are left.

    `any_persons`: the list may be another person's.
    """
    bulk = bulks.get(connection, bulk_id)
    if bulk is None or bulk.state != "running" or not (any_persons or bulk.user_id == caller.user):
        return 0
    is_own = bulk.user_id == caller.user
    reason: SkipReason = "stopped" if is_own else "stopped_by"
    left = leave_rest(connection, bulk, reason, "skipped: stopped", now, detail=None if is_own else caller.user)
    if left:
        whose = "" if is_own else f" {bulk.user_id}"
        stop = Intent(
            at=now,
            user_id=caller.user,
            team_id=caller.team,
            channel_id=caller.channel,
            verb="stop-list",
            command=f"stop-list {bulk_id}{whose}",
            subject=bulk_id,
            confirmation_id=None,
            detail=f"{left:,} {'batch' if left == 1 else 'batches'} left",
        )
        audit.record_act(connection, stop, "done", now)
    return left


def leave_rest(
    connection: Connection, bulk: Bulk, reason: SkipReason, why: str, now: datetime, *, detail: str | None = None
) -> int:
    """Settle the batches whose turn has not come, each with a row in the audit that says `why`; return how many."""
    left = [item for item in bulks.list_items(connection, bulk.id) if item.state in ("waiting", "saved")]
    stopped = [item for item in left if bulks.settle(connection, item, "skipped", reason, detail)]
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
            detail=why,
        )
        audit.record_act(connection, intent, "refused", now)
    return len(stopped)
