"""Abandoned drafts: the process that read or sent them died, or could not record how it ended."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from bot.store.db.tables import drafts as table
from bot.store.records import audit, drafts, workers
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import NO_CHANGES, Draft, DraftChanges, RestingState
from bot.store.transactions import split_draft

STUCK_AFTER = timedelta(minutes=30)
"""A draft that is under way for longer is abandoned: three times the time limit of an upload."""


def find_abandoned(connection: Connection, now: datetime, me: str | None = None) -> list[Draft]:
    """Return the drafts that are being read or sent by no living process, or for too long. `me` lives."""
    alive = workers.list_alive_ids(connection, now) | ({me} if me else set())
    under_way = drafts.list_in_states(connection, *drafts.WORKING_STATES)
    return [
        draft
        for draft in under_way
        if workers.is_held_by_no_one(draft.held_by, draft.changed_at, alive, now)
        or now - draft.changed_at > STUCK_AFTER
    ]


def settle_draft(connection: Connection, draft: Draft, at: datetime) -> bool:
    """Settle an abandoned draft; False if its process or another one did meanwhile.

    A draft that was being sent may have arrived: only the rest after a sample can be sent. A draft that was being split
    was certainly not sent, and becomes what it was before.
    """
    if draft.state == "checking":
        return _move(connection, draft, "failed", at)
    if draft.is_unparted:
        return _move(connection, draft, "ready", at, DraftChanges(sample=None)) and _record(
            connection, draft, "failed", at
        )
    if not _move(connection, draft, "unknown", at):
        return False
    split_draft.release_rest(connection, draft, at)
    return _record(connection, draft, "unknown", at)


def _move(
    connection: Connection, draft: Draft, after: RestingState, at: datetime, changes: DraftChanges = NO_CHANGES
) -> bool:
    """Change the state of a draft that is exactly as it was found: someone may have sent it again meanwhile."""
    as_found = table.c.id == draft.id, table.c.state == draft.state, table.c.changed_at == draft.changed_at
    values = {"state": after, "changed_at": at, "held_by": None, **changes.as_columns()}
    return connection.execute(update(table).where(*as_found).values(**values)).rowcount == 1


def _record(connection: Connection, draft: Draft, outcome: RecordedOutcome, at: datetime) -> bool:
    for entry in audit.list_entries(connection, subject=draft.whole_id or draft.id):
        if entry.outcome is None:
            said = "the bot was stopped while it was being sent"
            audit.record_outcome(connection, entry.id, outcome=outcome, detail=said, at=at)
    return True
