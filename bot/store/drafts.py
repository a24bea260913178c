"""Batches that were checked and wait for somebody's yes: each is sent at most once, whoever presses what."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from bot.store import audit
from bot.store.tables import drafts as table

Transaction = Connection
"""What work in a transaction is handed; callers outside the store name it by this."""
State = Literal["checking", "ready", "waiting", "sending", "sent", "failed", "unknown", "dropped"]
"""`waiting`: for a second person. `unknown`: it was sent, and no answer came. Only `ready` and `waiting` go on."""


@dataclass(frozen=True)
class Draft:
    """One file of requests on its way to become a batch; `channel_id` is where it was asked for.

    `estimate` is JSON. `parent_id` and `kind` say what it was made from: a batch that it retries, or the sample that
    it is the rest of; a sample's own `parent_id` is the draft of the rest. `batch_id` is what it has become.
    """

    id: str
    user_id: str
    team_id: str
    channel_id: str | None
    state: str
    name: str
    requests: int
    size: int
    estimate: str
    label: str | None
    owner: str | None
    parent_id: str | None
    kind: str | None
    batch_id: str | None
    approved_by: str | None
    created_at: datetime
    changed_at: datetime


def add(connection: Connection, draft: Draft) -> None:
    """Store a draft."""
    connection.execute(insert(table).values(asdict(draft)))


def put(connection: Connection, draft: Draft) -> None:
    """Store a draft in place of what was noted when it was begun."""
    forget(connection, draft.id)
    add(connection, draft)


def begin(connection: Connection, draft: Draft) -> bool:
    """Store a draft that is being read; False where the same form has one already."""
    if get(connection, draft.id) is not None:
        return False
    add(connection, draft)
    return True


def get(connection: Connection, id: str) -> Draft | None:
    """Give the draft, or None where there is none."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return Draft(**row._mapping) if row else None


def move(
    connection: Connection, id: str, before: State | Collection[State], after: State, *, at: datetime, **more: object
) -> bool:
    """Take a draft from one state to the next; True for exactly one caller among all threads and processes.

    One guarded UPDATE, which counts when the transaction commits: act only after that. `more` are other columns.
    """
    allowed = (before,) if isinstance(before, str) else tuple(before)
    there = update(table).where(table.c.id == id, table.c.state.in_(allowed))
    return connection.execute(there.values(state=after, changed_at=at, **more)).rowcount == 1


def in_state(connection: Connection, *states: State) -> list[Draft]:
    """Give the drafts in one of these states, oldest first."""
    wanted = select(table).where(table.c.state.in_(states)).order_by(table.c.created_at)
    return [Draft(**row._mapping) for row in connection.execute(wanted)]


def rest_of(connection: Connection, batch_id: str) -> Draft | None:
    """Give the draft of what is left after this sample, while nobody has sent or dropped it."""
    wanted = select(table).where(table.c.parent_id == batch_id, table.c.kind == "canary", table.c.state == "ready")
    row = connection.execute(wanted.limit(1)).one_or_none()
    return Draft(**row._mapping) if row else None


def older_than(connection: Connection, moment: datetime) -> list[Draft]:
    """Give the drafts that nobody has touched since, and that still have a file."""
    wanted = select(table).where(table.c.changed_at < moment, table.c.state.in_(("ready", "waiting", "failed")))
    return [Draft(**row._mapping) for row in connection.execute(wanted)]


def forget(connection: Connection, id: str) -> None:
    """Delete a draft."""
    connection.execute(delete(table).where(table.c.id == id))


def adopt(connection: Connection, id: str, parent_id: str) -> None:
    """Say which batch the sample of this rest has become."""
    connection.execute(update(table).where(table.c.id == id).values(parent_id=parent_id))


def settle_interrupted(connection: Connection, at: datetime) -> list[Draft]:
    """Settle what was being read or sent when a process ended, and give it as it was.

    What was being sent may have arrived: it can never be sent again. Call it before anything new begins.
    """
    found = in_state(connection, "checking", "sending")
    for draft in found:
        move(connection, draft.id, "checking", "failed", at=at)
        if move(connection, draft.id, "sending", "unknown", at=at):
            for entry in audit.entries(connection, subject=draft.id):
                if entry.outcome is None:
                    said = "the bot was stopped while it was being sent"
                    audit.record_outcome(connection, entry.id, outcome="unknown", detail=said, at=at)
    return found
