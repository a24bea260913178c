"""The way every call takes: recorded, met by ordered faults, checked at the door, answered with its request id."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.door import Door, RateLimitHeaders
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.faults import Fault, Faults
from bot.playground.api_simulator.ids import made_id
from bot.playground.api_simulator.recording import Traffic
from bot.playground.api_simulator.wire import CUT, cut_connection, json_answer, send_half
from bot.playground.api_simulator.workspace import Workspace

CONTROL_PATH = "/_simulator/"
_REQUEST_ID = web.RequestKey("request_id", str)
_ADMITTED = web.RequestKey("admitted", bool)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)


class Answering:
    """Makes one answer out of whatever comes of a call; the simulator's own control endpoints pass it by."""

    def __init__(
        self, clock: Clock, workspace: Workspace, door: Door, faults: Faults, traffic: Traffic, rate: RateLimitHeaders
    ) -> None:
        self._clock, self._workspace, self._door = clock, workspace, door
        self._faults, self._traffic, self._rate = faults, traffic, rate
        self._asked = 0
        self._stopping = asyncio.Event()

    def install(self, app: web.Application) -> None:
        """Put this in front of every route of the application."""
        app.middlewares.append(self.answer)
        app.on_response_prepare.append(self._add_headers)

    def stop_waiting(self) -> None:
        """Let the calls that are being delayed go on, because the server is about to stop."""
        self._stopping.set()

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The answer of the handler, of a fault, or an error envelope."""
        if request.path.startswith(CONTROL_PATH):
            return await handler(request)
        self._asked += 1
        request[_REQUEST_ID] = made_id("req", self._clock.now().timestamp(), self._asked)
        number = self._traffic.arrived(request, request[_REQUEST_ID], self._clock.now())
        status: int | None = None
        try:
            response = await self._refused_or(self._faulty, request, handler)
            status = None if CUT in request else response.status
        finally:
            self._traffic.answered(number, status)
        return response

    async def _refused_or(
        self,
        answer: Callable[[web.Request, Handler], Awaitable[web.StreamResponse]],
        request: web.Request,
        handler: Handler,
    ) -> web.StreamResponse:
        try:
            return await answer(request, handler)
        except ApiError as error:
            refusal = error
        except web.HTTPMethodNotAllowed as error:
            refusal = ApiError(405, "Method Not Allowed", headers={"allow": ",".join(sorted(error.allowed_methods))})
        except web.HTTPRequestEntityTooLarge:
            refusal = ApiError(413, "Request exceeds the maximum size")
        except web.HTTPException as error:
            refusal = ApiError(error.status, error.reason)
        except ConnectionError:  # the caller has gone, as it may; whatever is returned reaches nobody
            request[CUT] = True
            return web.Response()
        except Exception:
            _log.exception("the simulated API failed at %s %s", request.method, request.path)
            refusal = ApiError(500, "Internal server error")
        return json_answer(refusal.body(request[_REQUEST_ID]), status=refusal.status, headers=refusal.headers)

    async def _faulty(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self._faults.take(request.method, request.path)
        if fault is None:
            return await self._admitted(request, handler)
        if fault.body is not None:
            kind = "text/html; charset=utf-8" if fault.body.lstrip().startswith("<") else "application/json"
            headers = {"content-type": kind, **fault.headers}
            return web.Response(body=fault.body.encode(), status=fault.status or 200, headers=headers)
        if fault.status is not None:
            raise fault.refusal()
        if fault.delay is not None:
            return await self._late(request, handler, fault.delay)
        return await self._cut(request, handler, fault)

    async def _late(self, request: web.Request, handler: Handler, delay: float) -> web.StreamResponse:
        """Done at once and answered late; a read is done late too, which nobody can tell, since results stream."""
        if request.method == "GET":
            await self._pause(delay)
            return await self._admitted(request, handler)
        try:
            return await self._admitted(request, handler)
        finally:
            await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _cut(self, request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
        await request.read()  # all of it, so that the caller sees a lost answer and not a refused upload
        request[CUT] = True
        if fault.cut == "before":
            return cut_connection(request)
        response = await self._refused_or(self._admitted, request, handler)
        return response if response.prepared else await send_half(request, response)

    async def _admitted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception is None:
            self._door.check(request)
            request[_ADMITTED] = True
            self._rate.count()
        return await handler(request)

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        if _REQUEST_ID in request:
            response.headers["request-id"] = request[_REQUEST_ID]
        if _ADMITTED in request:
            response.headers["anthropic-organization-id"] = self._workspace.organization_id
            response.headers["anthropic-workspace-id"] = self._workspace.id
