"""A worker's start and end: it waits for the start signal, retries while the store is busy, and stops cleanly."""

import asyncio
import sqlite3
from datetime import datetime

from sqlalchemy import Connection, make_url

from bot.store.records import workers
from bot.worker.lifecycle import run_worker
from tests.waiting import WatchedEvent, logged, until_stored
from tests.worker.scene import Scene


def beats(connection: Connection) -> list[datetime]:
    return [worker.seen_at for worker in workers.list_workers(connection)]


async def until_it_works(scene: Scene) -> None:
    await until_stored(lambda: scene.database.run(beats), 20)


async def test_a_worker_waits_for_the_start_signal(scene: Scene) -> None:
    door = WatchedEvent()
    async with run_worker(scene.worker, door):
        await door.is_waited_for.wait()
        before = await scene.database.run(beats)
        door.set()
        await until_it_works(scene)

    assert before == []


async def test_a_worker_that_finds_the_store_locked_starts_when_it_is_free(
    sqlite_url: str,
) -> None:
    scene = Scene(sqlite_url, busy_seconds=0.05)
    await scene.open()
    other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with logged("bot.worker", "does not start") as failed:
        async with run_worker(scene.worker):
            await asyncio.wait_for(failed.wait(), 20)
            other.execute("ROLLBACK")
            await until_it_works(scene)
    other.close()
    await scene.close()


async def test_a_worker_that_is_stopped_while_it_starts_leaves_nothing_behind(scene: Scene) -> None:
    async with run_worker(scene.worker):
        await asyncio.sleep(0)

    async with run_worker(scene.make_worker()):
        await until_it_works(scene)
