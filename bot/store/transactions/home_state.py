"""The state that a Home tab shows, as one text to compare: while it is the same, nothing is redrawn."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.store.db.tables import batches, bulk_items, bulks, confirmations, drafts, labels, ledger, sends
from bot.store.records.bulks import OPEN_STATES

_PARTS = (
    select(func.count(), func.max(drafts.c.changed_at)),
    select(func.count(), func.max(batches.c.over_at), func.max(batches.c.created_at), func.max(batches.c.fetched_at)),
    select(func.max(labels.c.changed_at)),
    select(func.max(ledger.c.read_at), func.max(ledger.c.deleted_at)),
    select(func.max(sends.c.sent_at)),
    select(func.count()).select_from(bulks).where(bulks.c.state == "running"),
    select(func.count())
    .join_from(bulk_items, bulks, bulks.c.id == bulk_items.c.bulk_id)
    .where(bulks.c.state == "running", bulk_items.c.state.in_(OPEN_STATES)),
)


def read_home_states(connection: Connection, users: Collection[str], now: datetime) -> dict[str, str]:
    """Return the state of each person's tab: that of all drafts and batches, and that of their own open questions."""
    common = [tuple(connection.execute(part).one()) for part in _PARTS]
    statuses = connection.execute(select(batches.c.status, func.count()).group_by(batches.c.status))
    common.append(tuple(sorted((status, count) for status, count in statuses)))
    open_questions = confirmations.c.used_at.is_(None), confirmations.c.expires_at > now
    asked = select(confirmations.c.user_id, func.count(), func.max(confirmations.c.asked_at))
    own = {
        row[0]: tuple(row[1:])
        for row in connection.execute(asked.where(*open_questions).group_by(confirmations.c.user_id))
    }
    return {user: repr((common, own.get(user))) for user in users}
