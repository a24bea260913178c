"""The simulated Message Batches API as one object: a server on loopback with its workspace, its time and its faults."""

from collections.abc import Callable
from datetime import datetime
from typing import Self

from aiohttp import web

from bot.playground.api_simulator.answering import Answering
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.control import Control
from bot.playground.api_simulator.door import Door, RateLimitHeaders
from bot.playground.api_simulator.envelope import MAX_BODY_BYTES
from bot.playground.api_simulator.faults import Fault, Faults
from bot.playground.api_simulator.model_routes import ModelRoutes
from bot.playground.api_simulator.recording import RecordedRequest, Traffic
from bot.playground.api_simulator.routes import Routes
from bot.playground.api_simulator.seed import seed_workspace
from bot.playground.api_simulator.workspace import Workspace


class ApiSimulator:
    """A Message Batches API on loopback; all state is in memory and follows from its clock.

    Start and stop it, or use it as an async context manager. `workspace` is its content, for tests to look at and to
    put batches into; `base_url` is its address once it has been started.
    """

    def __init__(
        self, *, key: str | None = None, speed: float = 1.0, seeded: bool = False, clock: Clock | None = None
    ) -> None:
        """Prepare it.

        Args:
            key: the only good key; None lets any non-empty key in.
            speed: simulated seconds per real second; 0 is a time that moves only by `advance`.
            seeded: begin with a believable workspace instead of an empty one.
            clock: the time to go by, instead of one made from `speed`.
        """
        self.base_url = ""
        self._clock = clock or Clock(speed=speed)
        self.workspace = Workspace(self._clock)
        self._faults, self._traffic = Faults(), Traffic()
        self._key = key
        self._answering: Answering | None = None
        self._runner: web.AppRunner | None = None
        if seeded:
            seed_workspace(self.workspace)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on the address; port 0 takes a free one.

        Raises:
            OSError: the address cannot be listened on.
        """
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.base_url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection and stop listening; calls that are being delayed are answered first."""
        if self._answering is not None:
            self._answering.stop_waiting()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._answering = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Push the simulated time ahead by so many seconds."""
        self._clock.advance(seconds)

    def add_fault(self, fault: Fault) -> None:
        """Let the next matching calls meet this fault."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Forget the faults that have not happened."""
        self._faults.clear()

    @property
    def requests(self) -> list[RecordedRequest]:
        """The calls of the API so far, oldest first; those still being answered have no status."""
        return self._traffic.records

    def on_request(self, listener: Callable[[RecordedRequest], None]) -> None:
        """Call the listener with each call once it has been answered."""
        self._traffic.listen(listener)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        rate, door = RateLimitHeaders(self._clock), Door(self._key, self.workspace.id)
        self._answering = Answering(self._clock, self.workspace, door, self._faults, self._traffic, rate)
        self._answering.install(app)
        Routes(self._clock, self.workspace, rate).install(app)
        ModelRoutes().install(app)
        Control(self._clock, self.workspace, self._faults, self._traffic).install(app)
        return app
