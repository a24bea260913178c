"""Drafts that nobody is at any more: their process has died, or has lost hold of them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from bot.store.db.tables import drafts as table
from bot.store.records import audit, drafts, workers
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import Draft, DraftState
from bot.store.transactions import split_draft

STUCK = timedelta(minutes=30)
"""Three times as long as the API is given for an upload: what lasts longer was not recorded when it ended."""


def find_abandoned(connection: Connection, now: datetime, me: str | None = None) -> list[Draft]:
    """Give what is being read or sent by no process that lives (`me` does), and what has been for far too long."""
    alive = workers.list_alive_ids(connection, now) | {me}
    under_way = drafts.list_in_states(connection, "checking", "sending")
    return [
        draft
        for draft in under_way
        if draft.held_by is None or draft.held_by not in alive or now - draft.changed_at > STUCK
    ]


def settle_draft(connection: Connection, draft: Draft, at: datetime) -> bool:
    """Settle one of them; False where its process or another one did meanwhile.

    What was being sent may have arrived: it can never be sent again, only the rest of a sample can. A whole that was
    being parted certainly was not sent, and is as before.
    """
    if draft.state == "checking":
        return _move(connection, draft, "failed", at)
    if draft.is_unparted:
        return _move(connection, draft, "ready", at, sample=None) and _record(connection, draft, "failed", at)
    if not _move(connection, draft, "unknown", at):
        return False
    split_draft.release_rest(connection, draft, at)
    return _record(connection, draft, "unknown", at)


def _move(connection: Connection, draft: Draft, after: DraftState, at: datetime, **more: object) -> bool:
    """Take it on if it is just as it was found: who sends it again meanwhile is not interfered with."""
    as_found = table.c.id == draft.id, table.c.state == draft.state, table.c.changed_at == draft.changed_at
    values = {"state": after, "changed_at": at, "held_by": None, **more}
    return connection.execute(update(table).where(*as_found).values(**values)).rowcount == 1


def _record(connection: Connection, draft: Draft, outcome: RecordedOutcome, at: datetime) -> bool:
    for entry in audit.list_entries(connection, subject=draft.whole_id or draft.id):
        if entry.outcome is None:
            said = "the bot was stopped while it was being sent"
            audit.record_outcome(connection, entry.id, outcome=outcome, detail=said, at=at)
    return True
