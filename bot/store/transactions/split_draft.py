"""A draft of which a sample goes first: parted and joined in one transaction each, so that no request goes twice."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store.db.tables import drafts as table
from bot.store.records import drafts
from bot.store.records.drafts import Draft, DraftState

CANARY = "canary"
"""The kind of a rest whose sample has become a batch."""


def split(connection: Connection, whole: Draft, sample: Draft, rest: Draft, at: datetime) -> bool:
    """Put a sample that is about to be sent, and the rest, in place of a whole; False where it is not being sent so.

    Whoever finds them after a crash finds both, and sends neither by himself.
    """
    claimed = update(table).where(table.c.id == whole.id, table.c.state == "sending", table.c.sample.is_not(None))
    if connection.execute(claimed.values(state="split", rest_id=rest.id, changed_at=at)).rowcount == 0:
        return False
    drafts.add(connection, sample)
    drafts.add(connection, rest)
    return True


def rejoin(connection: Connection, sample: Draft, after: DraftState, at: datetime) -> bool:
    """Put the whole back where the sample certainly was not sent; False where the rest goes its own way by now."""
    assert sample.whole_id is not None  # noqa: S101 - what makes it a sample
    assert sample.rest_id is not None  # noqa: S101 - likewise
    if not drafts.change_state(connection, sample.rest_id, "held", "dropped", at=at):
        return False
    drafts.change_state(connection, sample.whole_id, "split", after, at=at, sample=None, rest_id=None, held_by=None)
    drafts.delete_draft(connection, sample.id)
    drafts.delete_draft(connection, sample.rest_id)
    return True


def release_rest(connection: Connection, sample: Draft, at: datetime) -> None:
    """Let the rest be sent by a yes of its own: its sample was sent, or nobody knows."""
    if sample.rest_id is not None:
        drafts.change_state(connection, sample.rest_id, "held", "ready", at=at)


def set_rest_parent(connection: Connection, rest_id: str, batch_id: str) -> None:
    """Say which batch the sample of this rest has become."""
    connection.execute(update(table).where(table.c.id == rest_id).values(parent_id=batch_id, kind=CANARY))


def find_rest(connection: Connection, batch_id: str) -> Draft | None:
    """Give the draft of what is left after this sample, while nobody has sent or dropped it."""
    wanted = select(table).where(table.c.parent_id == batch_id, table.c.kind == CANARY, table.c.state == "ready")
    row = connection.execute(wanted.limit(1)).one_or_none()
    return Draft(**row._mapping) if row else None
