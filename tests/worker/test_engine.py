"""The durable engine on both databases: work is enqueued with its cause or not at all, and survives its process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from bot.store.db.database import Database, StoreUnavailable, make_engine
from bot.worker.engine import Engine, Work
from tests.waiting import logged, until_stored

Launch = Callable[[dict[str, Work]], Awaitable[Engine]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    store = Database(database_url)
    store.open()
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Open a store without tables; on Postgres in a schema of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def launch(database: Database) -> AsyncIterator[Launch]:
    """Return a function that launches an engine on the store. All are destroyed after the test; one runs at a time."""
    launched: list[Engine] = []

    async def one(works: dict[str, Work]) -> Engine:
        engine = Engine(database)
        await engine.launch(works)
        launched.append(engine)
        return engine

    yield one
    for engine in launched:
        await engine.destroy()


class Done:
    """Work that records its arguments, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._news = asyncio.Event()

    async def note(self, word: str) -> None:
        self.told.append(word)
        self._news.set()

    async def wait(self) -> None:
        await asyncio.wait_for(self._news.wait(), 20)
        self._news.clear()


def enqueue_note(engine: Engine, connection: Connection, id: str, word: str, delay: timedelta | None = None) -> None:
    engine.enqueue(connection, "note", id, "slack", [word], delay, partition="C1")


async def test_work_is_done_once_for_each_id(database: Database, launch: Launch) -> None:
    done = Done()
    engine = await launch({"note": done.note})

    for word in ("first", "second"):
        await database.run(lambda connection, said=word: enqueue_note(engine, connection, "same", said))  # type: ignore[misc]  # a default binds the loop's value
    await done.wait()
    await database.run(lambda connection: enqueue_note(engine, connection, "other", "third"))
    await done.wait()

    assert done.told == ["first", "third"]


async def test_work_of_a_rolled_back_transaction_is_never_done(database: Database, launch: Launch) -> None:
    done = Done()
    engine = await launch({"note": done.note})

    def fail(connection: Connection) -> None:
        enqueue_note(engine, connection, "never", "never")
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(fail)
    await database.run(lambda connection: enqueue_note(engine, connection, "after", "after"))
    await done.wait()

    assert done.told == ["after"]


async def test_a_process_that_only_enqueues_leaves_work_to_a_worker(database: Database, launch: Launch) -> None:
    web, done = Engine(database), Done()
    web.create_tables(always=False)
    await database.run(lambda connection: enqueue_note(web, connection, "one", "from web"))

    await launch({"note": done.note})
    await done.wait()
    await web.destroy()

    assert done.told == ["from web"]


async def test_work_that_a_dead_process_had_begun_is_taken_over(database: Database, launch: Launch) -> None:
    done = Done()
    begun = Engine(database)
    await database.run(lambda connection: enqueue_note(begun, connection, "left", "left"))
    schema = "" if database.engine.dialect.name == "sqlite" else f"{begun._schema()}."
    died = f"UPDATE {schema}workflow_status SET status = 'PENDING', executor_id = 'dead' WHERE workflow_uuid = 'left'"
    await database.run(lambda connection: connection.execute(text(died)))
    engine = await launch({"note": done.note})

    count = await engine.take_over("dead")
    await done.wait()
    await begun.destroy()

    assert count == 1
    assert done.told == ["left"]


async def test_work_that_an_older_version_does_not_know_is_done_by_a_newer_one(
    database: Database, launch: Launch
) -> None:
    done, older = Done(), await launch({})
    await database.run(lambda connection: enqueue_note(older, connection, "new", "new"))

    async def taken() -> bool:  # the older version takes it, but does not know it
        return not await older.list_unstarted("note")

    await until_stored(taken)
    await older.destroy()
    newer = await launch({"note": done.note})

    await newer.take_over(older.worker_id)
    await done.wait()

    assert done.told == ["new"]


async def test_each_workspace_does_its_own_work_and_what_names_none_goes_to_the_first(database: Database) -> None:
    first, second = Done(), Done()
    engine = Engine(database, first="first")
    await engine.launch({"note": first.note}, {"second": {"note": second.note}})

    with logged("bot.worker.engine", "a workspace that the settings do not name") as refused:
        for key in ("gone", "second", "first"):
            view = database.scoped(key, is_first=key == "first")
            await view.run(partial(enqueue_note, engine, id=f"of-{key}", word=key))
        await database.run(lambda connection: enqueue_note(engine, connection, "of-none", "none"))
        await second.wait()
        while len(first.told) < 2:
            await first.wait()
        await asyncio.wait_for(refused.wait(), 20)
    await engine.destroy()

    assert (sorted(first.told), second.told) == (["first", "none"], ["second"])


async def test_work_that_finds_the_store_locked_is_retried(database: Database, launch: Launch) -> None:
    done, failures = Done(), ["locked"]

    async def note(word: str) -> None:
        if failures:
            failures.pop()
            raise StoreUnavailable("locked")
        await done.note(word)

    engine = await launch({"note": note})
    await database.run(lambda connection: enqueue_note(engine, connection, "one", "in the end"))
    await done.wait()

    assert done.told == ["in the end"]


async def test_work_that_fails_does_not_stop_later_work(database: Database, launch: Launch) -> None:
    done = Done()

    async def note(word: str) -> None:
        if word == "bad":
            raise ZeroDivisionError
        await done.note(word)

    engine = await launch({"note": note})
    for word in ("bad", "good"):
        await database.run(lambda connection, said=word: enqueue_note(engine, connection, said, said))  # type: ignore[misc]  # a default binds the loop's value
    await done.wait()

    assert done.told == ["good"]


async def test_work_is_stored_as_plain_json(database: Database) -> None:
    engine = Engine(database)
    await database.run(lambda connection: enqueue_note(engine, connection, "one", "a word", timedelta(hours=1)))
    schema = "" if database.engine.dialect.name == "sqlite" else f"{engine._schema()}."
    tables = f"{schema}workflow_status s JOIN {schema}workflow_input i USING (workflow_uuid)"
    wanted = f"SELECT s.serialization, i.inputs FROM {tables}"

    stored = await database.run(lambda connection: connection.execute(text(wanted)).one())
    await engine.destroy()

    assert stored[0] == "portable_json"
    assert "a word" in stored[1]


async def test_old_finished_work_is_deleted(database: Database, launch: Launch) -> None:
    done = Done()
    engine = await launch({"note": done.note})
    await database.run(lambda connection: enqueue_note(engine, connection, "one", "old"))
    await done.wait()
    now = datetime.now(UTC)

    early = await engine.prune(now + timedelta(days=6))
    count = await until_stored(lambda: engine.prune(now + timedelta(days=8)))  # the workflow ends shortly after `note`

    assert (early, count) == (0, 1)


async def test_more_finished_work_than_fits_at_once_is_deleted_too(database: Database, launch: Launch) -> None:
    done = Done()
    engine = await launch({"note": done.note})
    for word in ("one", "two", "three"):
        await database.run(partial(enqueue_note, engine, id=word, word=word))
        await done.wait()
    far = datetime.now(UTC) + timedelta(days=8)

    counts: list[int] = []

    async def prune() -> bool:  # the last workflow ends shortly after `note`
        counts.append(await engine.prune(far, at_once=1))
        return sum(counts) == 3

    await until_stored(prune)

    assert max(counts) >= 2


async def test_it_starts_on_a_library_without_fractions_of_seconds(sqlite_url: str) -> None:
    store, done = Database(sqlite_url), Done()
    store.engine.dispose()
    store.engine = make_engine(sqlite_url, sqlite_version=(3, 40, 1))
    store.open()
    engine = Engine(store)

    await engine.launch({"note": done.note})
    await store.run(lambda connection: enqueue_note(engine, connection, "one", "done"))
    await done.wait()
    await engine.destroy()
    await store.close()

    assert done.told == ["done"]


async def test_the_engines_tables_survive_an_upgrade_of_ours(empty_url: str) -> None:
    database = Database(empty_url)
    database.open()
    Engine(database).create_tables()

    database.open()

    inspected, schema = inspect(database.engine), Engine(database)._schema()
    assert inspected.has_table("workflow_status", schema=schema)
    assert inspected.has_table("bd_notices")
    await database.close()
