"""The health page says whether the process is alive and ready, and shows its metrics."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from bot.observability.health import MAX_SILENCE, MAX_SWEEP_AGE, HealthPage, SocketHealth, StoreHealth, open_health_page
from bot.observability.metrics import Metrics
from bot.store.db.database import Database
from tests.conftest import OpenDesk
from tests.desk import ADA, Desk
from tests.journeys.watching import add_running_batch, run_sweep, wait_for_card, wait_until_settled

pytestmark = pytest.mark.worker


class Socket:
    """The part of slack_sdk's client that SocketHealth reads."""

    last_ping_pong_time: float | None = None


class Seconds:
    """A clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{desk.bot.health_port}", verify=False) as client:
        yield client


async def test_a_socket_fails_within_a_minute_of_its_last_pong() -> None:
    socket, clock = Socket(), Seconds()
    health = SocketHealth(socket, clock)
    socket.last_ping_pong_time = clock.now

    problems = []
    for seconds in (0, MAX_SILENCE, 1, -MAX_SILENCE):
        clock.now += seconds
        problems.append(await health.check())

    assert problems[:2] == [None, None]
    assert problems[2] == "nothing heard from Slack for 46 s"
    assert MAX_SILENCE < 60


async def test_a_socket_that_reconnects_does_not_fail_immediately() -> None:
    socket, clock = Socket(), Seconds()
    health = SocketHealth(socket, clock)
    socket.last_ping_pong_time = 990.0

    await health.check()
    socket.last_ping_pong_time = None
    clock.now += 30

    assert await health.check() is None


async def test_it_is_alive_and_ready(desk: Desk, page: httpx.AsyncClient) -> None:
    alive, ready = await page.get("/healthz"), await page.get("/readyz")

    assert alive.status_code == 200
    assert ready.status_code == 200
    assert ready.json() == {
        "ok": True,
        "checks": dict.fromkeys(("store", "token", "socket", "sweep", "slack", "api"), "ok"),
        "warnings": {},
    }


async def test_it_stays_ready_through_quiet_hours(desk: Desk, page: httpx.AsyncClient) -> None:
    await run_sweep(desk)  # the first sweep, before the quiet hours
    desk.time.later += timedelta(hours=8)
    await run_sweep(desk)

    ready = await page.get("/readyz")

    assert set(ready.json()["checks"].values()) == {"ok"}


async def test_a_sweep_that_does_not_complete_is_a_warning(desk: Desk, page: httpx.AsyncClient) -> None:
    await run_sweep(desk)
    await desk.api.stop()
    desk.time.later += timedelta(seconds=MAX_SWEEP_AGE + 1)

    ready = await page.get("/readyz")

    assert ready.status_code == 200
    assert "the last whole sweep was" in ready.json()["checks"]["sweep"]
    assert ready.json()["warnings"] == {"sweep": ready.json()["checks"]["sweep"]}


async def test_it_is_not_ready_without_its_store(desk: Desk, page: httpx.AsyncClient) -> None:
    with desk.bot.worker.services.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE bd_duties RENAME TO bd_elsewhere")
    try:
        ready, metrics = await page.get("/readyz"), await page.get("/metrics")
    finally:
        with desk.bot.worker.services.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE bd_elsewhere RENAME TO bd_duties")

    assert ready.status_code == 503
    assert ready.json()["checks"]["store"].startswith("the store is")
    assert "batchdesk_sweep_lag_seconds NaN" in metrics.text


async def test_the_metrics_name_verbs_and_statuses_but_no_one(desk: Desk, page: httpx.AsyncClient) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await desk.type("/batch status nonsense/id")
    [shown] = await desk.type("/batch status last")
    await desk.press(shown, "Refresh")
    await wait_until_settled(desk)

    text = (await page.get("/metrics")).text

    assert 'batchdesk_interaction_seconds_count{origin="typed",outcome="ok",verb="watch"} 1.0' in text
    assert 'outcome="InvalidBatchId",verb="?"' in text
    assert 'batchdesk_interaction_seconds_count{origin="pressed",outcome="ok",verb="status"} 1.0' in text
    assert 'batchdesk_api_call_seconds_count{method="GET",status="200"}' in text
    assert 'batchdesk_slack_call_seconds_count{method="chat.postMessage",status="200"}' in text
    assert 'batchdesk_slack_call_seconds_count{method="response_url",status="200"}' in text
    assert "batchdesk_notices_waiting 0.0" in text
    assert "batchdesk_sweep_lag_seconds" in text
    assert all(secret not in text for secret in (batch.id, ADA, "C0BATCHES", "T0DEMO", "xoxb"))


async def test_http_mode_serves_it_on_the_port_of_slack(http_desk: Desk) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_desk.bot.port}", verify=False) as client:
        ready = await client.get("/readyz")

    assert (ready.status_code, set(ready.json()["checks"])) == (200, {"store", "token", "sweep", "slack", "api"})


async def test_in_socket_mode_a_taken_port_costs_only_the_page(
    open_desk: OpenDesk, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.stop()
    api_port = int(desk.api.base_url.rpartition(":")[2])

    with caplog.at_level(logging.WARNING):
        await desk.start(port=api_port)
    [reply] = await desk.type("/batch")

    assert desk.bot.health_port is None
    assert "no health page" in caplog.text
    assert "Nothing is running" in reply.visible_text


async def test_an_unexpected_error_has_one_reference_in_the_reply_the_log_and_the_metrics(
    desk: Desk, page: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_until_settled(desk)
    with desk.bot.worker.services.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE bd_batches SET body = 'no longer JSON'")

    [reply] = await desk.type("/batch watch")
    metrics = await page.get("/metrics", headers={"accept": "application/openmetrics-text"})

    [reference] = re.findall(r"`([0-9a-f]{8})`", reply.visible_text)
    assert [record.reference for record in caplog.records if hasattr(record, "reference")] == [reference]
    assert f'batchdesk_unexpected_errors_total 1.0 # {{reference="{reference}"}}' in metrics.text
    assert 'outcome="broken",verb="watch"' in metrics.text


async def test_a_flood_of_questions_asks_the_store_once(tmp_path: Path) -> None:
    asked = 0

    async def check() -> str | None:
        nonlocal asked
        asked += 1
        return None

    database = Database(f"sqlite:///{tmp_path / 'store'}")
    database.open()
    store = StoreHealth({"": database}, lambda: datetime.now(UTC))
    page = HealthPage(Metrics(CollectorRegistry()), store, blocking={"counted": check}, warnings={}, lifetime=3600.0)
    async with (
        open_health_page(page, 0, "127.0.0.1") as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", verify=False) as client,
    ):
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    await database.close()

    assert {answer.status_code for answer in answers} == {200}
    assert asked == 1
