"""Drafts: checked requests that wait for a confirmation. Each is sent at most once, whatever people press."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from bot.store.db.chunks import chunks
from bot.store.db.scope import here, prepare
from bot.store.db.tables import drafts as table
from bot.store.db.upserts import insert_new

WorkingState = Literal["checking", "sending"]
"""The states in which a process works on a draft. The row names that process."""
RestingState = Literal["ready", "waiting", "sent", "failed", "dropped", "split", "held"]
DraftState = WorkingState | RestingState | Literal["unknown"]
"""`waiting`: for another operator. `unknown`: it was sent, and no answer came. `split`: a sample and the rest replaced
it. `held`: the rest, while its sample is being sent. Only `ready` and `waiting` continue by a confirmation."""
WORKING_STATES: tuple[DraftState, ...] = get_args(WorkingState)
WatchPreference = Literal["here", "dm", "none"]
OPEN_STATES: tuple[DraftState, ...] = ("checking", "ready", "waiting", "sending", "held")
"""The states in which a draft's file is still needed."""
POSSIBLY_SENT: tuple[DraftState, ...] = ("sending", "unknown")
UNSENT_LIFETIME = timedelta(days=7)
"""How long a draft that is not sent, and its file, are kept."""
REFERENCE_LENGTH = 6
"""How many characters of a draft's id people see and type."""
ID_LENGTH = 24
"""How many characters a draft's id has; all of them are hexadecimal digits."""
_CAN_BE_A_BATCH = or_(table.c.parts.is_(None), table.c.part.is_not(None))
_ESTIMATES = prepare(
    select(table.c.batch_id, table.c.estimate).where(table.c.batch_id.in_(bindparam("ids", expanding=True)))
)
_PART = prepare(
    select(table.c.whole_id, table.c.parts)
    .where(table.c.batch_id == bindparam("id"), table.c.part.is_not(None))
    .limit(1)
)
_ID_START = re.compile(f"[0-9a-f]{{{REFERENCE_LENGTH},{ID_LENGTH}}}")
SETTLED_LIFETIME = timedelta(days=40)
"""How long the record of a settled draft is kept: as long as that of a batch (bot.store.transactions.retention)."""


class Draft(Struct, frozen=True):
    """One file of requests that may become a batch. `channel_id` is where it was asked for.

    `estimate` is JSON. `parent_id` and `kind` say what it was made from: a batch that it retries, or the sample whose
    rest it is. `batch_id` is the batch that it became. `held_by` is the process that reads or sends it. `watch` is
    where to watch its batch; None means where it was asked for. `sample`: this many requests are sent first, as a draft
    of their own. Its `rest_id` is the draft of all other requests, and the `whole_id` of both is this draft.
    `permalink` is the address of the file in Slack. `question_channel` and `question_ts` say where the question about
    its approval was posted.
    `digest` is the SHA-256 of its checked file; drafts of earlier versions have none.
    Until `settles_at`, a worker looks whether an `unknown` draft became a batch.
    A file that is too large for one batch is divided into `parts`. Each has a draft of its own, with its place `part`
    among them, from 1, and the `length` bytes of the whole's checked file from `start`. The whole is what people send,
    and each of its parts is sent at most once; `held` parts wait for that.
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
    permalink: str | None = None
    question_channel: str | None = None
    question_ts: str | None = None
    settles_at: datetime | None = None
    digest: str | None = None
    part: int | None = None
    parts: int | None = None
    start: int | None = None
    length: int | None = None
    workspace_id: str = ""

    @property
    def is_divided(self) -> bool:
        """Whether its parts are sent instead of itself."""
        return self.parts is not None and self.part is None

    @property
    def file_id(self) -> str:
        """Return the id of the draft whose checked file has its requests."""
        return self.whole_id if self.part is not None and self.whole_id is not None else self.id

    @property
    def reference(self) -> str:
        """Return what people type for it: the first characters of its id."""
        return self.id[:REFERENCE_LENGTH]

    @property
    def needs_file(self) -> bool:
        """Whether its requests may still be sent, or kept once its batch is found."""
        return self.state in OPEN_STATES or (self.state == "unknown" and self.settles_at is not None)

    @property
    def is_unparted(self) -> bool:
        """Whether a sample of it must be sent first, and it is not split yet."""
        return self.sample is not None and self.rest_id is None


class OpenDrafts(Struct, frozen=True):
    """How many drafts are kept until they are sent, the bytes of their requests, and the largest of them."""

    count: int
    size: int
    largest: tuple[Draft, ...] = ()


class SentParts(Struct, frozen=True):
    """The batches that the parts of a divided draft have become, in their order; `total`: how many parts it has.

    The first batch stands for all of them: its card, its watches and its notices are about the whole.
    """

    whole_id: str
    batch_ids: tuple[str, ...]
    total: int

    @property
    def head(self) -> str:
        """Return the batch that stands for the whole."""
        return self.batch_ids[0]


class DraftChanges(Struct, frozen=True, kw_only=True):
    """The columns that change together with a draft's state. A column that is UNSET stays as it is."""

    user_id: str | UnsetType = UNSET
    team_id: str | UnsetType = UNSET
    channel_id: str | UnsetType | None = UNSET
    parent_id: str | UnsetType | None = UNSET
    kind: str | UnsetType | None = UNSET
    batch_id: str | UnsetType | None = UNSET
    approved_by: str | UnsetType | None = UNSET
    rest_id: str | UnsetType | None = UNSET
    sample: int | UnsetType | None = UNSET

    def as_columns(self) -> dict[str, str | int | None]:
        """Return the values of the columns that change."""
        return {name: value for name, value in asdict(self).items() if value is not UNSET}


NO_CHANGES = DraftChanges()


def add(connection: Connection, draft: Draft) -> None:
    """Store a draft."""
    connection.execute(insert(table).values(_as_columns(draft)))


def replace_draft(connection: Connection, draft: Draft) -> None:
    """Store a draft in place of the one that was stored when its reading began."""
    delete_draft(connection, draft.id)
    add(connection, draft)


def add_if_new(connection: Connection, draft: Draft) -> bool:
    """Store a draft that is being read; False if its id exists, because the same form was submitted twice."""
    return insert_new(connection, table, _as_columns(draft))


def get(connection: Connection, id: str, *, locked: bool = False) -> Draft | None:
    """Return a draft, or None. `locked`: no other transaction changes it until this one ends."""
    wanted = select(table).where(table.c.id == id)
    row = connection.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return Draft(**row._mapping) if row else None


def find(connection: Connection, reference: str) -> list[Draft]:
    """Return the drafts whose id begins with `reference`, or whose file has that name in any case, newest first.

    What reads as an id is never a name, even if there is no such draft: an old button, or a reference that someone was
    given, must not mean another draft that is named so.
    """
    by_name = func.lower(table.c.name) == reference.lower()
    by_id = table.c.id.startswith(reference.lower(), autoescape=True)
    wanted = by_id if reads_as_id(reference) else by_name
    rows = connection.execute(
        select(table).where(wanted, table.c.part.is_(None)).order_by(table.c.created_at.desc(), table.c.id)
    )
    return [Draft(**row._mapping) for row in rows]


def reads_as_id(reference: str) -> bool:
    """Return whether a reference is an id, or as much of the start of one as people see."""
    return _ID_START.fullmatch(reference.lower()) is not None


def get_estimates(connection: Connection, batch_ids: Iterable[str]) -> dict[str, str]:
    """Return the estimate of each draft that has become one of these batches, by the id of the batch."""
    return {
        row.batch_id: row.estimate for ids in chunks(batch_ids) for row in connection.execute(_ESTIMATES, {"ids": ids})
    }


def list_estimates_since(connection: Connection, since: datetime) -> dict[str, str]:
    """Return the estimates of the drafts that became a batch since a moment, by the id of the batch."""
    sent = table.c.batch_id.is_not(None), table.c.changed_at >= since
    rows = connection.execute(select(table.c.batch_id, table.c.estimate).where(*sent))
    return {row.batch_id: row.estimate for row in rows}


def change_state(
    connection: Connection,
    id: str,
    before: DraftState | Collection[DraftState],
    after: RestingState,
    *,
    at: datetime,
    changes: DraftChanges = NO_CHANGES,
) -> bool:
    """Change the state of a draft, on which no process works from then on; True for exactly one caller.

    It is one guarded UPDATE. Act only after the transaction has committed.
    """
    values = {"state": after, "changed_at": at, "held_by": None, "settles_at": None, **changes.as_columns()}
    return _change(connection, id, before, values)


def begin_work(
    connection: Connection,
    id: str,
    before: DraftState | Collection[DraftState],
    after: WorkingState,
    *,
    held_by: str,
    at: datetime,
    changes: DraftChanges = NO_CHANGES,
) -> bool:
    """Have the process `held_by` work on a draft; True for exactly one caller. Otherwise as `change_state`."""
    return _change(
        connection, id, before, {"state": after, "changed_at": at, "held_by": held_by, **changes.as_columns()}
    )


def record_question(connection: Connection, id: str, channel: str, ts: str) -> None:
    """Record where the question about the approval of a draft was posted."""
    connection.execute(update(table).where(table.c.id == id).values(question_channel=channel, question_ts=ts))


def mark_uncertain(connection: Connection, id: str, *, settles_at: datetime) -> bool:
    """Record that a draft was sent, and that no one knows whether it arrived. It keeps the moment when it was sent."""
    return _change(connection, id, "sending", {"state": "unknown", "held_by": None, "settles_at": settles_at})


def end_search(connection: Connection, draft: Draft) -> bool:
    """Record that no one looks for the batch of an uncertain draft any more; False if someone else settled it."""
    return connection.execute(update(table).where(*as_found(draft)).values(settles_at=None)).rowcount == 1


def as_found(draft: Draft) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a draft that has not changed since it was read."""
    return table.c.id == draft.id, table.c.state == draft.state, table.c.changed_at == draft.changed_at


def list_uncertain(connection: Connection) -> list[Draft]:
    """Return the drafts that may have become a batch, for which a worker still looks. The oldest is first."""
    uncertain = table.c.state == "unknown", table.c.settles_at.is_not(None), _CAN_BE_A_BATCH
    wanted = select(table).where(*uncertain).order_by(table.c.changed_at)
    return [Draft(**row._mapping) for row in connection.execute(wanted)]


def has_rival(connection: Connection, draft: Draft, sent_after: datetime, sent_before: datetime) -> bool:
    """Return whether another draft of the same size, sent between these moments, may have become the same batch."""
    rivals = select(table.c.id).where(
        table.c.id != draft.id,
        table.c.requests == draft.requests,
        table.c.state.in_(POSSIBLY_SENT),
        table.c.changed_at.between(sent_after, sent_before),
    )
    return connection.execute(rivals.limit(1)).one_or_none() is not None


def find_assigned(connection: Connection, batch_ids: Iterable[str]) -> frozenset[str]:
    """Return those of these batches that a draft has become."""
    wanted = select(table.c.batch_id).where(table.c.batch_id.in_(list(batch_ids)))
    return frozenset(connection.execute(wanted).scalars())


def was_begun(connection: Connection, user_id: str, since: datetime) -> bool:
    """Return whether a person has made a draft, or begun to, since a moment."""
    found = select(table.c.id).where(table.c.user_id == user_id, table.c.created_at >= since).limit(1)
    return connection.execute(found).one_or_none() is not None


def measure_open(connection: Connection, user_id: str | None = None) -> OpenDrafts:
    """Return the drafts that are kept until they are sent: everyone's, or those of one person with their largest."""
    kept = [
        table.c.state.in_(OPEN_STATES),
        table.c.part.is_(None),
        *([table.c.user_id == user_id] if user_id is not None else []),
    ]
    total = connection.execute(select(func.count(), func.coalesce(func.sum(table.c.size), 0)).where(*kept)).one()
    count, size = total
    if user_id is None:
        return OpenDrafts(count, size)
    resting = select(table).where(*kept, table.c.state.in_(("ready", "waiting"))).order_by(table.c.size.desc()).limit(5)
    return OpenDrafts(count, size, tuple(Draft(**row._mapping) for row in connection.execute(resting)))


def list_in_states(connection: Connection, *states: DraftState) -> list[Draft]:
    """Return the drafts in these states, oldest first."""
    wanted = select(table).where(table.c.state.in_(states)).order_by(table.c.created_at)
    return [Draft(**row._mapping) for row in connection.execute(wanted)]


def get_sample(connection: Connection, whole_id: str) -> Draft | None:
    """Return the sample of a draft that was split, or None."""
    wanted = select(table).where(table.c.whole_id == whole_id, table.c.rest_id.is_not(None)).limit(1)
    row = connection.execute(wanted).one_or_none()
    return Draft(**row._mapping) if row else None


def list_parts(connection: Connection, whole_id: str, *states: DraftState) -> list[Draft]:
    """Return the parts of a divided draft in their order; with `states`, those in these states."""
    wanted = select(table).where(table.c.whole_id == whole_id, table.c.part.is_not(None)).order_by(table.c.part)
    found = connection.execute(wanted.where(table.c.state.in_(states)) if states else wanted)
    return [Draft(**row._mapping) for row in found]


def find_sent_parts(connection: Connection, batch_id: str) -> SentParts | None:
    """Return the parts of the draft that this batch is a part of; None for the batch of a whole draft."""
    row = connection.execute(_PART, {"id": batch_id}).one_or_none()
    if row is None:
        return None
    sent = table.c.whole_id == row.whole_id, table.c.part.is_not(None), table.c.batch_id.is_not(None)
    ids = connection.execute(select(table.c.batch_id).where(*sent).order_by(table.c.part)).scalars()
    return SentParts(row.whole_id, tuple(ids), row.parts)


def find_head(connection: Connection, batch_id: str) -> str:
    """Return the batch that stands for the whole that a batch is a part of; for any other batch, itself."""
    parts = find_sent_parts(connection, batch_id)
    return parts.head if parts is not None else batch_id


def list_with_ids(connection: Connection, ids: Collection[str]) -> list[Draft]:
    """Return those of these drafts that exist."""
    return [
        Draft(**row._mapping)
        for chunk in chunks(ids)
        for row in connection.execute(select(table).where(table.c.id.in_(chunk)))
    ]


def find_wholes_in_doubt(connection: Connection) -> frozenset[str]:
    """Return the ids of the drafts whose sample is being sent. If it is refused, the whole can be sent again."""
    samples = select(table.c.whole_id).where(table.c.state == "sending", table.c.whole_id.is_not(None))
    return frozenset(connection.execute(samples).scalars())


def prune(connection: Connection, now: datetime) -> int:
    """Delete the drafts that no one confirmed and those that were settled long ago; return how many."""
    stale = and_(table.c.state.in_(("ready", "waiting", "failed")), table.c.changed_at < now - UNSENT_LIFETIME)
    old = and_(table.c.state.not_in(OPEN_STATES), table.c.changed_at < now - SETTLED_LIFETIME)
    deleted = connection.execute(delete(table).where(or_(stale, old))).rowcount
    wholes = select(table.c.id).where(table.c.part.is_(None), here(connection, table)).scalar_subquery()
    orphans = table.c.part.is_not(None), table.c.state == "held", table.c.whole_id.not_in(wholes)
    return deleted + connection.execute(delete(table).where(*orphans)).rowcount


def _change(
    connection: Connection, id: str, before: DraftState | Collection[DraftState], values: Mapping[str, object]
) -> bool:
    allowed = (before,) if isinstance(before, str) else tuple(before)
    draft = update(table).where(table.c.id == id, table.c.state.in_(allowed))
    return connection.execute(draft.values(**values)).rowcount == 1


def _as_columns(draft: Draft) -> dict[str, object]:
    """Return the row of a draft. Raises ValueError if a process works on it and the row does not name the process."""
    if draft.state in WORKING_STATES and draft.held_by is None:
        raise ValueError(f"draft {draft.id} is {draft.state}, and no process holds it")
    return asdict(draft)


def delete_draft(connection: Connection, id: str) -> None:
    """Delete a draft."""
    connection.execute(delete(table).where(table.c.id == id))
