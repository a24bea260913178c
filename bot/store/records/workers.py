"""The worker processes: when each was last heard of, and the pace that they keep together."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, case, delete, func, literal, select, update

from bot.store.db.columns import Moment
from bot.store.db.tables import paces
from bot.store.db.tables import workers as table
from bot.store.db.upserts import insert_new, upsert

DEAD_AFTER = timedelta(seconds=45)
"""How long after its last heartbeat a process is taken for dead. Its work then waits for less than a minute."""
STEADY = timedelta(seconds=20)
"""How long the store has to accept heartbeats before a missing one counts. After an outage of the store, every process
looks dead to the first that writes again; by then the living ones have written too."""
LARGEST_SKEW = timedelta(minutes=10)
"""A heartbeat this far in the future is from before a clock was set back; a living process corrects it."""
LONGEST_CALL = timedelta(minutes=10)
"""How long one call of the API may take, an upload of 256 MB included (bot.api.retry_policy)."""
STOPPED = datetime(2000, 1, 1, tzinfo=UTC)
"""The last heartbeat of a process that said it stops."""
_FURTHEST = timedelta(hours=1)  # a place that is free only later was reserved before a clock was set back
_MINUTE = timedelta(minutes=1)
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when an unused place is free."""


class WorkerProcess(Struct, frozen=True):
    """A worker process. `pid` is its number on `host`, which begins with the name of its machine.

    Since `started_at` its heartbeats have come without a gap.
    """

    id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime


def record_heartbeat(connection: Connection, worker: WorkerProcess, now: datetime) -> None:
    """Record that a process lives."""
    started_at = case((table.c.seen_at < now - STEADY, literal(now, Moment)), else_=table.c.started_at)
    heard = update(table).where(table.c.id == worker.id).values(seen_at=now, started_at=started_at)
    if connection.execute(heard).rowcount == 0:
        upsert(connection, table, {**asdict(worker), "seen_at": now})


def list_workers(connection: Connection) -> list[WorkerProcess]:
    """Return all processes that were not removed, oldest first."""
    return [WorkerProcess(**row._mapping) for row in connection.execute(select(table).order_by(table.c.started_at))]


def list_alive_ids(connection: Connection, now: datetime) -> set[str]:
    """Return the ids of the processes that live.

    While heartbeats have just begun to arrive again, every process that did not stop counts.
    """
    processes = list_workers(connection)
    beating = [each for each in processes if -LARGEST_SKEW < now - each.seen_at <= STEADY]
    if beating and all(each.started_at > now - STEADY for each in beating):
        return {each.id for each in processes if now - each.seen_at > -LARGEST_SKEW and each.seen_at > STOPPED}
    return {each.id for each in processes if -LARGEST_SKEW < now - each.seen_at <= DEAD_AFTER}


def is_held_by_no_one(held_by: str | None, since: datetime, alive: Collection[str], now: datetime) -> bool:
    """Return whether no living process is at work that began at `since`.

    A row that an older version wrote may name no process. It is taken for abandoned once no call can still be going on.
    """
    return now - since > LONGEST_CALL if held_by is None else held_by not in alive


def remove_worker(connection: Connection, worker_id: str) -> bool:
    """Delete a process; True for exactly one of several processes that found it dead."""
    return connection.execute(delete(table).where(table.c.id == worker_id)).rowcount == 1


def reserve_call(
    connection: Connection,
    places: Mapping[str, timedelta],
    now: datetime,
    patience: timedelta,
    a_minute: Mapping[str, int] | None = None,
) -> tuple[timedelta, bool]:
    """Reserve the next moment at which all places are free; return how long to wait, and whether it is reserved.

    `places` maps each place to the time for which one use blocks it. `a_minute` limits how often a place may be used in
    any minute; all uses may be at once. Nothing is reserved if the wait is longer than `patience`.
    """
    for place in sorted(places):
        insert_new(connection, paces, {"place": place, "free_at": _ALWAYS})
    wanted = select(paces).where(paces.c.place.in_(list(places))).order_by(paces.c.place).with_for_update()
    free = [row.free_at for row in connection.execute(wanted)]
    begin = max([now, *(moment for moment in free if moment - now < _FURTHEST)])
    turns: list[str] = []
    for place, count in (a_minute or {}).items():
        turn, moment = _find_turn(connection, place, count)
        turns.append(turn)
        begin = max(begin, moment if moment - now <= _MINUTE + patience else now)
    if begin - now > patience:
        return begin - now, False
    used = {place: span for place, span in places.items() if span} | dict.fromkeys(turns, _MINUTE)
    for place, span in sorted(used.items()):
        connection.execute(update(paces).where(paces.c.place == place).values(free_at=begin + span))
    return begin - now, True


def _find_turn(connection: Connection, place: str, count: int) -> tuple[str, datetime]:
    """Return the one of a place's turns that is free first, and when it is. Each is used once a minute.

    The caller holds the place itself, so no two callers get the same turn.
    """
    turns = paces.c.place.startswith(f"{place}/", autoescape=True)
    known = connection.execute(select(func.count()).where(turns)).scalar_one()
    for number in range(known, count):
        insert_new(connection, paces, {"place": f"{place}/{number}", "free_at": _ALWAYS})
    first = select(paces.c.place, paces.c.free_at).where(turns).order_by(paces.c.free_at).limit(1)
    row = connection.execute(first).one()
    return row.place, row.free_at


def delay_until(connection: Connection, place: str, until: datetime) -> None:
    """Block a place until a moment, because Slack asked for it."""
    insert_new(connection, paces, {"place": place, "free_at": until})
    later = update(paces).where(paces.c.place == place, paces.c.free_at < until)
    connection.execute(later.values(free_at=until))


def mark_stopped(connection: Connection, worker_id: str) -> None:
    """Record that a process stopped, so that others take over its work at once."""
    connection.execute(update(table).where(table.c.id == worker_id).values(seen_at=STOPPED))
