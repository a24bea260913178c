"""A store that fails says why in one word, and shows neither values nor passwords."""

import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from bot.errors import ExpectedError
from bot.store.db.database import Database, StoreUnavailable


def create(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE t (x TEXT PRIMARY KEY)"))


def write(connection: Connection, word: str = "x") -> None:
    connection.execute(text("INSERT INTO t VALUES (:word)"), {"word": word})


def words(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT x FROM t ORDER BY x")).scalars())


async def test_a_locked_file_is_given_up_after_the_busy_timeout(sqlite_url: str) -> None:
    store = Database(sqlite_url, busy_seconds=0.1)
    await store.run(create)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()

        with pytest.raises(StoreUnavailable) as caught:
            await store.run(write)

    assert caught.value.reason == "locked"
    assert 0.05 < time.monotonic() - begun < 3
    await store.run(write)
    await store.close()


async def test_a_file_that_is_locked_at_the_first_connection_is_locked_too(sqlite_url: str) -> None:
    store = Database(sqlite_url, busy_seconds=0.05)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("CREATE TABLE t (x TEXT)")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreUnavailable) as caught:
            store.open()

    assert caught.value.reason == "locked"
    await store.close()


@pytest.mark.postgres
async def test_a_locked_row_is_given_up_after_the_lock_timeout(postgres_url: str) -> None:
    store = Database(postgres_url, busy_seconds=0.1)
    await store.run(create)
    await store.run(write)
    with store.engine.begin() as other:
        other.execute(text("SELECT * FROM t FOR UPDATE"))

        with pytest.raises(StoreUnavailable) as caught:
            await store.run(lambda connection: connection.execute(text("DELETE FROM t")))

    assert caught.value.reason == "locked"
    await store.close()


async def test_a_full_disk_is_reported_and_nothing_is_half_written(sqlite_url: str) -> None:
    store = Database(sqlite_url)
    store.open()
    await store.run(create)
    await store.run(write)

    def fill(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count=1"))  # SQLite raises it to the pages in use
        for number in range(2):
            write(connection, str(number) * 100_000)

    with pytest.raises(StoreUnavailable) as caught:
        await store.run(fill)

    assert caught.value.reason == "full"
    assert await store.run(words) == ["x"]
    await store.close()


async def test_a_read_only_file_is_reported_and_can_still_be_read(sqlite_url: str) -> None:
    store = Database(sqlite_url)
    await store.run(create)
    await store.close()
    reader = Database(sqlite_url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")

    with pytest.raises(StoreUnavailable) as caught:
        await reader.run(write)

    assert caught.value.reason == "read-only"
    assert await reader.run(words) == []
    await reader.close()


@pytest.mark.postgres
async def test_a_read_only_server_is_reported(postgres_url: str) -> None:
    store = Database(postgres_url)
    await store.run(create)
    event.listen(store.engine, "begin", lambda connection: connection.exec_driver_sql("SET TRANSACTION READ ONLY"))

    with pytest.raises(StoreUnavailable) as caught:
        await store.run(write)

    assert caught.value.reason == "read-only"
    await store.close()


@pytest.mark.postgres
async def test_connections_that_the_server_ended_are_replaced(postgres_url: str) -> None:
    store, other = Database(postgres_url), Database(postgres_url)
    mine = await store.run(lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
    await other.run(lambda c: c.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine}).scalar_one())

    assert await store.run(lambda connection: connection.execute(text("SELECT 1")).scalar_one()) == 1
    await store.close()
    await other.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_missing_store_is_unreachable(tmp_path: Path) -> None:
    nowhere = [f"sqlite:///{tmp_path}/missing/x.sqlite3", f"postgres://ann:hunter2@127.0.0.1:{free_port()}/x"]

    for url in nowhere:
        store = Database(url)
        with pytest.raises(StoreUnavailable) as caught:
            await store.run(words)
        assert caught.value.reason == "unreachable"
        assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)
        with pytest.raises(ExpectedError):
            store.open()
        await store.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "nosuch://x/y", "mysql+nosuch://x/y", "mysql://x/y", "postgresql://h:port/y"]
)
def test_a_url_of_an_unknown_database_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Database(url)

    assert caught.value.reason == "failed"


async def test_other_errors_contain_no_values(database: Database) -> None:
    await database.run(create)
    await database.run(lambda connection: write(connection, "hunter2"))

    with pytest.raises(StoreUnavailable) as caught:
        await database.run(lambda connection: write(connection, "hunter2"))

    assert caught.value.reason == "failed"
    assert str(caught.value) == "the store is unavailable: failed"
    assert "[parameters: {" not in str(caught.value.__cause__)
    assert "hidden" in str(caught.value.__cause__)
