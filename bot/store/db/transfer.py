"""The move of a store: every row from one database into an empty one, counted and compared."""

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

_NO_STORE = "FROM holds no records of a bot; check its address. Nothing was moved."
ROWS_AT_ONCE = 1_000
"""Rows a statement."""
HEARD_LATELY = timedelta(seconds=60)
_MODULUS = 2**256


@dataclass(eq=False)
class MoveRefused(ExpectedError):
    """Nothing was moved, or the moved rows cannot be trusted. `reason` says why, and what to do."""

    reason: str

    def _fact(self) -> str:
        return self.reason


class MovedTable(Struct, frozen=True):
    """One table that was moved: how many rows, and a checksum that both sides agree on."""

    table: str
    rows: int
    checksum: str


def list_tables() -> Sequence[Table]:
    """Return the tables that are moved, in an order in which they can be filled; processes do not move."""
    return [table for table in metadata.sorted_tables if table is not workers]


def move_store(
    source: Database, target: Database, now: datetime, tell: Callable[[MovedTable], None]
) -> list[MovedTable]:
    """Copy everything in one transaction on either side, compare, and only then commit; blocks.

    The engine's own tables stay behind: whatever is open in ours is handed out anew by the first worker.

    Raises:
        MoveRefused: the source is no store, or one that a bot runs on, the target is not empty, what arrived is not
            what was sent, or one of them cannot be opened; the target is as it was.
        StoreUnavailable: one of them cannot do it.
    """
    if source.engine.url == target.engine.url:
        raise MoveRefused("FROM and TO are the same store. Nothing was moved.")
    _refuse_a_missing_file(source.engine.url)
    with _named("FROM"):
        source.transact(_refuse_what_is_no_store)  # opening would make one
        source.open()
    with _named("TO"):
        target.open()
    source.transact(lambda read: _refuse_while_running(read, now))
    return source.transact(lambda read: target.transact(lambda write: _move(read, write, tell)))


def _move(read: Connection, write: Connection, tell: Callable[[MovedTable], None]) -> list[MovedTable]:
    if taken := [table.name for table in list_tables() if _count(write, table)]:
        raise MoveRefused(f"TO is not empty ({', '.join(taken)}). Name a store that is; nothing was moved.")
    done = []
    for table in list_tables():
        for rows in _batches(read, table):
            write.execute(insert(table), [dict(row._mapping) for row in rows])
        _continue_numbers(write, table)
        sent, arrived = _moved(read, table), _moved(write, table)
        if sent != arrived:
            raise MoveRefused(f"{table.name} did not arrive whole ({sent.rows} rows sent). Nothing was moved.")
        tell(arrived)
        done.append(arrived)
    return done


def _moved(connection: Connection, table: Table) -> MovedTable:
    """Count the rows and sum up what Python reads of each; a sum, because the databases order text differently."""
    count = total = 0
    for rows in _batches(connection, table):
        for row in rows:
            row_sum = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
            count, total = count + 1, (total + int.from_bytes(row_sum)) % _MODULUS
    return MovedTable(table.name, count, f"{total:064x}"[:16])


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row[tuple[object, ...]]]]:
    everything = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    yield from connection.execute(everything).partitions(ROWS_AT_ONCE)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let Postgres number on where the rows end; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or table.autoincrement_column is None:
        return
    column = table.autoincrement_column
    highest = connection.execute(select(func.max(column))).scalar_one()
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, highest)))


@contextmanager
def _named(side: str) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise MoveRefused(f"{side} is {error.reason}; check its address and its rights. Nothing was moved.") from error


def _refuse_a_missing_file(url: URL) -> None:
    """A slip in a path is no new file: SQLite makes one by looking. Of a missing folder it says so by itself."""
    path = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and path.parent.is_dir() and not path.exists():
        raise MoveRefused(_NO_STORE)


def _refuse_what_is_no_store(connection: Connection) -> None:
    if not any(is_bot_table(name) for name in inspect(connection).get_table_names()):
        raise MoveRefused(_NO_STORE)


def _refuse_while_running(connection: Connection, now: datetime) -> None:
    alive = select(workers.c.host).where(workers.c.seen_at > now - HEARD_LATELY).limit(1)
    if host := connection.execute(alive).scalar_one_or_none():
        raise MoveRefused(
            f"A bot is running on FROM (on {host.partition(' ')[0]}). Stop it, wait a minute, and move then."
        )
