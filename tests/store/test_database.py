"""The database: transactions in threads that survive a restart, and a safe close."""

import asyncio
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import Connection, QueuePool, make_url, text

from bot.store.db.database import Database, StoreUnavailable, make_engine


def create(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE t (x TEXT PRIMARY KEY)"))


def write(connection: Connection, word: str = "x") -> None:
    connection.execute(text("INSERT INTO t VALUES (:word)"), {"word": word})


def words(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT x FROM t ORDER BY x")).scalars())


async def test_what_was_committed_survives_reopening(database: Database, database_url: str) -> None:
    await database.run(create)
    await database.run(write)
    await database.close()
    again = Database(database_url)
    again.open()

    found = await again.run(words)
    await again.close()

    assert found == ["x"]


async def test_work_that_raises_changes_nothing_and_its_error_passes_through(database: Database) -> None:
    def write_then_fail(connection: Connection) -> None:
        write(connection)
        raise LookupError("mine")

    await database.run(create)

    with pytest.raises(LookupError, match="mine"):
        await database.run(write_then_fail)

    assert await database.run(words) == []


async def test_many_transactions_share_few_connections_and_all_succeed(database: Database) -> None:
    await database.run(create)

    await asyncio.gather(*(database.run(partial(write, word=f"{number:03}")) for number in range(60)))

    assert len(await database.run(words)) == 60
    assert isinstance(database.engine.pool, QueuePool)
    assert database.engine.pool.checkedout() == 0
    assert 3 <= database.engine.pool.size() <= 5


async def test_a_database_in_memory_is_one_for_all_threads() -> None:
    store = Database("sqlite://")
    await store.run(create)

    await asyncio.gather(*(store.run(partial(write, word=str(number))) for number in range(9)))

    assert len(await store.run(words)) == 9
    await store.close()


async def test_work_runs_beside_the_event_loop(database: Database) -> None:
    begun, may_end = Event(), Event()

    def wait(_: Connection) -> bool:
        begun.set()
        return may_end.wait(10)

    task = asyncio.create_task(database.run(wait))
    await asyncio.to_thread(begun.wait, 10)
    may_end.set()

    assert await task


async def test_closing_waits_for_work_whose_caller_was_canceled(database: Database, database_url: str) -> None:
    begun, may_end = Event(), Event()

    def write_slowly(connection: Connection) -> None:
        begun.set()
        may_end.wait(10)
        write(connection)

    await database.run(create)
    task = asyncio.create_task(database.run(write_slowly))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    closing = asyncio.create_task(database.close())
    done, _ = await asyncio.wait([closing], timeout=0.03)
    may_end.set()
    await closing

    assert not done
    again = Database(database_url)
    assert await again.run(words) == ["x"]
    await again.close()


def test_eight_processes_may_open_a_new_store_at_once(database_url: str) -> None:
    stores = [Database(database_url, busy_seconds=30) for _ in range(8)]
    together, failures = Barrier(8), list[Exception]()

    def open_together(store: Database) -> None:
        together.wait()
        try:
            store.open()
        except StoreUnavailable as error:
            failures.append(error)
        store.engine.dispose()

    threads = [Thread(target=open_together, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


async def test_closing_waits_briefly_for_a_connection_that_is_still_in_use(sqlite_url: str) -> None:
    store, given_back = Database(sqlite_url), Event()
    held = store.engine.connect()

    def release_later() -> None:
        given_back.set()
        held.close()

    asyncio.get_running_loop().call_later(0.05, release_later)
    await store.close()

    assert given_back.is_set()


@pytest.mark.postgres
def test_a_later_read_sees_what_others_committed_whatever_the_servers_default_is(postgres_url: str) -> None:
    """A claim that has waited for a lock sees the rows as they are then, not as they were when it began."""
    strict = make_url(postgres_url)
    options = f"{strict.query['options']} -cdefault_transaction_isolation=serializable"
    engine = make_engine(strict.update_query_dict({"options": options}).render_as_string(hide_password=False))

    with engine.begin() as connection:
        isolation = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
    engine.dispose()

    assert isolation == "read committed"
