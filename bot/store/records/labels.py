"""Labels, owners, notes and families of batches. The API has no fields for them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, insert, or_, select, update

from bot.store.db.chunks import chunks
from bot.store.db.scope import prepare
from bot.store.db.tables import batches, drafts, families
from bot.store.db.tables import labels as table
from bot.store.db.upserts import insert_new
from bot.store.records.drafts import find_head, find_sent_parts

ID_PREFIX = "msgbatch_"
"""Begins the id of each batch, and no label."""
RelativeKind = Literal["retry", "canary"]
NameField = Literal["label", "owner", "note"]
_PLAIN_PREFIX = "msgbatch"
_BARE_ID = re.compile(r"01[a-z0-9]{22}")
BatchPart = Literal["sample", "rest"]
"""Which part of a file a batch is, if the file was not sent as a whole."""
_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
_NAMES = prepare(select(table.c.batch_id, table.c.label, table.c.owner, table.c.note).where(table.c.batch_id.in_(_IDS)))
_ORIGINS = prepare(
    select(
        *(drafts.c.batch_id, drafts.c.name, drafts.c.user_id, drafts.c.approved_by),
        *(drafts.c.whole_id, drafts.c.rest_id, drafts.c.part, drafts.c.parts),
    ).where(drafts.c.batch_id.in_(_IDS))
)
_RELATIVES = prepare(select(families).where(or_(families.c.child_id.in_(_IDS), families.c.parent_id.in_(_IDS))))


class Relative(Struct, frozen=True):
    """A batch and the one it was made from: as its retry, or as the rest after it as a sample (canary)."""

    child_id: str
    parent_id: str
    kind: str


class BatchNames(Struct, frozen=True):
    """What the bot knows of a batch. Everything is empty for a batch that was made elsewhere and has no owner.

    `file_name` is the file that was sent, `part` which part of it the batch is. A file that was too large for one batch
    has `parts` of them, and this is the one with that `number`, from 1. `sent_by` and `approved_by` are the
    people who sent it. `models` and `cost` (USD) are those of its results, once they were read; until then `models` are
    those of the checked file. Only the card of one batch needs them, so lists leave them empty.
    """

    label: str | None = None
    owner: str | None = None
    note: str | None = None
    relatives: tuple[Relative, ...] = ()
    file_name: str | None = None
    part: BatchPart | None = None
    sent_by: str | None = None
    approved_by: str | None = None
    models: tuple[str, ...] = ()
    cost: Decimal | None = None
    cost_complete: bool = True
    related_names: Mapping[str, str] = {}
    """The labels or file names of its relatives, by id."""
    number: int | None = None
    parts: int | None = None
    is_whole: bool = False
    """Whether the batch stands for all parts, and is named like the file."""

    @property
    def numbered(self) -> str:
        """Return ` · part 2 of 3` for a part of a file that was too large for one batch, else an empty string."""
        return f" · part {self.number} of {self.parts}" if self.number is not None and not self.is_whole else ""


def normalize_label(text: str) -> str:
    """Return the form in which labels are compared and typed as references: `Nightly eval!` is `nightly-eval`."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def reads_as_id(text: str) -> bool:
    """Return whether a label could be taken for a batch id: it begins as one does, or it is one without its beginning.

    Spaces, punctuation, case, accents and the width of letters make no difference.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())
    return plain.startswith(_PLAIN_PREFIX) or _BARE_ID.fullmatch(plain) is not None


def set_field(
    connection: Connection, batch_id: str, what: NameField, value: str | None, *, by: str, at: datetime
) -> None:
    """Set one field of a batch, or remove it with None; of the batch that stands for a whole, of all its parts."""
    parts = find_sent_parts(connection, batch_id)
    if parts is not None and parts.head == batch_id:
        for each in parts.batch_ids[1:]:
            set_field(connection, each, what, value, by=by, at=at)
    values: dict[str, object] = {what: value, "changed_by": by, "changed_at": at}
    if what == "label":
        values["label_key"] = normalize_label(value) if value else None
    _ensure_row(connection, batch_id, by, at)
    connection.execute(update(table).where(table.c.batch_id == batch_id).values(values))


def set_owner_if_none(connection: Connection, batch_id: str, owner: str, *, at: datetime) -> bool:
    """Give a batch an owner unless it has one; False if it has. One guarded UPDATE: two callers cannot both succeed."""
    _ensure_row(connection, batch_id, owner, at)
    ownerless = update(table).where(table.c.batch_id == batch_id, table.c.owner.is_(None))
    return connection.execute(ownerless.values(owner=owner, changed_by=owner, changed_at=at)).rowcount == 1


def add_relative(connection: Connection, relative: Relative) -> None:
    """Record that one batch was made from another."""
    connection.execute(delete(families).where(families.c.child_id == relative.child_id))
    row = {"child_id": relative.child_id, "parent_id": relative.parent_id, "kind": relative.kind}
    connection.execute(insert(families).values(row))


def get_names(connection: Connection, batch_ids: Iterable[str]) -> dict[str, BatchNames]:
    """Return what the bot knows of each of these batches, also of those it does not know."""
    wanted = list(dict.fromkeys(batch_ids))
    found: dict[str, BatchNames] = {}
    kin = get_relatives(connection, wanted)
    for ids in chunks(wanted):
        for row in connection.execute(_NAMES, {"ids": ids}):
            found[row.batch_id] = BatchNames(row.label, row.owner, row.note)
        for origin in connection.execute(_ORIGINS, {"ids": ids}):
            found[origin.batch_id] = _add_origin(found.get(origin.batch_id, BatchNames()), origin)
    return {id: replace(found.get(id, BatchNames()), relatives=kin.get(id, ())) for id in wanted}


def _add_origin(names: BatchNames, row: Row[Any]) -> BatchNames:
    """Add what the draft that became the batch says. A part of a draft has a `whole_id`, and a sample a `rest_id`."""
    names = replace(names, file_name=row.name, sent_by=row.user_id, approved_by=row.approved_by)
    if row.part is not None:
        return replace(names, number=row.part, parts=row.parts)
    part: BatchPart | None = ("sample" if row.rest_id else "rest") if row.whole_id else None
    return replace(names, part=part)


def get_relatives(connection: Connection, batch_ids: Iterable[str]) -> dict[str, tuple[Relative, ...]]:
    """Return the parents and children of each of these batches."""
    found: dict[str, list[Relative]] = {}
    for ids in chunks(batch_ids):
        for row in connection.execute(_RELATIVES, {"ids": ids}):
            relative = Relative(row.child_id, row.parent_id, row.kind)
            for id in {row.child_id, row.parent_id} & set(ids):
                found.setdefault(id, []).append(relative)
    return {id: tuple(several) for id, several in found.items()}


def find_family(connection: Connection, batch_id: str) -> frozenset[str]:
    """Return the ids of all batches that this one is related to, directly or through others, and its own."""
    known: set[str] = set()
    found = {batch_id}
    while found:
        known |= found
        kin = (each for several in get_relatives(connection, found).values() for each in several)
        parts = (find_sent_parts(connection, id) for id in found)
        beside = {id for each in parts if each is not None for id in each.batch_ids}
        found = ({id for each in kin for id in (each.child_id, each.parent_id)} | beside) - known
    return frozenset(known)


def find_batches(connection: Connection, *, label: str | None = None, owner: str | None = None) -> frozenset[str]:
    """Return the ids of the batches with this label (in any spelling) and this owner."""
    wanted = select(table.c.batch_id)
    if label is not None:
        wanted = wanted.where(table.c.label_key == normalize_label(label))
    if owner is not None:
        wanted = wanted.where(table.c.owner == owner)
    return frozenset(connection.execute(wanted).scalars())


def find_labeled(connection: Connection, reference: str) -> frozenset[str]:
    """Return the ids of the batches that a typed reference means by their label.

    Of the parts of a file, the one that stands for the whole is meant. A reference that begins as an id does is no
    label, even if the batch of that id is gone: the buttons of its old messages must never mean another batch.
    """
    if reference.startswith(ID_PREFIX):
        return frozenset()
    heads = {id: find_head(connection, id) for id in find_batches(connection, label=reference)}
    deleted = select(batches.c.id).where(batches.c.id.in_(set(heads.values())), batches.c.status == "gone")
    gone = set(connection.execute(deleted).scalars())
    return frozenset(id if head in gone else head for id, head in heads.items())


def find_batches_by_part(connection: Connection, part: str, owner: str | None = None) -> frozenset[str]:
    """Return the ids of the batches whose label contains `part` (in any spelling), with this owner."""
    wanted = select(table.c.batch_id).where(table.c.label_key.contains(normalize_label(part), autoescape=True))
    if owner is not None:
        wanted = wanted.where(table.c.owner == owner)
    return frozenset(connection.execute(wanted).scalars())


def list_labels(connection: Connection) -> tuple[str, ...]:
    """Return the labels in use, the latest change first, each in one spelling."""
    rows = connection.execute(
        select(table.c.label, table.c.label_key).where(table.c.label.is_not(None)).order_by(table.c.changed_at.desc())
    )
    by_key: dict[str, str] = {}
    for row in rows:
        by_key.setdefault(row.label_key, row.label)
    return tuple(by_key.values())


def nearest(typed: str, used: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """Return the labels that contain the typed one, or are spelled much like it."""
    wanted = normalize_label(typed)
    by_key = {normalize_label(label): label for label in used}
    containing = [key for key in by_key if wanted and wanted in key]
    close = get_close_matches(wanted, by_key, n=most, cutoff=0.6)
    return tuple(by_key[key] for key in dict.fromkeys([*containing, *close]))[:most]


def delete_names(connection: Connection, batch_id: str) -> None:
    """Delete the names of a batch; its relatives still refer to it."""
    connection.execute(delete(table).where(table.c.batch_id == batch_id))


def _ensure_row(connection: Connection, batch_id: str, by: str, at: datetime) -> None:
    """Insert a row for the batch unless there is one, also if another process does so at the same moment."""
    values = {"batch_id": batch_id, "changed_by": by, "changed_at": at}
    insert_new(connection, table, values)
