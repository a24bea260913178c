"""Postgres restarts while batches end: nothing is missed, and nothing is announced twice."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator

import pytest

from bot.observability.health import StoreHealth
from bot.worker.lifecycle import run_worker
from tests.store.conftest import HOW_TO_ENABLE
from tests.waiting import logged
from tests.worker.postgres_server import PostgresServer, binaries
from tests.worker.scene import Scene


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    programs = binaries()
    if programs is None or "BATCHDESK_TEST_POSTGRES" not in os.environ:
        pytest.skip(f"{HOW_TO_ENABLE}, where its programs are installed too")
    made = PostgresServer(programs)
    await made.make()
    await made.start()
    yield made
    await made.remove()


@pytest.mark.postgres
async def test_an_end_while_postgres_is_down_is_announced_once_it_is_back(
    server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(server.url)
    await scene.open()
    scene.database.open()
    await asyncio.to_thread(scene.worker.engine.create_tables)
    store_health = StoreHealth({"": scene.database}, scene.now)
    with caplog.at_level(logging.WARNING, "bot.worker"):
        async with run_worker(scene.worker):
            batch = scene.batch(ends_in=60)
            await scene.watch(batch, drawn=False)
            await scene.slack.wait_for(scene.cards, 15)

            with logged("bot.worker", "the store is unreachable") as reported:
                await server.stop()
                scene.advance(100)
                await asyncio.wait_for(reported.wait(), 15)
            said = await store_health.check_store()
            await server.start()
            await scene.slack.wait_for(scene.notices, 20)
            await scene.slack.wait_for(lambda: "all 100 succeeded" in scene.cards()[0].visible_text, 15)
    await scene.close()

    assert said == "the store is unreachable"
    assert len(scene.notices()) == len(scene.cards()) == 1
    assert caplog.text.count("the store is unreachable") == 1
