"""The move of a store: copies every row into an empty database, and compares counts and checksums."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from sqlalchemy import URL, Connection, Row, Table, func, insert, inspect, select

from bot.errors import ExpectedError
from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.schema import is_bot_table
from bot.store.db.tables import metadata, workers

_NO_STORE = "FROM holds no records of a bot; check its address. Nothing was copied."
ROWS_AT_ONCE = 1_000
"""Rows in one statement."""
RUNNING_WITHIN = timedelta(seconds=60)
"""A process that was heard of within this time is taken to run."""
_MODULUS = 2**256


@dataclass(eq=False)
class MoveRefused(ExpectedError):
    """Nothing was moved, or the moved rows cannot be trusted. `reason` says why, and what to do."""

    reason: str

    def _fact(self) -> str:
        return self.reason


class MovedTable(Struct, frozen=True):
    """One table that was moved: its number of rows, and a checksum on which both sides agree."""

    table: str
    rows: int
    checksum: str


def list_tables() -> Sequence[Table]:
    """Return the tables to move, in an order in which they can be filled. Worker processes do not move."""
    return [table for table in metadata.sorted_tables if table is not workers]


def move_store(
    source: Database, target: Database, now: datetime, report: Callable[[MovedTable], None]
) -> list[MovedTable]:
    """Copy everything in one transaction on each side, compare, and only then commit; blocks.

    The tables of the durable engine stay behind: the first worker enqueues again what is open in ours.

    Raises:
        MoveRefused: the source is no store or a bot runs on it, the target is not empty, what arrived is not what was
            sent, or one of them cannot be opened. The target is unchanged.
        StoreUnavailable: one of the databases failed.
    """
    source, target = source.every_workspace(), target.every_workspace()
    if source.engine.url == target.engine.url:
        raise MoveRefused("FROM and TO are the same store. Nothing was copied.")
    _refuse_a_missing_file(source.engine.url)
    with _name_side("FROM"):
        source.transact(_refuse_what_is_no_store)  # before `open`, which would make one
        source.open()
    with _name_side("TO"):
        target.open()
    source.transact(lambda read: _refuse_while_running(read, now))
    return source.transact(lambda read: target.transact(lambda write: _move(read, write, report)))


def _move(read: Connection, write: Connection, report: Callable[[MovedTable], None]) -> list[MovedTable]:
    if taken := [table.name for table in list_tables() if _count(write, table)]:
        raise MoveRefused(f"TO is not empty ({', '.join(taken)}). Choose an empty store. Nothing was copied.")
    moved = []
    for table in list_tables():
        for rows in _read_rows(read, table):
            write.execute(insert(table), [dict(row._mapping) for row in rows])
        _continue_numbers(write, table)
        sent = _summarize(read, table)
        arrived = _summarize(write, table)
        if sent != arrived:
            raise MoveRefused(f"{table.name} did not arrive completely ({sent.rows} rows sent). Nothing was copied.")
        report(arrived)
        moved.append(arrived)
    return moved


def _summarize(connection: Connection, table: Table) -> MovedTable:
    """Count the rows, and add up a hash of each: a sum, because the databases order text differently."""
    count = total = 0
    for rows in _read_rows(connection, table):
        for row in rows:
            row_sum = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
            count, total = count + 1, (total + int.from_bytes(row_sum)) % _MODULUS
    return MovedTable(table.name, count, f"{total:064x}"[:16])


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _read_rows(connection: Connection, table: Table) -> Iterator[Sequence[Row[tuple[object, ...]]]]:
    everything = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    yield from connection.execute(everything).partitions(ROWS_AT_ONCE)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Continue Postgres's numbering after the last row; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or table.autoincrement_column is None:
        return
    column = table.autoincrement_column
    highest = connection.execute(select(func.max(column))).scalar_one()
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, highest)))


@contextmanager
def _name_side(side: str) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise MoveRefused(f"{side} is not usable ({error.reason}). Check its address. Nothing was copied.") from error


def _refuse_a_missing_file(url: URL) -> None:
    """Refuse a typo in a path, for which SQLite would make a new file. It reports a missing folder by itself."""
    path = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and path.parent.is_dir() and not path.exists():
        raise MoveRefused(_NO_STORE)


def _refuse_what_is_no_store(connection: Connection) -> None:
    if not any(is_bot_table(name) for name in inspect(connection).get_table_names()):
        raise MoveRefused(_NO_STORE)


def _refuse_while_running(connection: Connection, now: datetime) -> None:
    running = select(workers.c.host).where(workers.c.seen_at > now - RUNNING_WITHIN).limit(1)
    if host := connection.execute(running).scalar_one_or_none():
        raise MoveRefused(f"A bot is running on FROM (on {host.partition(' ')[0]}). Stop it and try again in a minute.")
