"""The health page: whether the process is alive, can serve someone, and what else is wrong; and its metrics."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from math import nan
from typing import Generic, Protocol, TypeVar

from aiohttp import web

from bot.observability.http_server import LISTEN_ON, serve_http
from bot.observability.metrics import Metrics
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import notices, scheduled_jobs
from bot.store.records.scheduled_jobs import ScheduledJob
from bot.store.transactions.begin_watch import SWEEP

log = logging.getLogger(__name__)

MAX_SILENCE = 45.0
"""Seconds without a pong. slack_sdk pings every 5 to 10 seconds, in quiet hours too."""
MAX_OVERDUE = 45.0
"""Seconds that a sweep may be overdue, or that sweeps may fail. A failed sweep is repeated after 30 seconds."""
MAX_SWEEP_AGE = 110.0
"""Seconds without a complete sweep, whatever the reason. In the quietest hours there is one a minute."""
FAILED_WRITE_WINDOW = 30.0
"""Seconds for which a store that could not write counts as failing. A worker writes every 10 seconds."""
CHECK_TIMEOUT = 5.0
"""Seconds after which a check counts as failed."""

ANSWER_LIFETIME = 1.0
"""Seconds for which an answer is repeated, so that a flood of questions costs no reads of the store."""

T = TypeVar("T")
Check = Callable[[], Awaitable[str | None]]
"""Returns what is wrong, in a few words, or None."""


class PingedClient(Protocol):
    """The part of slack_sdk's Socket Mode client that `SocketHealth` reads."""

    last_ping_pong_time: float | None


class SocketHealth:
    """Judges the socket by the age of the last pong, because an open socket can have stopped receiving."""

    def __init__(self, client: PingedClient, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._last_heard = clock()

    async def check(self) -> str | None:
        """Return how long nothing was received, once that is too long."""
        # The client forgets its last pong when it reconnects, so the last one known here counts too.
        self._last_heard = max(self._last_heard, self._client.last_ping_pong_time or 0.0)
        silent = self._clock() - self._last_heard
        return f"nothing heard from Slack for {silent:.0f} s" if silent > MAX_SILENCE else None


def check_each(checks: Mapping[str, Check]) -> Check:
    """Return one check of several workspaces, by name, which names those with a problem. The only one has no name."""

    async def check() -> str | None:
        answers = await asyncio.gather(*(each() for each in checks.values()))
        found = zip(checks, answers, strict=True)
        problems = [f"{name}: {problem}" if name else problem for name, problem in found if problem is not None]
        return "; ".join(problems) or None

    return check


class StoreHealth:
    """Reads from the store how old the last complete sweep is, and how many notices wait, whichever process works.

    `workspaces`: the store as each workspace sees it, by name.
    """

    def __init__(self, workspaces: Mapping[str, Database], now: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._now = now
        self._started_at = now()
        self.check_sweep = check_each({name: partial(self._check_sweep, each) for name, each in workspaces.items()})

    async def check_store(self) -> str | None:
        """Return why the store cannot be read or written, or None."""
        database = next(iter(self._workspaces.values()))
        try:
            await database.run(lambda connection: scheduled_jobs.get(connection, SWEEP))
        except StoreUnavailable as error:
            return f"the store is {error.reason}"
        reasons = [each.last_refusal(within=FAILED_WRITE_WINDOW) for each in self._workspaces.values()]
        reason = next(filter(None, reasons), None)
        return f"the store is {reason}" if reason is not None else None

    async def measure(self) -> tuple[float, float]:
        """Return the seconds since the last complete sweep, and how many notices wait, of all workspaces together.

        NaN if they are unreadable. The sweep that is the furthest behind counts.
        """
        try:
            lags, waiting = zip(*[await self._read(each) for each in self._workspaces.values()], strict=True)
        except StoreUnavailable:
            return nan, nan
        return max(lags), sum(waiting)

    async def _check_sweep(self, database: Database) -> str | None:
        """Return how late the sweep is, once that is too late. A store that fails is reported by its own check."""
        try:
            duty = await database.run(lambda connection: scheduled_jobs.get(connection, SWEEP))
        except StoreUnavailable:
            return None
        lag, overdue = self._lag(duty), 0.0
        if duty is not None:
            since = min(duty.due_at, duty.failing_since or duty.due_at)
            overdue = (self._now() - max(since, self._started_at)).total_seconds()
        late = lag > MAX_SWEEP_AGE or overdue > MAX_OVERDUE
        return f"the last whole sweep was {lag:.0f} s ago" if late else None

    async def _read(self, database: Database) -> tuple[float, float]:
        duty, waiting = await database.run(
            lambda connection: (scheduled_jobs.get(connection, SWEEP), notices.OUTBOX.count_open(connection))
        )
        return self._lag(duty), float(waiting)

    def _lag(self, duty: ScheduledJob | None) -> float:
        done = duty.done_at if duty is not None else None
        # A process that has just started waits for its first sweep as long as for any other.
        since = self._started_at if done is None else max(done, self._started_at)
        return max(0.0, (self._now() - since).total_seconds())


class _Remembered(Generic[T]):
    """The answer of a question, asked again after `lifetime` seconds at the earliest, and once at a time."""

    def __init__(self, ask: Callable[[], Awaitable[T]], lifetime: float) -> None:
        self._ask = ask
        self._lifetime = lifetime
        self._asking = asyncio.Lock()
        self._known: tuple[float, T] | None = None

    async def get(self) -> T:
        """Return the answer."""
        async with self._asking:
            now = time.monotonic()
            if self._known is None or now - self._known[0] >= self._lifetime:
                self._known = (now, await self._ask())
            return self._known[1]


class HealthPage:
    """Answers /healthz, /readyz and /metrics.

    `blocking`: further checks without which this process can serve no one. `warnings`: checks of what only limits it.
    """

    def __init__(
        self,
        metrics: Metrics,
        store: StoreHealth,
        *,
        blocking: Mapping[str, Check],
        warnings: Mapping[str, Check],
        lifetime: float = ANSWER_LIFETIME,
    ) -> None:
        self._metrics = metrics
        self._store = store
        self._blocking: dict[str, Check] = {"store": store.check_store, **blocking}
        self._checks: dict[str, Check] = {**self._blocking, "sweep": store.check_sweep, **warnings}
        self._problems = _Remembered(self.find_problems, lifetime)
        self._measured = _Remembered(store.measure, lifetime)

    def add_routes(self, app: web.Application) -> None:
        """Add the three paths to an application that is not running yet."""
        app.router.add_get("/healthz", self._answer_healthz)
        app.router.add_get("/readyz", self._answer_readyz)
        app.router.add_get("/metrics", self._answer_metrics)

    async def find_problems(self) -> dict[str, str]:
        """Return what is wrong now, by the name of its check."""
        answers = await asyncio.gather(*(self._run_check(check) for check in self._checks.values()))
        return {name: problem for name, problem in zip(self._checks, answers, strict=True) if problem is not None}

    async def _run_check(self, check: Check) -> str | None:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                return await check()
        except TimeoutError:
            return f"no answer within {CHECK_TIMEOUT:.0f} s"
        except Exception:
            log.exception("a health check failed unexpectedly")
            return "the check failed unexpectedly; see the log"

    async def _answer_healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _answer_readyz(self, request: web.Request) -> web.Response:
        problems = await self._problems.get()
        checks = {name: problems.get(name, "ok") for name in self._checks}
        warnings = {name: problem for name, problem in problems.items() if name not in self._blocking}
        is_ready = len(warnings) == len(problems)
        answer = {"ok": is_ready, "checks": checks, "warnings": warnings}
        return web.json_response(answer, status=200 if is_ready else 503)

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        self._metrics.set_worker_state(*await self._measured.get())
        body, content_type = self._metrics.expose(request.headers.get("accept", ""))
        return web.Response(body=body, headers={"content-type": content_type})


@asynccontextmanager
async def open_health_page(page: HealthPage, port: int, host: str = LISTEN_ON) -> AsyncIterator[int | None]:
    """Serve only the health page. Yields the port, or None if it is taken; the bot works without the page."""
    app = web.Application()
    page.add_routes(app)
    async with AsyncExitStack() as stack:
        found = None
        try:
            found = await stack.enter_async_context(serve_http(app, host, port))
        except OSError as error:
            log.warning("no health page: cannot listen on PORT %d (%s)", port, error.strerror or error)
        yield found
