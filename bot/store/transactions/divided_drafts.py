"""The sending of a divided draft, part by part, each step in one transaction, so that no part is sent twice.

A part is `held` until it is sent, and again if it certainly did not become a batch. The state of the whole follows from
its parts: while one is being sent or looked for, no other is begun.
"""

from datetime import datetime

from sqlalchemy import Connection, update

from bot.store.db.tables import drafts as table
from bot.store.records import drafts, sends
from bot.store.records.drafts import POSSIBLY_SENT, Draft, DraftChanges, RestingState


def begin_next_part(connection: Connection, whole_id: str, held_by: str, at: datetime) -> Draft | None:
    """Return the next part, which this process must send now; None if there is none, or others hold the whole.

    The part becomes the draft of the person who sends the whole.
    """
    whole = _lock_whole(connection, whole_id)
    if whole is None or whole.state != "sending" or whole.held_by != held_by:
        return None
    waiting = drafts.list_parts(connection, whole_id, "held")
    if not waiting or drafts.list_parts(connection, whole_id, "sending"):
        return None
    person = DraftChanges(
        user_id=whole.user_id, team_id=whole.team_id, channel_id=whole.channel_id, approved_by=whole.approved_by
    )
    part_id = waiting[0].id
    if not drafts.begin_work(connection, part_id, "held", "sending", held_by=held_by, at=at, changes=person):
        return None
    connection.execute(update(table).where(table.c.id == whole_id).values(changed_at=at))
    return drafts.get(connection, part_id)


def record_unsent(connection: Connection, part: Draft, state: RestingState, at: datetime) -> None:
    """Record that a part certainly did not become a batch. `failed`: neither can the others be sent."""
    drafts.change_state(connection, part.id, POSSIBLY_SENT, "failed" if state == "failed" else "held", at=at)
    settle_whole(connection, part, at)


def settle_whole(connection: Connection, part: Draft, at: datetime) -> Draft | None:
    """Set the state of a whole by its parts, once none of them is being sent; return the whole if it changed.

    What was reserved for parts that were not sent is released.
    """
    whole = _lock_whole(connection, part.whole_id or part.id)
    if whole is None or whole.state not in (*POSSIBLY_SENT, "ready"):
        return None
    parts = drafts.list_parts(connection, whole.id)
    searched = [each.settles_at for each in parts if each.state == "unknown" and each.settles_at is not None]
    states = {each.state for each in parts}
    if "sending" in states:
        return None
    for each in parts:
        if each.state in ("held", "failed"):
            sends.release(connection, each.id)
    if searched:
        values = {"state": "unknown", "held_by": None, "settles_at": max(searched)}
    else:
        after = "failed" if "failed" in states else "ready" if "held" in states else "sent"
        values = {"state": after, "held_by": None, "settles_at": None, "changed_at": at}
    connection.execute(update(table).where(table.c.id == whole.id).values(**values))
    return drafts.get(connection, whole.id)


def _lock_whole(connection: Connection, whole_id: str) -> Draft | None:
    """Return the whole, and keep it so until the transaction ends: also on SQLite, where only a write locks."""
    connection.execute(update(table).where(table.c.id == whole_id).values(id=whole_id))
    return drafts.get(connection, whole_id)
