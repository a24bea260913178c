"""The six endpoints of the Message Batches API (docs.anthropic.com, Message Batches)."""

import asyncio

from aiohttp import web

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.door import RateLimitHeaders
from bot.playground.api_simulator.envelope import MAX_BODY_BYTES, read_envelope
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.params_rules import Circumstances
from bot.playground.api_simulator.query import page_limit
from bot.playground.api_simulator.results import result_lines
from bot.playground.api_simulator.wire import json_answer, stream_lines
from bot.playground.api_simulator.workspace import Workspace

_BATCHES = "/v1/messages/batches"


class Routes:
    """Answers the six calls out of the workspace as it stands at the moment of the call."""

    def __init__(self, clock: Clock, workspace: Workspace, rate: RateLimitHeaders) -> None:
        self._clock, self._workspace, self._rate = clock, workspace, rate

    def install(self, app: web.Application) -> None:
        """Add the routes to the application."""
        app.router.add_post(_BATCHES, self.create)
        app.router.add_get(_BATCHES, self.list_page, allow_head=False)
        app.router.add_get(f"{_BATCHES}/{{id}}", self.retrieve, allow_head=False)
        app.router.add_delete(f"{_BATCHES}/{{id}}", self.delete)
        app.router.add_post(f"{_BATCHES}/{{id}}/cancel", self.cancel)
        app.router.add_get(f"{_BATCHES}/{{id}}/results", self.results, allow_head=False)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """A new batch, or the refusal of the whole envelope."""
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, request.content_length or 0)
        body = await request.read()
        requests = await asyncio.to_thread(read_envelope, body, _circumstances(request))
        return self._answer(request, self._workspace.create(requests), self._rate.headers())

    async def list_page(self, request: web.Request) -> web.StreamResponse:
        """One page of the batches, newest first, whichever cursor is used."""
        query = request.query
        limit = page_limit(query.get("limit"))
        page = self._workspace.page(limit, query.get("after_id") or None, query.get("before_id") or None)
        now, origin = self._clock.now(), _origin(request)
        data = [batch.as_json(now, origin) for batch in page.batches]
        first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
        return json_answer({"data": data, "has_more": page.has_more, "first_id": first, "last_id": last})

    async def retrieve(self, request: web.Request) -> web.StreamResponse:
        """The batch; while it is unfinished, with the polling hint recorded answers carry."""
        batch = self._workspace.get(request.match_info["id"])
        running = batch.status_at(self._clock.now()) != "ended"
        return self._answer(request, batch, self._rate.headers() | ({"retry-after": "10"} if running else {}))

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """The batch, canceling; a canceling or ended one as it is, which is what other simulators do (undocumented)."""
        return self._answer(request, self._workspace.cancel(request.match_info["id"]), {})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """The deleted object."""
        batch_id = request.match_info["id"]
        self._workspace.delete(batch_id)
        return json_answer({"id": batch_id, "type": "message_batch_deleted"})

    async def results(self, request: web.Request) -> web.StreamResponse:
        """The results as JSON Lines; 404 before the batch has ended and after it was archived."""
        batch = self._workspace.get(request.match_info["id"])
        if not batch.has_results(self._clock.now()):
            raise ApiError(404, f"Message Batch {batch.id} has no available results.")
        return await stream_lines(request, result_lines(batch), len(batch.requests), self._rate.headers())

    def _answer(self, request: web.Request, batch: Batch, headers: dict[str, str]) -> web.Response:
        return json_answer(batch.as_json(self._clock.now(), _origin(request)), headers=headers)


def _origin(request: web.Request) -> str:
    """The address the call came to, so that `results_url` leads back there."""
    return f"{request.scheme}://{request.host}"


def _circumstances(request: web.Request) -> Circumstances:
    betas = (beta.strip() for beta in ",".join(request.headers.getall("anthropic-beta", [])).split(","))
    profile = request.headers.get("anthropic-user-profile-id")
    return Circumstances(request.headers["anthropic-version"], frozenset(filter(None, betas)), profile)
