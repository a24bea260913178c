"""The batches that are watched or in the feed, each as it was last seen."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, func, literal, or_, select, union, update

from bot.store.db.chunks import chunks
from bot.store.db.scope import here
from bot.store.db.tables import batches as table
from bot.store.db.tables import labels
from bot.store.db.upserts import insert_new

GONE = "gone"
"""The status of a deleted batch; the API has no word for it."""


class SeenBatch(Struct, frozen=True):
    """What was last seen of a batch.

    `shape` combines everything that a person would notice, to compare by. `body` is the API's JSON, for the card.
    `missing_since`: when the API first did not find it. `results_ready`: it has ended and had results when last seen.
    `fetched_at`: when its results were last downloaded through the bot. `over_at`: when it was seen to have ended or
    to be gone; no sweep looks at it after that.
    """

    id: str
    status: str
    shape: str
    body: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    missing_since: datetime | None = None
    results_ready: bool = False
    fetched_at: datetime | None = None
    over_at: datetime | None = None
    workspace_id: str = ""


def add(connection: Connection, batch: SeenBatch) -> bool:
    """Store a batch; False if it is stored already, which is left as it is."""
    return insert_new(connection, table, asdict(batch))


def get(connection: Connection, batch_id: str, *, locked: bool = False) -> SeenBatch | None:
    """Return a batch as it was last seen. `locked`: no other transaction changes it until this one ends."""
    wanted = select(table).where(table.c.id == batch_id)
    row = connection.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return SeenBatch(**row._mapping) if row else None


def guarded_update(connection: Connection, seen: SeenBatch, *, was: str) -> bool:
    """Update a batch whose stored shape is still `was`; True for exactly one process that saw the same change.

    `fetched_at` stays.
    """
    changes = {name: value for name, value in asdict(seen).items() if name not in ("id", "fetched_at", "workspace_id")}
    unchanged = update(table).where(table.c.id == seen.id, table.c.shape == was)
    return connection.execute(unchanged.values(changes)).rowcount == 1


def is_open(connection: Connection, batch_id: str) -> bool:
    """Return whether someone waits for the end of a batch and has not been notified of it."""
    wanted = select(table.c.id).where(table.c.id == batch_id, table.c.over_at.is_(None))
    return connection.execute(wanted).first() is not None


def mark_missing(connection: Connection, batch_id: str, now: datetime) -> None:
    """Record when a batch was first not found."""
    found = update(table).where(table.c.id == batch_id, table.c.missing_since.is_(None))
    connection.execute(found.values(missing_since=now))


def mark_found(connection: Connection, batch_ids: Iterable[str]) -> None:
    """Record that these batches were found again."""
    for chunk in chunks(batch_ids):
        missing = update(table).where(table.c.id.in_(chunk), table.c.missing_since.is_not(None))
        connection.execute(missing.values(missing_since=None))


def mark_fetched(connection: Connection, batch_id: str, now: datetime) -> None:
    """Record a download of the results through the bot; do nothing if the batch is not stored."""
    connection.execute(update(table).where(table.c.id == batch_id).values(fetched_at=now))


def mark_gone(connection: Connection, batch_id: str, now: datetime) -> bool:
    """Record that a batch was deleted; False if that is recorded already, or the batch is not stored."""
    still = update(table).where(table.c.id == batch_id, table.c.status != GONE)
    gone = still.values(
        shape=GONE, status=GONE, over_at=func.coalesce(table.c.over_at, literal(now, table.c.over_at.type))
    )
    return connection.execute(gone).rowcount == 1


class OpenBatches(Struct, frozen=True):
    """The batches that are not over: their shapes by id, and when the oldest and the youngest were created."""

    shapes: dict[str, str]
    oldest: datetime | None
    youngest: datetime | None
    some_missing: bool


def find_ids(connection: Connection, start: str) -> frozenset[str]:
    """Return the ids of watched and named batches that begin with `start`, with or without `msgbatch_`."""
    found = (
        select(column).where(
            or_(*(column.startswith(each, autoescape=True) for each in (start, f"msgbatch_{start}"))),
            here(connection, column.table),
        )
        for column in (table.c.id, labels.c.batch_id)
    )
    return frozenset(connection.execute(union(*found)).scalars())


def list_open(connection: Connection) -> OpenBatches:
    """Return the batches that are not over, two columns of each: there may be thousands."""
    still = table.c.over_at.is_(None)
    figures = select(func.min(table.c.created_at), func.max(table.c.created_at), func.count(table.c.missing_since))
    oldest, youngest, missing = connection.execute(figures.where(still)).one()
    rows = connection.execute(select(table.c.id, table.c.shape).where(still))
    return OpenBatches({row[0]: row[1] for row in rows}, oldest, youngest, missing > 0)


def list_known_ids(connection: Connection, created_after: datetime) -> frozenset[str]:
    """Return the ids of all stored batches that were created since a moment, over or not."""
    return frozenset(connection.execute(select(table.c.id).where(table.c.created_at >= created_after)).scalars())


def list_gone_ids(connection: Connection, created_after: datetime) -> frozenset[str]:
    """Return the ids of the batches that were created since a moment and are marked as deleted."""
    wanted = select(table.c.id).where(table.c.created_at >= created_after, table.c.status == GONE)
    return frozenset(connection.execute(wanted).scalars())


def list_ended(connection: Connection, *, created_after: datetime, created_before: datetime) -> list[SeenBatch]:
    """Return the ended batches that were created in a span of time, oldest first. Their results expire together."""
    span = table.c.created_at >= created_after, table.c.created_at < created_before, table.c.status == "ended"
    return [SeenBatch(**row._mapping) for row in connection.execute(select(table).where(*span).order_by(table.c.id))]


def list_unfinished(connection: Connection, *, expiring_before: datetime | None = None) -> list[SeenBatch]:
    """Return the batches that are not over, oldest first; with `expiring_before`, those that expire before it."""
    wanted = select(table).where(table.c.over_at.is_(None)).order_by(table.c.created_at)
    if expiring_before is not None:
        wanted = wanted.where(table.c.expires_at < expiring_before)
    return [SeenBatch(**row._mapping) for row in connection.execute(wanted)]


def get_many(connection: Connection, batch_ids: Iterable[str]) -> dict[str, SeenBatch]:
    """Return several batches by id."""
    found: dict[str, SeenBatch] = {}
    for chunk in chunks(batch_ids):
        rows = connection.execute(select(table).where(table.c.id.in_(chunk)))
        found |= {row.id: SeenBatch(**row._mapping) for row in rows}
    return found
