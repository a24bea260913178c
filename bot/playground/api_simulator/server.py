"""The simulated Message Batches API as one object: a server on loopback with its workspace, its time and its faults."""

from collections.abc import Callable
from datetime import datetime
from typing import Self, TypeVar

from aiohttp import web

from bot.playground.api_simulator.access_tokens import AccessTokens, FederationRule
from bot.playground.api_simulator.batch_routes import BatchRoutes
from bot.playground.api_simulator.call_middleware import CallMiddleware
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.control_routes import ControlRoutes
from bot.playground.api_simulator.cost_report.bill import Bill
from bot.playground.api_simulator.cost_report.organization_keys import OrganizationKeys
from bot.playground.api_simulator.cost_report.routes import CostReportRoutes
from bot.playground.api_simulator.create_body import LIMITS, CreateLimits
from bot.playground.api_simulator.faults import ApiFault, ApiFaults
from bot.playground.api_simulator.headers import HeaderCheck
from bot.playground.api_simulator.model_routes import ModelRoutes
from bot.playground.api_simulator.request_log import RecordedRequest, RequestLog
from bot.playground.api_simulator.seed import seed_workspace
from bot.playground.api_simulator.workspaces import ApiWorkspaces
from bot.playground.local_server import LocalServer

T = TypeVar("T")


class ApiSimulator:
    """A Message Batches API on loopback. Its state is in memory and follows from its clock.

    Start and stop it, or use it as an async context manager. `workspace` holds its batches, for tests to read and to
    add to. It is the only one of `workspaces` until others are added, each with a key of its own. `bill` is what its
    organization pays, and `organization_keys` are the keys that may read it. `access_tokens` exchanges identity
    tokens. `base_url` is its address once it has started.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        speed: float = 1.0,
        seeded: bool = False,
        clock: Clock | None = None,
        limits: CreateLimits = LIMITS,
    ) -> None:
        """Prepare the simulator without starting it.

        Args:
            key: the only valid key; None accepts any non-empty one until a key is assigned.
            speed: simulated seconds per real second; with 0, only `advance` moves the time.
            seeded: begin with a realistic workspace instead of an empty one.
            clock: use this clock instead of one with `speed`.
            limits: what a create may have.
        """
        self.base_url = ""
        self._clock = clock or Clock(speed=speed)
        self.workspaces = ApiWorkspaces(self._clock)
        self.workspace = self.workspaces.first
        if key is not None:
            self.workspaces.assign_key(key, self.workspace)
        self.bill = Bill(self.workspaces)
        self.organization_keys = OrganizationKeys()
        rule = FederationRule(workspaces=(self.workspace.id,))
        self.access_tokens = AccessTokens(self._clock, self.workspace.organization_id, rule)
        self._faults = ApiFaults()
        self._log = RequestLog()
        self._limits = limits
        self._middleware: CallMiddleware | None = None
        self._server: LocalServer | None = None
        if seeded:
            seed_workspace(self.workspace)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on the address. Port 0 selects a free one.

        Raises:
            OSError: the address cannot be listened on.
        """
        server = LocalServer(self._application(), shutdown_timeout=1.0)
        await server.start(host, port)
        self._server = server
        self.base_url = f"http://{host}:{server.port}"

    async def stop(self) -> None:
        """Close every connection and stop listening. Delayed calls are answered first."""
        if self._middleware is not None:
            self._middleware.stop_delaying()
        if self._server is not None:
            await self._server.close()
        self._server = None
        self._middleware = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self._clock.now()

    def advance(self, seconds: float) -> None:
        """Advance the simulated time by this many seconds."""
        self._clock.advance(seconds)

    def add_fault(self, fault: ApiFault) -> None:
        """Order a fault for the next matching calls."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Drop every fault that has not happened."""
        self._faults.clear()

    @property
    def requests(self) -> list[RecordedRequest]:
        """The calls so far, oldest first. Those that are still being answered have no status."""
        return self._log.records

    async def wait_for(self, condition: Callable[[], T], timeout: float = 60.0) -> T:
        """Return the condition's first truthy value, checked after every call that arrives, is delayed or is answered.

        Raises TimeoutError after `timeout` seconds.
        """
        return await self._log.wait_for(condition, timeout)

    @property
    def delayed(self) -> int:
        """How many calls a fault delays now."""
        return self._middleware.delayed if self._middleware is not None else 0

    def answer_delayed(self) -> None:
        """Answer the calls that a fault delays now."""
        if self._middleware is not None:
            self._middleware.answer_delayed()

    def on_request(self, listener: Callable[[RecordedRequest], None]) -> None:
        """Call the listener with each call once it has been answered."""
        self._log.listen(listener)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=self._limits.body_bytes)
        header_check = HeaderCheck(self.workspaces, self.organization_keys, self.access_tokens)
        self._middleware = CallMiddleware(self._clock, self.workspace, header_check, self._faults, self._log)
        self._middleware.install(app)
        BatchRoutes(self._clock, self._limits).install(app)
        self.access_tokens.install(app)
        ModelRoutes(self.workspace.models).install(app)
        CostReportRoutes(self._clock, self.bill).install(app)
        ControlRoutes(self._clock, self.workspaces, self._faults, self._log, self.bill, self.access_tokens).install(app)
        return app
