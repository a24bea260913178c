"""The database behind the store: safe settings for its engine, and transactions in threads."""

import asyncio
import copy
import errno
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import ExpectedError
from bot.store.db import schema, sqlite
from bot.store.db.retrying import retry
from bot.store.db.scope import EVERY_WORKSPACE, SUFFIX, WORKSPACE, scope_statements

T = TypeVar("T")
StoreFault = Literal["locked", "full", "read-only", "unreachable", "failed"]

_ONLY_WRITING = frozenset({"full", "read-only"})
# Connections of a process, and threads that wait on them. Small plans allow 20 connections in all. asyncio's own
# threads (five on one core) must not all wait for a locked file, because they look up host names too.
POOL_SIZE = 4
_ENGINE_DRAIN = 2.0
"""Seconds in which the threads of the destroyed durable engine may record what they did."""
# An advisory lock of our own: a process holds it while it changes tables on Postgres.
_UPGRADE_LOCK = 0x62645F31
PERSIST_PAUSES = (0.5, 2.0)
"""Seconds between the tries to record something that has happened."""


class StoreUnavailable(ExpectedError):
    """The store failed and changed nothing. `reason` says why; the cause is chained for the log."""

    def __init__(self, reason: StoreFault) -> None:
        self.reason: StoreFault = reason
        super().__init__(reason)

    def _fact(self) -> str:
        return f"the store is unavailable: {self.reason}"


class Database:
    """The one database of a process. `engine` is for libraries that share its connections.

    Until it is `scoped`, it is the database of the only workspace, if the settings name none.

    Raises StoreUnavailable for a URL whose database has no driver here.
    """

    def __init__(self, url: str, *, busy_seconds: float = 5.0) -> None:
        try:
            with _translate_errors():
                self.engine: Engine = make_engine(url, busy_seconds=busy_seconds)
        except (ModuleNotFoundError, ValueError):  # no driver for this database; a port that is no number
            raise StoreUnavailable("failed") from None  # a ValueError shows what it was given
        scope_statements(self.engine)
        self._turns = asyncio.Semaphore(POOL_SIZE)
        self._running: set[asyncio.Task[Any]] = set()
        self._refusal: list[tuple[StoreFault, float]] = []
        self._options: dict[str, object] = {}

    def scoped(self, key: str, *, is_first: bool = True) -> "Database":
        """Return the same database as one workspace sees it: its own rows, and those it stores belong to it.

        `is_first`: its jobs keep the names of today's version.
        """
        return self._with_options({WORKSPACE: key, SUFFIX: "" if is_first else f"@{key}"})

    def every_workspace(self) -> "Database":
        """Return the same database with the rows of all workspaces. What is stored names its workspace itself."""
        return self._with_options({WORKSPACE: EVERY_WORKSPACE})

    def _with_options(self, options: dict[str, object]) -> "Database":
        view = copy.copy(self)
        view._options = options
        return view

    def open(self) -> None:
        """Upgrade the tables to this version, safely beside other processes that do the same.

        A SQLite file is readable by its owner alone; the files that SQLite keeps beside it are too.
        """
        path = find_file(self.engine.url)
        if path is not None:
            _create_privately(path)
        with _translate_errors(), self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins only before a row changes
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            schema.upgrade(connection)

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction in this thread: commit when it returns, roll back when it raises.

        Raises StoreUnavailable for an error of the database. Other errors of `work` pass through.
        """
        try:
            with _translate_errors(), self.engine.begin() as connection:
                return work(connection.execution_options(**self._options))
        except StoreUnavailable as error:
            if error.reason in _ONLY_WRITING:
                self._refusal[:] = [(error.reason, time.monotonic())]
            raise

    def last_refusal(self, *, within: float) -> StoreFault | None:
        """Return why a write failed in the last `within` seconds; a read would not show it."""
        return next((reason for reason, at in self._refusal if time.monotonic() - at <= within), None)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` like `transact`, in a thread. Canceling the caller does not stop it; `close` waits for it."""
        task = asyncio.create_task(self._in_turn(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def persist(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and retry for some seconds, to record what has happened already. Raises StoreUnavailable."""
        return await retry(lambda: self.run(work), PERSIST_PAUSES, errors=StoreUnavailable)

    async def close(self) -> None:
        """Wait for our transactions to end, briefly for those of the engine's other users, and disconnect."""
        await asyncio.gather(*self._running, return_exceptions=True)
        pool = self.engine.pool
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENGINE_DRAIN):
                while isinstance(pool, QueuePool) and pool.checkedout():  # noqa: ASYNC110 - a pool has no event to wait for
                    await asyncio.sleep(0.01)
        await asyncio.to_thread(self.engine.dispose)

    async def _in_turn(self, work: Callable[[Connection], T]) -> T:
        async with self._turns:
            return await asyncio.to_thread(self.transact, work)


def find_file(url: URL) -> Path | None:
    """Return the file of a SQLite store, or None for another store."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    is_uri = str(url.database).startswith("file:")
    return None if is_uri else Path(str(url.database))


def _make_private(path: Path) -> None:
    """Take the rights of other users away from a store of this user, and from the files that SQLite keeps beside it."""
    for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))):
        with suppress(OSError):
            found = file.stat()
            if found.st_uid == os.geteuid() and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                file.chmod(0o600)


def _create_privately(path: Path) -> None:
    """Create the file unless it exists. What SQLite would create, others could read. Take their rights away if so."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        _make_private(path)
    except OSError as error:
        is_refused = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
        reason: StoreFault = "read-only" if is_refused else "full" if error.errno == errno.ENOSPC else "unreachable"
        raise StoreUnavailable(reason) from error


def make_engine(
    url: str, *, busy_seconds: float = 5.0, sqlite_version: tuple[int, ...] = sqlite3.sqlite_version_info
) -> Engine:
    """Make a synchronous engine for SQLite or Postgres (`postgres://` too) that waits `busy_seconds` for locks.

    Options in the URL (`?timeout=` for SQLite, libpq's names for Postgres) take precedence. SQLAlchemy's messages
    contain no values, but a server's own may name a key. `sqlite_version` lets tests try other versions of the library.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, busy_seconds, sqlite_version)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return _postgres_engine(parsed, busy_seconds)


def _sqlite_engine(url: URL, busy_seconds: float, version: tuple[int, ...]) -> Engine:
    in_memory = url.database in (None, "", ":memory:")  # it lives in its connection, so there is only one
    waits: dict[str, float] = {} if "timeout" in url.query else {"timeout": busy_seconds}
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1 if in_memory else POOL_SIZE,
        max_overflow=0,
        pool_timeout=15,  # writers of a file go one by one, each as long as its disk takes to sync
        # IMMEDIATE: a transaction that will write takes its lock at once; deferred ones deadlock when both upgrade.
        connect_args={**waits, "isolation_level": "IMMEDIATE", "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        sqlite.prepare_connection(connection, version)

    return engine


def _postgres_engine(url: URL, busy_seconds: float) -> Engine:
    # libpq's names and units: seconds; milliseconds until a peer that does not answer is given up.
    usual = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
    ours = {name: value for name, value in usual.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        # Whatever the server's default is: a transaction that waited for a lock must see what was committed meanwhile.
        isolation_level="READ COMMITTED",
        # Behind a transaction pooler, a server may be asked for a statement that another prepared (psycopg docs).
        connect_args={**ours, "prepare_threshold": None},
    )

    @event.listens_for(engine, "begin")
    def limit_lock_wait(connection: Connection) -> None:
        # SET LOCAL, because transaction poolers refuse it as a start-up option.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(busy_seconds * 1000)}")

    return engine


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        if isinstance(error, StatementError) and not isinstance(error, DBAPIError) and error.orig:
            raise error.orig from error  # a wrong value of ours, which never reached the store
        raise StoreUnavailable(_reason(error)) from error


def _reason(error: SQLAlchemyError) -> StoreFault:
    if isinstance(error, PoolTimeout):
        return "locked"
    if not isinstance(error, DBAPIError):
        return "failed"
    if isinstance(error.orig, sqlite3.Error):
        # The low byte is the primary result code (sqlite.org, "Result and Error Codes").
        return _SQLITE_REASONS.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, "failed")
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state is None and type(error.orig).__name__ == "OperationalError"):
        return "unreachable"
    state = state or ""
    return _POSTGRES_REASONS.get(state) or _POSTGRES_REASONS.get(state[:2]) or "failed"


_SQLITE_REASONS: dict[int, StoreFault] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
    sqlite3.SQLITE_NOTADB: "unreachable",
}
# SQLSTATEs, and classes of them by their first two characters (Postgres docs, appendix A).
_POSTGRES_REASONS: dict[str, StoreFault] = {
    "55P03": "locked",  # lock_not_available: lock_timeout
    "40": "locked",  # serialization failures and deadlocks
    "57014": "locked",  # query_canceled: a statement_timeout of the server's own
    "53100": "full",
    "53": "unreachable",  # too many connections, out of memory
    "25006": "read-only",
    "08": "unreachable",
    "28": "unreachable",  # wrong password
    "3D": "unreachable",  # no such database
    "57": "unreachable",  # shutting down, starting up
}
