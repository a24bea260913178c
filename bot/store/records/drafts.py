"""Batches that were checked and wait for somebody's yes: each is sent at most once, whoever presses what."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from bot.store.db.tables import drafts as table
from bot.store.db.upserts import insert_new

Transaction = Connection
"""What work in a transaction is handed; callers outside the store name it by this."""
DraftState = Literal["checking", "ready", "waiting", "sending", "sent", "failed", "unknown", "dropped", "split", "held"]
"""`waiting`: for a second person. `unknown`: it was sent, and no answer came. `split`: a sample and the rest took its
place. `held`: the rest, while its sample is being sent. Only `ready` and `waiting` go on by somebody's yes."""
WatchPreference = Literal["here", "dm", "none"]
OPEN_STATES: tuple[DraftState, ...] = ("checking", "ready", "waiting", "sending", "held")
"""In these states a draft's file is still needed."""
POSSIBLY_SENT: tuple[DraftState, ...] = ("sending", "unknown")
UNSENT_LIFETIME = timedelta(days=7)
"""After so long without a yes a draft and its file are deleted."""
SETTLED_LIFETIME = timedelta(days=40)
"""So long it is known what became of a draft, as long as its batch is (`old_rows`)."""


class Draft(Struct, frozen=True):
    """One file of requests on its way to become a batch; `channel_id` is where it was asked for.

    `estimate` is JSON. `parent_id` and `kind` say what it was made from: a batch that it retries, or the sample that
    it is the rest of. `batch_id` is what it has become. `held_by` is the process that reads or sends it. `watch` is
    where its batch is to be watched, None: where it was asked for. `sample`: so many of its requests go first, as a
    draft of their own whose `rest_id` is the draft of all others; the `whole_id` of both is this one.
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
    held_by: str | None = None
    watch: str | None = None
    whole_id: str | None = None
    rest_id: str | None = None
    sample: int | None = None

    @property
    def is_unparted(self) -> bool:
        """Whether it is the whole of which a sample is to go first, and nothing of it was sent yet."""
        return self.sample is not None and self.rest_id is None


def add(connection: Connection, draft: Draft) -> None:
    """Store a draft."""
    connection.execute(insert(table).values(asdict(draft)))


def replace_draft(connection: Connection, draft: Draft) -> None:
    """Store a draft in place of what was noted when it was begun."""
    delete_draft(connection, draft.id)
    add(connection, draft)


def add_if_new(connection: Connection, draft: Draft) -> bool:
    """Store a draft that is being read; False where the same form has one already, be it of the same moment."""
    return insert_new(connection, table, asdict(draft))


def get(connection: Connection, id: str) -> Draft | None:
    """Give the draft, or None where there is none."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return Draft(**row._mapping) if row else None


def change_state(
    connection: Connection,
    id: str,
    before: DraftState | Collection[DraftState],
    after: DraftState,
    *,
    at: datetime,
    **more: object,
) -> bool:
    """Take a draft from one state to the next; True for exactly one caller among all threads and processes.

    One guarded UPDATE, which counts when the transaction commits: act only after that. `more` are other columns.
    """
    allowed = (before,) if isinstance(before, str) else tuple(before)
    there = update(table).where(table.c.id == id, table.c.state.in_(allowed))
    return connection.execute(there.values(state=after, changed_at=at, **more)).rowcount == 1


def list_in_states(connection: Connection, *states: DraftState) -> list[Draft]:
    """Give the drafts in one of these states, oldest first."""
    wanted = select(table).where(table.c.state.in_(states)).order_by(table.c.created_at)
    return [Draft(**row._mapping) for row in connection.execute(wanted)]


def filter_open(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Give those of these drafts whose files are still needed."""
    wanted = select(table.c.id).where(table.c.state.in_(OPEN_STATES))
    return frozenset(ids) & frozenset(connection.execute(wanted).scalars())


def prune(connection: Connection, now: datetime) -> int:
    """Delete the drafts that nobody said yes to, and what is long decided; say how many."""
    stale = and_(table.c.state.in_(("ready", "waiting", "failed")), table.c.changed_at < now - UNSENT_LIFETIME)
    old = and_(table.c.state.not_in(OPEN_STATES), table.c.changed_at < now - SETTLED_LIFETIME)
    return connection.execute(delete(table).where(or_(stale, old))).rowcount


def delete_draft(connection: Connection, id: str) -> None:
    """Delete a draft."""
    connection.execute(delete(table).where(table.c.id == id))
