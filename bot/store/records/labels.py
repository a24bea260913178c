"""What people call batches and whose they are: the API has no field for either."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.store.db.chunks import chunks
from bot.store.db.tables import families
from bot.store.db.tables import labels as table
from bot.store.db.upserts import insert_new

RelativeKind = Literal["retry", "canary"]
NameField = Literal["label", "owner", "note"]


class Relative(Struct, frozen=True):
    """A batch that another one was made from: by a retry, or as the rest after a canary."""

    child_id: str
    parent_id: str
    kind: str


class BatchNames(Struct, frozen=True):
    """What is known of a batch here; all empty for one that was made elsewhere and is nobody's yet."""

    label: str | None = None
    owner: str | None = None
    note: str | None = None
    relatives: tuple[Relative, ...] = ()


def normalize_label(text: str) -> str:
    """The form in which labels are compared and typed as references: `Nightly eval!` is `nightly-eval`."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def set_field(
    connection: Connection, batch_id: str, what: NameField, value: str | None, *, by: str, at: datetime
) -> None:
    """Set one field of a batch, or take it away with None."""
    values: dict[str, object] = {what: value, "changed_by": by, "changed_at": at}
    if what == "label":
        values["label_key"] = normalize_label(value) if value else None
    _ensure(connection, batch_id, by, at)
    connection.execute(update(table).where(table.c.batch_id == batch_id).values(values))


def set_owner_if_none(connection: Connection, batch_id: str, owner: str, *, at: datetime) -> bool:
    """Make a batch that is nobody's somebody's; False where it has an owner. One guarded UPDATE: two cannot both."""
    _ensure(connection, batch_id, owner, at)
    nobodys = update(table).where(table.c.batch_id == batch_id, table.c.owner.is_(None))
    return connection.execute(nobodys.values(owner=owner, changed_by=owner, changed_at=at)).rowcount == 1


def add_relative(connection: Connection, relative: Relative) -> None:
    """Note that one batch was made from another."""
    connection.execute(delete(families).where(families.c.child_id == relative.child_id))
    row = {"child_id": relative.child_id, "parent_id": relative.parent_id, "kind": relative.kind}
    connection.execute(insert(families).values(row))


def get_names(connection: Connection, batch_ids: Iterable[str]) -> dict[str, BatchNames]:
    """What is known of each of these batches, those of which nothing is known too."""
    wanted = list(dict.fromkeys(batch_ids))
    found: dict[str, BatchNames] = {}
    kin = get_relatives(connection, wanted)
    for ids in chunks(wanted):
        columns = (table.c.batch_id, table.c.label, table.c.owner, table.c.note)
        for row in connection.execute(select(*columns).where(table.c.batch_id.in_(ids))):
            found[row.batch_id] = BatchNames(row.label, row.owner, row.note, kin.get(row.batch_id, ()))
    return {id: found.get(id) or BatchNames(relatives=kin.get(id, ())) for id in wanted}


def get_relatives(connection: Connection, batch_ids: Iterable[str]) -> dict[str, tuple[Relative, ...]]:
    """The parents and children of each of these batches."""
    found: dict[str, list[Relative]] = {}
    for ids in chunks(batch_ids):
        either = or_(families.c.child_id.in_(ids), families.c.parent_id.in_(ids))
        for row in connection.execute(select(families).where(either)):
            relative = Relative(row.child_id, row.parent_id, row.kind)
            for id in {row.child_id, row.parent_id} & set(ids):
                found.setdefault(id, []).append(relative)
    return {id: tuple(several) for id, several in found.items()}


def find_family(connection: Connection, batch_id: str) -> frozenset[str]:
    """The ids of all batches that this one is related to, through however many others, and its own."""
    known: set[str] = set()
    found = {batch_id}
    while found:
        known |= found
        kin = (each for several in get_relatives(connection, found).values() for each in several)
        found = {id for each in kin for id in (each.child_id, each.parent_id)} - known
    return frozenset(known)


def find_batches(connection: Connection, *, label: str | None = None, owner: str | None = None) -> frozenset[str]:
    """The ids of the batches with this label (in whichever spelling) and this owner; of both, where both are given."""
    wanted = select(table.c.batch_id)
    if label is not None:
        wanted = wanted.where(table.c.label_key == normalize_label(label))
    if owner is not None:
        wanted = wanted.where(table.c.owner == owner)
    return frozenset(connection.execute(wanted).scalars())


def delete_names(connection: Connection, batch_id: str) -> None:
    """Delete what is known of a batch; its relatives still name it."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id))


def _ensure(connection: Connection, batch_id: str, by: str, at: datetime) -> None:
    """Have a row for the batch, also where another process makes it at the same moment."""
    values = {"batch_id": batch_id, "changed_by": by, "changed_at": at}
    insert_new(connection, table, values)
