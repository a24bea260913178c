"""The six endpoints of the Message Batches API (docs.anthropic.com, Message Batches)."""

import asyncio

from aiohttp import web

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.create_body import CreateLimits, read_create_body
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.headers import WORKSPACE
from bot.playground.api_simulator.page_query import read_limit
from bot.playground.api_simulator.params_rules import CreateHeaders
from bot.playground.api_simulator.responses import make_json_response, stream_lines
from bot.playground.api_simulator.results import make_result_lines

_BATCHES = "/v1/messages/batches"


class BatchRoutes:
    """Answers the six calls from the workspace that the headers select."""

    def __init__(self, clock: Clock, limits: CreateLimits) -> None:
        self._clock = clock
        self._limits = limits

    def install(self, app: web.Application) -> None:
        """Add the routes to the application."""
        app.router.add_post(_BATCHES, self.create)
        app.router.add_get(_BATCHES, self.list_page, allow_head=False)
        app.router.add_get(f"{_BATCHES}/{{id}}", self.retrieve, allow_head=False)
        app.router.add_delete(f"{_BATCHES}/{{id}}", self.delete)
        app.router.add_post(f"{_BATCHES}/{{id}}/cancel", self.cancel)
        app.router.add_get(f"{_BATCHES}/{{id}}/results", self.results, allow_head=False)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Create a batch, or refuse the whole body."""
        if (request.content_length or 0) > self._limits.body_bytes:
            raise web.HTTPRequestEntityTooLarge(self._limits.body_bytes, request.content_length or 0)
        body = await request.read()
        requests = await asyncio.to_thread(read_create_body, body, _read_headers(request), self._limits)
        return self._answer(request, request[WORKSPACE].create(requests), request[WORKSPACE].rate_limits.make_headers())

    async def list_page(self, request: web.Request) -> web.StreamResponse:
        """Return one page of the batches, newest first with either cursor."""
        query = request.query
        limit = read_limit(query.get("limit"))
        page = request[WORKSPACE].page(limit, query.get("after_id") or None, query.get("before_id") or None)
        now = self._clock.now()
        origin = _origin(request)
        data = [batch.make_json(now, origin) for batch in page.batches]
        first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
        return make_json_response({"data": data, "has_more": page.has_more, "first_id": first, "last_id": last})

    async def retrieve(self, request: web.Request) -> web.StreamResponse:
        """Return a batch. An unfinished one has a `retry-after` header, as in recorded answers."""
        batch = request[WORKSPACE].get(request.match_info["id"])
        running = batch.find_status(self._clock.now()) != "ended"
        return self._answer(
            request, batch, request[WORKSPACE].rate_limits.make_headers() | ({"retry-after": "10"} if running else {})
        )

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Cancel a batch. A canceling or ended one stays as it is (undocumented; other simulators do the same)."""
        return self._answer(request, request[WORKSPACE].cancel(request.match_info["id"]), {})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a batch."""
        batch_id = request.match_info["id"]
        request[WORKSPACE].delete(batch_id)
        return make_json_response({"id": batch_id, "type": "message_batch_deleted"})

    async def results(self, request: web.Request) -> web.StreamResponse:
        """Stream the results as JSON Lines. 404 before the batch has ended and after it was archived."""
        batch = request[WORKSPACE].get(request.match_info["id"])
        if not batch.has_results(self._clock.now()):
            raise ApiError(404, f"Message Batch {batch.id} has no available results.")
        return await stream_lines(
            request, make_result_lines(batch), len(batch.requests), request[WORKSPACE].rate_limits.make_headers()
        )

    def _answer(self, request: web.Request, batch: Batch, headers: dict[str, str]) -> web.Response:
        return make_json_response(batch.make_json(self._clock.now(), _origin(request)), headers=headers)


def _origin(request: web.Request) -> str:
    """Return the address of the call, for `results_url`."""
    return f"{request.scheme}://{request.host}"


def _read_headers(request: web.Request) -> CreateHeaders:
    betas = (beta.strip() for beta in ",".join(request.headers.getall("anthropic-beta", [])).split(","))
    profile = request.headers.get("anthropic-user-profile-id")
    return CreateHeaders(request.headers["anthropic-version"], frozenset(filter(None, betas)), profile)
