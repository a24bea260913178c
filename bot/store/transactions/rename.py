"""What a batch is called here, whose it is, what is noted of it: changed together with every card that says so."""

from datetime import datetime

from sqlalchemy import Connection

from bot.store.db.task_queue import Enqueue
from bot.store.records import cards, labels


def set_name_field(
    connection: Connection,
    enqueue: Enqueue,
    batch_id: str,
    what: labels.NameField,
    value: str | None,
    *,
    by: str,
    at: datetime,
) -> None:
    """Set one field of a batch, or take it away with None."""
    labels.set_field(connection, batch_id, what, value, by=by, at=at)
    cards.redraw_all(connection, enqueue, batch_id, at)


def set_owner_if_none(connection: Connection, enqueue: Enqueue, batch_id: str, owner: str, *, at: datetime) -> bool:
    """Make a batch that is nobody's somebody's; False where it has an owner."""
    adopted = labels.set_owner_if_none(connection, batch_id, owner, at=at)
    if adopted:
        cards.redraw_all(connection, enqueue, batch_id, at)
    return adopted
