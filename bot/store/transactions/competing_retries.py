"""What else sends the failures of a batch again: looked at by whoever claims a retry, so that no two go unknowingly."""

import zlib

from sqlalchemy import Connection, and_, func, or_, select

from bot.store.db.tables import drafts as table
from bot.store.db.tables import families
from bot.store.records import drafts
from bot.store.records.drafts import POSSIBLY_SENT, Draft
from bot.store.transactions.split_draft import CANARY

_RETRYING = 0x62645F32
"""Any number that is ours: whoever claims a retry holds it, with its parent's, until he commits."""


def lock_parent(connection: Connection, draft: Draft) -> None:
    """Let those who claim retries of one batch go one by one, until each has committed.

    To be called before the claim, and `beside` after it: on Postgres several could otherwise look before any of them
    has written; on SQLite whoever has written is alone anyway.
    """
    parent = _retried_by(connection, draft)
    if parent is not None and connection.dialect.name != "sqlite":
        key = zlib.crc32(parent.encode()) - (1 << 31)  # a signed number of 32 bits; two batches may share one
        connection.execute(select(func.pg_advisory_xact_lock(_RETRYING, key)))


def find_other_retries(connection: Connection, draft: Draft) -> tuple[str, ...]:
    """Give the batches that retry the same one as a draft, and as `draft ID` those that may be such by now.

    The rest after a retry's sample is one too; sample and rest of the same whole are nothing beside each other.
    """
    parent = _retried_by(connection, draft)
    if parent is None:
        return ()
    on_their_way = _on_their_way(connection, draft, parent)  # first: what becomes a batch meanwhile is seen as one
    return (*sorted(_made(connection, draft, parent)), *sorted(on_their_way))


def _retried_by(connection: Connection, draft: Draft) -> str | None:
    """Give the batch whose failures a draft sends again, be it as the rest after a sample of a whole that does."""
    whole = drafts.get(connection, draft.whole_id) if draft.kind == CANARY and draft.whole_id else draft
    return whole.parent_id if whole is not None and whole.kind == "retry" else None


def _on_their_way(connection: Connection, draft: Draft, parent: str) -> list[str]:
    retries = and_(table.c.parent_id == parent, table.c.kind == "retry")
    parts = table.c.whole_id.in_(select(table.c.id).where(retries))
    wanted = select(table.c.id, table.c.whole_id).where(or_(retries, parts), table.c.state.in_(POSSIBLY_SENT))
    own = {draft.id, draft.whole_id} - {None}
    others = (row.id for row in connection.execute(wanted) if not own & {row.id, row.whole_id})
    return [f"draft {id}" for id in others]


def _made(connection: Connection, draft: Draft, parent: str) -> set[str]:
    """Give the batches that were made so: retries, and the rests after those that were a sample."""
    retries = select(families.c.child_id).where(families.c.parent_id == parent, families.c.kind == "retry")
    rests = select(families.c.child_id).where(families.c.parent_id.in_(retries), families.c.kind == CANARY)
    made = {*connection.execute(retries).scalars(), *connection.execute(rests).scalars()}
    own = select(table.c.batch_id).where(table.c.whole_id == draft.whole_id, table.c.batch_id.is_not(None))
    return made - set(connection.execute(own).scalars() if draft.whole_id else ())
