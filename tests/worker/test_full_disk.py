"""A full disk while batches end: it is reported, the worker continues, and afterwards everything arrives."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event, select, text

from bot.observability.health import StoreHealth
from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.tables import notices
from bot.worker.lifecycle import run_worker
from tests.waiting import logged, until_stored
from tests.worker.scene import Scene


@contextmanager
def full(database: Database) -> Iterator[None]:
    """Limit the store's file to its pages on every connection, and fill them."""
    most = 1  # SQLite raises it to the pages in use

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")

    database.transact(lambda connection: connection.execute(text("CREATE TABLE filling (x TEXT)")))
    event.listen(database.engine, "checkout", limit)
    for size in (4_000, 400, 40):
        while _takes(database, size):
            pass
    yield
    most = 1_000_000


def _takes(database: Database, size: int) -> bool:
    filling = text("INSERT INTO filling VALUES (:x)")
    try:
        database.transact(lambda connection: connection.execute(filling, {"x": "x" * size}))
    except StoreUnavailable:
        return False
    return True


def ends(scene: Scene) -> list[str]:
    """Return the batches whose end has a stored notice."""
    ended = select(notices.c.batch_id).where(notices.c.event == "ended")
    return list(scene.database.transact(lambda connection: connection.execute(ended).scalars().all()))


async def all_ended(scene: Scene, count: int) -> bool:
    return len(await asyncio.to_thread(ends, scene)) == count


async def test_an_end_while_the_disk_is_full_is_announced_once_there_is_room(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    batches = [scene.batch(ends_in=60) for _ in range(40)]  # more than fits into half-empty pages
    for batch in batches:
        await scene.watch(batch, drawn=False)
    store_health = StoreHealth({"": scene.database}, scene.now)

    with caplog.at_level(logging.WARNING, "bot.worker"):
        async with run_worker(scene.worker):
            with full(scene.database):
                caplog.clear()
                with logged("bot.worker", "full") as reported:
                    scene.advance(100)
                    await asyncio.wait_for(reported.wait(), 60)
                noticed, said = ends(scene), await store_health.check_store()
            await until_stored(partial(all_ended, scene, len(batches)))
            await scene.slack.wait_for(scene.notices, 60)

    assert noticed == []
    assert said == "the store is full"
    assert sorted(ends(scene)) == sorted(batch.id for batch in batches)
