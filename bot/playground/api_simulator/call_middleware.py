"""What happens to every call: it is logged, meets an ordered fault, has its headers checked, and gets a request id."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from bot.playground.api_simulator.access_tokens import TOKEN_PATH
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.faults import ApiFault, ApiFaults
from bot.playground.api_simulator.headers import WORKSPACE, HeaderCheck
from bot.playground.api_simulator.ids import make_id
from bot.playground.api_simulator.request_log import RequestLog
from bot.playground.api_simulator.responses import (
    CUT,
    NOT_OURS,
    cut_connection,
    make_json_response,
    make_too_large_page,
    send_half,
)
from bot.playground.api_simulator.workspace import ApiWorkspace

CONTROL_PATH = "/_simulator/"
_REQUEST_ID = web.RequestKey("request_id", str)
_ADMITTED = web.RequestKey("admitted", bool)
_LEFT = web.RequestKey("left", bool)
"""Whether the caller closed the connection before it had the whole answer."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)


class CallMiddleware:
    """Turns every call into one answer. The simulator's own control endpoints bypass it."""

    def __init__(
        self,
        clock: Clock,
        first: ApiWorkspace,
        header_check: HeaderCheck,
        faults: ApiFaults,
        log: RequestLog,
    ) -> None:
        self._clock = clock
        self._first = first
        self._header_check = header_check
        self._faults = faults
        self._log = log
        self._calls = 0
        self._released = asyncio.Event()
        self._delays = True
        self.delayed = 0
        """How many calls a fault delays now."""

    def install(self, app: web.Application) -> None:
        """Put this in front of every route of the application."""
        app.middlewares.append(self.answer)
        app.on_response_prepare.append(self._add_headers)

    def answer_delayed(self) -> None:
        """Answer the calls that are delayed now; later ones are delayed again."""
        self._released.set()
        self._released = asyncio.Event()

    def stop_delaying(self) -> None:
        """Answer delayed calls from now on at once, because the server is about to stop."""
        self._delays = False
        self.answer_delayed()

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the answer of the handler or of a fault, or an error envelope."""
        if request.path.startswith(CONTROL_PATH):
            return await handler(request)
        self._calls += 1
        request[_REQUEST_ID] = make_id("req", self._clock.now().timestamp(), self._calls)
        workspace = self._header_check.find_workspace(request)
        workspace_id = "" if workspace is None else workspace.id
        number = self._log.record_arrival(request, request[_REQUEST_ID], self._clock.now(), workspace_id)
        status: int | None = None
        try:
            fault = self._faults.take(request.method, request.path, workspace_id)
            answer = self._check_and_handle if fault is None else partial(self._answer_with_fault, fault)
            response = await self._answer_or_refuse(answer, request, handler)
            status = None if CUT in request or _LEFT in request else response.status
        finally:
            self._log.record_answer(number, status, is_cut=CUT in request)
        return response

    async def _answer_or_refuse(
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
            return make_too_large_page(request)
        except web.HTTPException as error:
            refusal = ApiError(error.status, error.reason)
        except ConnectionError:  # the caller has gone, so no one receives the answer
            request[_LEFT] = True
            return web.Response()
        except Exception:
            _log.exception("the simulated API failed at %s %s", request.method, request.path)
            refusal = ApiError(500, "Internal server error")
        return make_json_response(
            refusal.make_body(request[_REQUEST_ID]), status=refusal.status, headers=refusal.headers
        )

    async def _answer_with_fault(self, fault: ApiFault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault.carried_out:
            await self._answer_or_refuse(self._check_and_handle, request, handler)
        if fault.bomb is not None:
            headers = {"content-type": "application/json", "content-encoding": "gzip"}
            return web.Response(body=await asyncio.to_thread(fault.make_bomb), headers=headers)
        if fault.body is not None:
            kind = "text/html; charset=utf-8" if fault.body.lstrip().startswith("<") else "application/json"
            headers = {"content-type": kind, **fault.headers}
            return web.Response(body=fault.body.encode(), status=fault.status or 200, headers=headers)
        if fault.status is not None:
            if fault.delay is not None:
                await self._pause(fault.delay)
            raise fault.make_error()
        if fault.delay is not None:
            return await self._answer_late(request, handler, fault.delay, late=fault.late)
        return await self._answer_and_cut(request, handler, fault)

    async def _answer_late(
        self, request: web.Request, handler: Handler, delay: float, *, late: bool
    ) -> web.StreamResponse:
        """Carry out a change at once and answer late. A read happens late, because its answer may be a stream."""
        if late or request.method == "GET":
            await request.read()  # while the caller is still there
            await self._pause(delay)
            return await self._check_and_handle(request, handler)
        try:
            return await self._check_and_handle(request, handler)
        finally:
            await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        if not self._delays:
            return
        self.delayed += 1
        self._log.wake()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), seconds)
        finally:
            self.delayed -= 1

    async def _answer_and_cut(self, request: web.Request, handler: Handler, fault: ApiFault) -> web.StreamResponse:
        await request.read()  # read it all, so that the caller sees a lost answer and not a refused upload
        request[CUT] = True
        if fault.cut == "before":
            return cut_connection(request)
        response = await self._answer_or_refuse(self._check_and_handle, request, handler)
        return response if response.prepared else await send_half(request, response)

    async def _check_and_handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception is None:
            workspace = self._header_check.check(request)
            request[_ADMITTED] = request.path != TOKEN_PATH
            if workspace is not None:
                request[WORKSPACE] = workspace
                workspace.rate_limits.count()
        return await handler(request)

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        if NOT_OURS in request:
            return
        if _REQUEST_ID in request:
            response.headers["request-id"] = request[_REQUEST_ID]
        if request.get(_ADMITTED):
            workspace = request.get(WORKSPACE)
            organization = self._first.admin_organization_id if workspace is None else workspace.organization_id
            response.headers["anthropic-organization-id"] = organization
            if workspace is not None and workspace.names_itself:
                response.headers["anthropic-workspace-id"] = workspace.id
