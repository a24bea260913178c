"""Lists of batches that one person deletes or cancels together: frozen when they were asked, one row a batch.

A list is worked on by one process at a time. What it did to a batch is recorded before the next one, so another process
can go on where a dead one stopped. A batch whose results are saved first is deleted only after its file is recorded.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from bot.store.db.scope import here
from bot.store.db.tables import bulk_items, bulks

BulkVerb = Literal["cancel", "delete"]
BulkState = Literal["asked", "running", "ended"]
ItemState = Literal["waiting", "saving", "saved", "acting", "done", "skipped", "failed", "unknown"]
"""`saving`: the file of its results is on its way. `saved`: it has arrived, and the delete is next. `acting`: the call
may have been sent."""
StepState = Literal["saving", "acting"]
UntouchedState = Literal["skipped", "failed"]
SettledState = Literal["done", "skipped", "failed", "unknown"]
OPEN_STATES: tuple[ItemState, ...] = ("waiting", "saving", "saved", "acting")
SkipReason = Literal[
    "gone",
    "changed",
    "label",
    "owner",
    "ended",
    "canceling",
    "no_results",
    "stopped",
    "stopped_by",
    "not_permitted",
    "lapsed",
]
"""Why nothing was done to a batch: it is not as it was when the list was made, or the list was not gone on with.

`stopped_by`: an administrator stopped the list of another person, and `detail` is their user id."""
FailReason = Literal["api", "not_done", "restarted", "unreadable", "incomplete", "too_large", "slack", "unconfirmed"]
"""`restarted`: while it was saved. `incomplete`: its results disagree with its counts. `unconfirmed`: Slack does not
show the file. The others are what did not work."""
BULK_PREFIX = "bulk_"
"""Begins the id of each list, and no batch id."""
BULK = "bulk"
"""The workflow that works on a list."""
RETENTION = timedelta(days=30)


class Bulk(Struct, frozen=True, kw_only=True):
    """A list. `command` is what was typed. `saves`: deliver each results file to the person before the delete.

    `entry_id` is the audit entry of the confirmation, `held_by` the process at work.
    """

    id: str
    workspace_id: str
    verb: BulkVerb
    command: str
    saves: bool
    user_id: str
    team_id: str
    channel_id: str | None
    state: BulkState
    created_at: datetime
    entry_id: int | None = None
    held_by: str | None = None
    ended_at: datetime | None = None


class BulkItem(Struct, frozen=True, kw_only=True):
    """One batch of a list. `seen` is its status and counts, `name`, `label` and `owner` its names when it was listed.

    `reason` is a SkipReason or a FailReason, and `detail` an error in a few words. `entry_id` is the audit entry of
    what is being done to it. The file is that of its saved results.
    """

    bulk_id: str
    position: int
    workspace_id: str
    batch_id: str
    seen: str
    requests: int
    name: str | None = None
    label: str | None = None
    owner: str | None = None
    state: ItemState = "waiting"
    reason: SkipReason | FailReason | None = None
    detail: str | None = None
    entry_id: int | None = None
    file_id: str | None = None
    file_name: str | None = None
    file_bytes: int | None = None
    file_lines: int | None = None


class RunningList(Struct, frozen=True):
    """A list that a worker goes through: `settled` of its `count` batches are done with."""

    bulk: Bulk
    count: int
    settled: int


class SavedFile(Struct, frozen=True):
    """A results file that Slack shows to the person. `id` is Slack's."""

    id: str
    name: str
    bytes: int
    lines: int


def add(connection: Connection, bulk: Bulk, items: Sequence[BulkItem]) -> None:
    """Store a list with its batches."""
    connection.execute(insert(bulks).values(asdict(bulk)))
    if items:
        connection.execute(insert(bulk_items), [asdict(item) for item in items])


def get(connection: Connection, bulk_id: str) -> Bulk | None:
    """Return a list, or None."""
    row = connection.execute(select(bulks).where(bulks.c.id == bulk_id)).one_or_none()
    return Bulk(**row._mapping) if row else None


def list_items(connection: Connection, bulk_id: str) -> list[BulkItem]:
    """Return the batches of a list, in its order."""
    wanted = select(bulk_items).where(bulk_items.c.bulk_id == bulk_id).order_by(bulk_items.c.position)
    return [BulkItem(**row._mapping) for row in connection.execute(wanted)]


def get_item(connection: Connection, bulk_id: str, position: int) -> BulkItem | None:
    """Return a batch of a list, or None."""
    here = bulk_items.c.bulk_id == bulk_id, bulk_items.c.position == position
    row = connection.execute(select(bulk_items).where(*here)).one_or_none()
    return BulkItem(**row._mapping) if row else None


def start(connection: Connection, bulk_id: str, *, saves: bool) -> bool:
    """Let the work on a list begin; True for exactly one caller."""
    asked = update(bulks).where(bulks.c.id == bulk_id, bulks.c.state == "asked")
    return connection.execute(asked.values(state="running", saves=saves)).rowcount == 1


def set_entry(connection: Connection, bulk_id: str, entry_id: int) -> None:
    """Record the audit entry of the confirmation."""
    connection.execute(update(bulks).where(bulks.c.id == bulk_id).values(entry_id=entry_id))


def list_unheld(connection: Connection, alive: Collection[str]) -> list[str]:
    """Return the ids of the running lists that no living process holds."""
    wanted = select(bulks.c.id).where(bulks.c.state == "running", _is_free(alive)).order_by(bulks.c.created_at)
    return list(connection.execute(wanted).scalars())


def list_running(connection: Connection) -> list[RunningList]:
    """Return the lists under way, the oldest first."""
    found = connection.execute(select(bulks).where(bulks.c.state == "running").order_by(bulks.c.created_at))
    running = [Bulk(**row._mapping) for row in found]
    ids = [bulk.id for bulk in running]
    counts, left = count_items(connection, ids), count_items(connection, ids, OPEN_STATES)
    return [RunningList(each, counts[each.id], counts[each.id] - left.get(each.id, 0)) for each in running]


def count_items(
    connection: Connection, bulk_ids: Collection[str], states: Collection[ItemState] | None = None
) -> dict[str, int]:
    """Return how many batches each of these lists has, or has in these states."""
    if not bulk_ids:
        return {}
    wanted = [bulk_items.c.bulk_id.in_(bulk_ids), *([bulk_items.c.state.in_(states)] if states is not None else [])]
    counted = select(bulk_items.c.bulk_id, func.count()).where(*wanted).group_by(bulk_items.c.bulk_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def claim(connection: Connection, bulk_id: str, holder: str, alive: Collection[str]) -> bool:
    """Hold a running list; False if it does not run, or another living process holds it."""
    others = {*alive} - {holder}
    free = update(bulks).where(bulks.c.id == bulk_id, bulks.c.state == "running", _is_free(others))
    return connection.execute(free.values(held_by=holder)).rowcount == 1


def is_held(connection: Connection, bulk_id: str, holder: str) -> bool:
    """Return whether a process holds a list."""
    held = select(bulks.c.id).where(bulks.c.id == bulk_id, bulks.c.held_by == holder)
    return connection.execute(held).first() is not None


def release(connection: Connection, bulk_id: str, holder: str) -> None:
    """Let another process go on with a list."""
    held = update(bulks).where(bulks.c.id == bulk_id, bulks.c.held_by == holder)
    connection.execute(held.values(held_by=None))


def release_all(connection: Connection, holder: str) -> list[str]:
    """Release the running lists that a dead process held; return their ids."""
    held = update(bulks).where(bulks.c.held_by == holder, bulks.c.state == "running")
    return list(connection.execute(held.values(held_by=None).returning(bulks.c.id)).scalars())


def find_next(connection: Connection, bulk_id: str) -> BulkItem | None:
    """Return the first batch of a list that is not settled, or None."""
    open_items = bulk_items.c.bulk_id == bulk_id, bulk_items.c.state.in_(OPEN_STATES)
    row = connection.execute(select(bulk_items).where(*open_items).order_by(bulk_items.c.position).limit(1)).first()
    return BulkItem(**row._mapping) if row else None


def begin_step(connection: Connection, item: BulkItem, state: StepState) -> bool:
    """Record that something is about to be done to a batch; False if it is not as it was read.

    With a list that saves, a batch is acted on only after its file is recorded.
    """
    ready = _as_read(item)
    if state == "acting":
        saves = select(bulks.c.saves).where(bulks.c.id == item.bulk_id, here(connection, bulks)).scalar_subquery()
        ready.append(or_(saves.is_(False), bulk_items.c.file_id.is_not(None)))
    begun = update(bulk_items).where(*ready).values(state=state)
    return connection.execute(begun).rowcount == 1


def set_item_entry(connection: Connection, item: BulkItem, entry_id: int) -> None:
    """Record the audit entry of what is being done to a batch."""
    same = bulk_items.c.bulk_id == item.bulk_id, bulk_items.c.position == item.position
    connection.execute(update(bulk_items).where(*same).values(entry_id=entry_id))


def record_saved(connection: Connection, item: BulkItem, file: SavedFile) -> bool:
    """Record that the results of a batch arrived; False if it is not being saved any more."""
    saving = update(bulk_items).where(*_as_read(item), bulk_items.c.state == "saving")
    stored = {"file_id": file.id, "file_name": file.name, "file_bytes": file.bytes, "file_lines": file.lines}
    return connection.execute(saving.values(state="saved", **stored)).rowcount == 1


def settle(
    connection: Connection,
    item: BulkItem,
    state: SettledState,
    reason: SkipReason | FailReason | None = None,
    detail: str | None = None,
) -> bool:
    """Record what came of a batch; False if it is not as it was read."""
    settled = update(bulk_items).where(*_as_read(item))
    return connection.execute(settled.values(state=state, reason=reason, detail=detail)).rowcount == 1


def end(connection: Connection, bulk_id: str, now: datetime) -> bool:
    """Record that every batch of a list is settled; True for exactly one caller."""
    running = update(bulks).where(bulks.c.id == bulk_id, bulks.c.state == "running")
    return connection.execute(running.values(state="ended", ended_at=now, held_by=None)).rowcount == 1


def list_entry_ids(connection: Connection) -> frozenset[int]:
    """Return the audit entries of what is being done to batches of lists. Who works on the list settles them."""
    under_way = bulk_items.c.state.in_(("saving", "acting")), bulk_items.c.entry_id.is_not(None)
    return frozenset(connection.execute(select(bulk_items.c.entry_id).where(*under_way)).scalars())


def find_by_entry(connection: Connection, entry_id: int) -> Bulk | None:
    """Return the list that an audit entry confirmed, or None."""
    row = connection.execute(select(bulks).where(bulks.c.entry_id == entry_id)).first()
    return Bulk(**row._mapping) if row else None


def prune(connection: Connection, now: datetime) -> None:
    """Delete the lists that no one works on and no one asks about any more."""
    is_old = bulks.c.created_at < now - RETENTION, bulks.c.state != "running"
    old = select(bulks.c.id).where(*is_old, here(connection, bulks))
    connection.execute(delete(bulk_items).where(bulk_items.c.bulk_id.in_(old)))
    connection.execute(delete(bulks).where(bulks.c.id.in_(old)))


def _is_free(alive: Collection[str]) -> Any:
    return or_(bulks.c.held_by.is_(None), bulks.c.held_by.not_in(alive))


def _as_read(item: BulkItem) -> list[Any]:
    same = bulk_items.c.bulk_id == item.bulk_id, bulk_items.c.position == item.position
    return [*same, bulk_items.c.state == item.state]
