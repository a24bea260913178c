"""The split of a draft into a sample and the rest, each step in one transaction, so that no request is sent twice."""

from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, select, update

from bot.store.db.scope import prepare
from bot.store.db.tables import drafts as table
from bot.store.records import drafts, sends
from bot.store.records.drafts import Draft, DraftChanges, RestingState

CANARY = "canary"
"""The kind of a rest whose sample has become a batch."""

_REST = prepare(
    select(table)
    .where(table.c.parent_id == bindparam("batch_id"), table.c.kind == CANARY, table.c.state == "ready")
    .limit(1)
)
AS_BEFORE = DraftChanges(sample=None, rest_id=None)


def split(connection: Connection, whole: Draft, sample: Draft, rest: Draft, at: datetime) -> bool:
    """Replace a draft with a sample, which is about to be sent, and the rest; False if it is not being sent that way.

    The process that holds the whole holds the sample too. After a crash a worker finds both parts, and sends neither.
    """
    held = select(table.c.held_by).where(
        table.c.id == whole.id, table.c.state == "sending", table.c.sample.is_not(None)
    )
    holder = connection.execute(held.with_for_update()).scalar_one_or_none()
    if holder is None:
        return False
    drafts.change_state(connection, whole.id, "sending", "split", at=at, changes=DraftChanges(rest_id=rest.id))
    drafts.add(connection, replace(sample, held_by=holder))
    drafts.add(connection, rest)
    return True


def rejoin(connection: Connection, sample: Draft, after: RestingState, at: datetime) -> bool:
    """Restore a draft whose sample was certainly not sent; False if the rest is not held any more."""
    assert sample.whole_id is not None  # noqa: S101 - what makes it a sample
    assert sample.rest_id is not None  # noqa: S101 - likewise
    if not drafts.change_state(connection, sample.rest_id, "held", "dropped", at=at):
        return False
    drafts.change_state(connection, sample.whole_id, "split", after, at=at, changes=AS_BEFORE)
    sends.release(connection, sample.id)
    drafts.delete_draft(connection, sample.id)
    drafts.delete_draft(connection, sample.rest_id)
    return True


def release_rest(connection: Connection, sample: Draft, at: datetime) -> None:
    """Let the rest be confirmed: its sample was sent, or may have been."""
    if sample.rest_id is not None:
        drafts.change_state(connection, sample.rest_id, "held", "ready", at=at)


def set_rest_parent(connection: Connection, rest_id: str, batch_id: str) -> None:
    """Record which batch the sample of a rest has become."""
    connection.execute(update(table).where(table.c.id == rest_id).values(parent_id=batch_id, kind=CANARY))


def find_rest(connection: Connection, batch_id: str) -> Draft | None:
    """Return the draft of the rest after this sample, until someone sends or discards it."""
    row = connection.execute(_REST, {"batch_id": batch_id}).one_or_none()
    return Draft(**row._mapping) if row else None
