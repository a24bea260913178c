"""The health page: is the process alive, does it hear and see what it should, and its figures."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from math import nan
from typing import Protocol

from aiohttp import web

from bot.observability.metrics import Metrics
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import notices, scheduled_jobs
from bot.store.records.scheduled_jobs import Duty
from bot.store.transactions.begin_watch import SWEEP

log = logging.getLogger(__name__)

DEAF_AFTER = 45.0
"""Seconds without a pong; slack_sdk pings every 5 to 10, in quiet hours too."""
OVERDUE = 45.0
"""Seconds that a sweep may be overdue, or that sweeps may fail: the next one comes 30 s after one that failed."""
SWEEP_LATE = 110.0
"""Seconds without a whole sweep, whatever the reason; in the quietest hours one comes once a minute."""
REFUSED = 30.0
"""Seconds for which a store that could not write counts as failing; a worker writes every 10."""
LONGEST_CHECK = 5.0
"""Seconds that one check may take before it counts as failed."""

Check = Callable[[], Awaitable[str | None]]
"""What is wrong, in a few words, or None."""


class Pinged(Protocol):
    """The part of slack_sdk's Socket Mode client that is looked at."""

    last_ping_pong_time: float | None


class SocketHealth:
    """Whether the socket still hears: judged by the age of the last pong, because an open socket can be deaf."""

    def __init__(self, client: Pinged, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._heard = clock()

    async def check(self) -> str | None:
        """Return how long nothing was heard, once that is too long."""
        # The client forgets its last pong when it reconnects, and then this one counts.
        self._heard = max(self._heard, self._client.last_ping_pong_time or 0.0)
        silent = self._clock() - self._heard
        return f"nothing heard from Slack for {silent:.0f} s" if silent > DEAF_AFTER else None


class StoreHealth:
    """What the store says of watching, whichever process does it: how old the last whole sweep is, and what waits."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._begun = now()

    async def store(self) -> str | None:
        """Return why the store cannot be read, if it cannot."""
        try:
            await self._database.run(lambda connection: scheduled_jobs.get(connection, SWEEP))
        except StoreUnavailable as error:
            return f"the store is {error.reason}"
        reason = self._database.refused(within=REFUSED)
        return f"the store is {reason}" if reason is not None else None

    async def sweep(self) -> str | None:
        """Return how late the sweep is, once that is too long; a store that fails is told by its own check."""
        try:
            duty = await self._database.run(lambda connection: scheduled_jobs.get(connection, SWEEP))
        except StoreUnavailable:
            return None
        lag, overdue = self._lag(duty), 0.0
        if duty is not None:
            since = min(duty.due_at, duty.failing_since or duty.due_at)
            overdue = (self._now() - max(since, self._begun)).total_seconds()
        late = lag > SWEEP_LATE or overdue > OVERDUE
        return f"the last whole sweep was {lag:.0f} s ago" if late else None

    async def figures(self) -> tuple[float, float]:
        """Return the seconds since the last whole sweep, and how many notices wait; NaN where they cannot be read."""
        try:
            return await self._read()
        except StoreUnavailable:
            return nan, nan

    async def _read(self) -> tuple[float, float]:
        duty, waiting = await self._database.run(
            lambda connection: (scheduled_jobs.get(connection, SWEEP), notices.OUTBOX.count_open(connection))
        )
        return self._lag(duty), float(waiting)

    def _lag(self, duty: Duty | None) -> float:
        done = duty.done_at if duty is not None else None
        # A process that has just come waits for its first sweep as long as for any other.
        since = self._begun if done is None else max(done, self._begun)
        return max(0.0, (self._now() - since).total_seconds())


class Health:
    """Answers /healthz, /readyz and /metrics. `ear` None: this process does not hear Slack through a socket."""

    def __init__(self, figures: Metrics, records: StoreHealth, ear: SocketHealth | None = None) -> None:
        self._figures = figures
        self._records = records
        self._checks: dict[str, Check] = {"store": records.store, "sweep": records.sweep}
        if ear is not None:
            self._checks["socket"] = ear.check

    def add_to(self, app: web.Application) -> None:
        """Serve the three paths from an application that is not running yet."""
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)

    async def wrong(self) -> dict[str, str]:
        """Return what is wrong now, by the name of its check."""
        said = await asyncio.gather(*(self._bounded(check) for check in self._checks.values()))
        return {name: words for name, words in zip(self._checks, said, strict=True) if words is not None}

    async def _bounded(self, check: Check) -> str | None:
        try:
            async with asyncio.timeout(LONGEST_CHECK):
                return await check()
        except TimeoutError:
            return f"no answer within {LONGEST_CHECK:.0f} s"
        except Exception:
            log.exception("a health check broke")
            return "the check broke; see the log"

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _readyz(self, request: web.Request) -> web.Response:
        wrong = await self.wrong()
        checks = {name: wrong.get(name, "ok") for name in self._checks}
        return web.json_response({"ok": not wrong, "checks": checks}, status=503 if wrong else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        self._figures.watching(*await self._records.figures())
        body, content_type = self._figures.exposition(request.headers.get("accept", ""))
        return web.Response(body=body, headers={"content-type": content_type})


@asynccontextmanager
async def open_health_page(health: Health, port: int, host: str = "0.0.0.0") -> AsyncIterator[int | None]:  # noqa: S104 - probes come from outside
    """Serve nothing but the health page; yields the port, or None where it is taken: the bot works without."""
    app = web.Application()
    health.add_to(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            log.warning("no health page: PORT %d cannot be listened on (%s)", port, error.strerror or error)
            yield None
            return
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
