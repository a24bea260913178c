"""The processes that do work: when each was last heard of, and the pace they keep together."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, select, update

from bot.store.db.tables import paces
from bot.store.db.tables import workers as table
from bot.store.db.upserts import insert_new, upsert

DEAD = timedelta(seconds=45)
"""So long not heard of, a process is taken for dead: with the time to find it, its work lies for under a minute."""
SKEWED = timedelta(minutes=10)
"""Heard of so far ahead of now, a process wrote that before the clock was put back; a living one corrects it."""
_FURTHEST = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a place is free that nobody has used."""


class WorkerProcess(Struct, frozen=True):
    """A process that does work. `pid` is a number on `host`, which begins with the name of its machine."""

    id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime


def record_heartbeat(connection: Connection, worker: WorkerProcess, now: datetime) -> None:
    """Note that a process lives."""
    heard = update(table).where(table.c.id == worker.id).values(seen_at=now)
    if connection.execute(heard).rowcount == 0:
        upsert(connection, table, {**asdict(worker), "seen_at": now})


def list_workers(connection: Connection) -> list[WorkerProcess]:
    """Give all processes that were heard of and not buried, oldest first."""
    return [WorkerProcess(**row._mapping) for row in connection.execute(select(table).order_by(table.c.started_at))]


def is_alive(worker: WorkerProcess, now: datetime) -> bool:
    """Say whether a process was heard of lately."""
    return -SKEWED < now - worker.seen_at <= DEAD


def list_alive_ids(connection: Connection, now: datetime) -> set[str | None]:
    """Give the ids of the processes that live."""
    return {worker.id for worker in list_workers(connection) if is_alive(worker, now)}


def remove_worker(connection: Connection, worker_id: str) -> bool:
    """Forget a process; True for exactly one of several that found it dead."""
    return connection.execute(delete(table).where(table.c.id == worker_id)).rowcount == 1


def reserve_call(
    connection: Connection,
    places: Mapping[str, timedelta],
    now: datetime,
    patience: timedelta,
    a_minute: Mapping[str, int] | None = None,
) -> tuple[timedelta, bool]:
    """Reserve the next moment that suits all places, each used at most once in its span; give how long to wait.

    `a_minute`: how often a place may be used in any minute besides, all at once if need be. Where the wait is longer
    than `patience` nothing is reserved, and the second value is False.
    """
    for place in sorted(places):
        insert_new(connection, paces, {"place": place, "free_at": _EVER})
    wanted = select(paces).where(paces.c.place.in_(list(places))).order_by(paces.c.place).with_for_update()
    free = [row.free_at for row in connection.execute(wanted)]
    # What is free only much later was held before a clock was put back: nobody waits for that.
    begin = max([now, *(moment for moment in free if moment - now < _FURTHEST)])
    turns: list[str] = []
    for place, count in (a_minute or {}).items():
        turn, moment = _turn(connection, place, count)
        turns.append(turn)
        begin = max(begin, moment if moment - now <= _MINUTE + patience else now)
    if begin - now > patience:
        return begin - now, False
    used = {place: span for place, span in places.items() if span} | dict.fromkeys(turns, _MINUTE)
    for place, span in sorted(used.items()):
        connection.execute(update(paces).where(paces.c.place == place).values(free_at=begin + span))
    return begin - now, True


def _turn(connection: Connection, place: str, count: int) -> tuple[str, datetime]:
    """Give the one of a place's turns that is free first, and when; each is used once a minute.

    Whoever asks holds the place itself, so that no two get the same.
    """
    mine = paces.c.place.startswith(f"{place}/", autoescape=True)
    there = connection.execute(select(func.count()).where(mine)).scalar_one()
    for number in range(there, count):
        insert_new(connection, paces, {"place": f"{place}/{number}", "free_at": _EVER})
    first = select(paces.c.place, paces.c.free_at).where(mine).order_by(paces.c.free_at).limit(1)
    row = connection.execute(first).one()
    return row.place, row.free_at


def delay_until(connection: Connection, place: str, until: datetime) -> None:
    """Let nothing happen in a place before a moment: Slack asked for it."""
    insert_new(connection, paces, {"place": place, "free_at": until})
    later = update(paces).where(paces.c.place == place, paces.c.free_at < until)
    connection.execute(later.values(free_at=until))


def mark_stopped(connection: Connection, worker_id: str, long_ago: datetime) -> None:
    """Note that a process stopped by itself: what it left under way may be taken over at once."""
    connection.execute(update(table).where(table.c.id == worker_id).values(seen_at=long_ago))
