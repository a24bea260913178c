"""Abandoned drafts: the process that read or sent them died, or could not record how it ended."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from bot.store.db.tables import drafts as table
from bot.store.records import audit, drafts, sends, workers
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import NO_CHANGES, Draft, DraftChanges, RestingState
from bot.store.transactions import divided_drafts, split_draft

INTERRUPTED = "the bot was stopped while it was being sent"
FOUND = "the batch was found in the list"
NOT_CREATED = "no batch appeared"
UNDECIDED = "several batches may be this one"
_SENDING = ("send", "approve")
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


def settle_draft(connection: Connection, draft: Draft, at: datetime, search: timedelta) -> bool:
    """Settle an abandoned draft; False if its process or another one did meanwhile.

    A draft that was being sent may have arrived: a worker looks for its batch for so long, and only the rest after a
    sample can be sent. A draft that was being split was certainly not sent, and becomes what it was before.
    """
    if draft.state == "checking":
        return _move(connection, draft, "failed", at)
    if draft.is_divided:
        return is_as_found(connection, draft) and _settle_divided(connection, draft, at)
    if draft.is_unparted:
        if not _move(connection, draft, "ready", at, DraftChanges(sample=None)):
            return False
        sends.release(connection, draft.id)
        return record_outcome(connection, draft, "failed", INTERRUPTED, at)
    if not is_as_found(connection, draft) or not drafts.mark_uncertain(connection, draft.id, settles_at=at + search):
        return False
    if draft.part is not None:
        divided_drafts.settle_whole(connection, draft, at)
    split_draft.release_rest(connection, draft, at)
    return record_outcome(connection, draft, "unknown", INTERRUPTED, at)


def _settle_divided(connection: Connection, whole: Draft, at: datetime) -> bool:
    """Settle a divided draft that was interrupted between two of its parts; False while one is being sent."""
    if divided_drafts.settle_whole(connection, whole, at) is None:
        return False
    sent = [part.batch_id for part in drafts.list_parts(connection, whole.id, "sent")]
    detail = f"{INTERRUPTED}; {len(sent)} of {whole.parts} batches exist"
    return record_outcome(connection, whole, "done" if sent else "failed", detail, at, sent[0] if sent else None)


def give_up_search(connection: Connection, draft: Draft, at: datetime, *, exists: bool | None) -> bool:
    """Settle an uncertain draft for which no batch can be named; False if someone else settled it.

    `exists` False: no batch appeared, so the draft can be sent. None: several did, and a person has to judge.
    """
    if exists is None:
        if not drafts.end_search(connection, draft):
            return False
        if draft.part is not None:
            divided_drafts.settle_whole(connection, draft, at)
        return record_outcome(connection, draft, "unknown", UNDECIDED, at)
    if draft.part is not None:
        if not is_as_found(connection, draft):
            return False
        divided_drafts.record_unsent(connection, draft, "ready", at)
        return record_outcome(connection, draft, "failed", NOT_CREATED, at)
    if not _move(connection, draft, "ready", at):
        return False
    sends.release(connection, draft.id)
    return record_outcome(connection, draft, "failed", NOT_CREATED, at)


def is_as_found(connection: Connection, draft: Draft) -> bool:
    """Return whether a draft is as it was read, and keep it so until the transaction ends."""
    found = select(table.c.id).where(*drafts.as_found(draft)).with_for_update()
    return connection.execute(found).one_or_none() is not None


def record_outcome(
    connection: Connection,
    draft: Draft,
    outcome: RecordedOutcome,
    detail: str,
    at: datetime,
    batch_id: str | None = None,
) -> bool:
    """Record in the audit what became of a draft; return True. `batch_id` is the batch that it became."""
    for entry in audit.list_entries(connection, subject=draft.whole_id or draft.id):
        if entry.verb in _SENDING and entry.outcome in (None, "unknown"):
            audit.record_outcome(connection, entry.id, outcome=outcome, detail=detail, at=at, subject=batch_id)
    return True


def _move(
    connection: Connection, draft: Draft, after: RestingState, at: datetime, changes: DraftChanges = NO_CHANGES
) -> bool:
    """Change the state of a draft that is exactly as it was found: someone may have sent it again meanwhile."""
    values = {"state": after, "changed_at": at, "held_by": None, "settles_at": None, **changes.as_columns()}
    return connection.execute(update(table).where(*drafts.as_found(draft)).values(**values)).rowcount == 1
