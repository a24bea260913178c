"""Changes of a batch's label, owner or note, together with every card that shows them."""

from collections.abc import Mapping
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
    """Set one field of a batch, or remove it with None, and redraw its cards."""
    labels.set_field(connection, batch_id, what, value, by=by, at=at)
    cards.redraw_all(connection, enqueue, batch_id, at)


def set_name_fields(
    connection: Connection,
    enqueue: Enqueue,
    batch_id: str,
    values: Mapping[labels.NameField, str | None],
    *,
    by: str,
    at: datetime,
) -> None:
    """Set several fields of a batch, or remove those with None, and redraw its cards once."""
    for what, value in values.items():
        labels.set_field(connection, batch_id, what, value, by=by, at=at)
    cards.redraw_all(connection, enqueue, batch_id, at)


def set_owner_if_none(connection: Connection, enqueue: Enqueue, batch_id: str, owner: str, *, at: datetime) -> bool:
    """Give a batch an owner unless it has one, and redraw its cards; False if it has one."""
    is_set = labels.set_owner_if_none(connection, batch_id, owner, at=at)
    if is_set:
        cards.redraw_all(connection, enqueue, batch_id, at)
    return is_set
