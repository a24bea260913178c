"""Other retries of the same batch. A process checks for them when it claims a retry, so none is sent unnoticed."""

import zlib

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from bot.store.db.scope import here
from bot.store.db.tables import drafts as table
from bot.store.db.tables import families
from bot.store.records import drafts
from bot.store.records.drafts import POSSIBLY_SENT, Draft
from bot.store.transactions.split_draft import CANARY

_RETRYING = 0x62645F32
"""Half of an advisory lock of our own; the other half is the parent. A process that claims a retry holds it."""


def lock_parent(connection: Connection, draft: Draft) -> None:
    """Let transactions that claim retries of one batch run one by one.

    Call it before the claim, and `find_other_retries` after it. Without it, several transactions on Postgres could look
    before any of them writes. On SQLite there is only one writer.
    """
    parent = _find_parent(connection, draft)
    if parent is not None and connection.dialect.name != "sqlite":
        key = zlib.crc32(parent.encode()) - (1 << 31)  # a signed number of 32 bits; two batches may share one
        connection.execute(select(func.pg_advisory_xact_lock(_RETRYING, key)))


def find_other_retries(connection: Connection, draft: Draft) -> tuple[str, ...]:
    """Return the batches that retry the same batch as a draft, and as `draft ID` the drafts that may have become one.

    The rest after a retry's sample counts too. Sample and rest of the same draft do not compete.
    """
    parent = _find_parent(connection, draft)
    if parent is None:
        return ()
    unsent = _find_unsent(
        connection, draft, parent
    )  # first, because a draft that becomes a batch meanwhile must be found as one
    return (*sorted(_find_batches(connection, draft, parent)), *sorted(unsent))


def find_retries_of(connection: Connection, parent: str) -> set[str]:
    """Return the batches that retry a batch, and the rests after those that were samples."""
    retries = select(families.c.child_id).where(
        families.c.parent_id == parent, families.c.kind == "retry", here(connection, families)
    )
    rests = select(families.c.child_id).where(families.c.parent_id.in_(retries), families.c.kind == CANARY)
    return {*connection.execute(retries).scalars(), *connection.execute(rests).scalars()}


def may_be_retried(connection: Connection, parent: str) -> bool:
    """Return whether a draft that retries a batch may have become one that is not known yet."""
    wanted = select(table.c.id).where(_retries(connection, parent), table.c.state.in_(POSSIBLY_SENT))
    return connection.execute(wanted.limit(1)).first() is not None


def _find_parent(connection: Connection, draft: Draft) -> str | None:
    """Return the batch that a draft retries, also as the rest after a sample."""
    whole = drafts.get(connection, draft.whole_id) if draft.kind == CANARY and draft.whole_id else draft
    return whole.parent_id if whole is not None and whole.kind == "retry" else None


def _find_unsent(connection: Connection, draft: Draft, parent: str) -> list[str]:
    wanted = select(table.c.id, table.c.whole_id).where(_retries(connection, parent), table.c.state.in_(POSSIBLY_SENT))
    own = {draft.id, draft.whole_id} - {None}
    others = (row.id for row in connection.execute(wanted) if not own & {row.id, row.whole_id})
    return [f"draft {id}" for id in others]


def _retries(connection: Connection, parent: str) -> ColumnElement[bool]:
    """Return the condition of the drafts that retry a batch, whole or in parts."""
    retries = and_(table.c.parent_id == parent, table.c.kind == "retry")
    return or_(retries, table.c.whole_id.in_(select(table.c.id).where(retries, here(connection, table))))


def _find_batches(connection: Connection, draft: Draft, parent: str) -> set[str]:
    """Return the batches that retry the parent, and the rests after those that were samples."""
    made = find_retries_of(connection, parent)
    own = select(table.c.batch_id).where(table.c.whole_id == draft.whole_id, table.c.batch_id.is_not(None))
    return made - set(connection.execute(own).scalars() if draft.whole_id else ())
