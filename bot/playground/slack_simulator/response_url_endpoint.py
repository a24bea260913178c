"""The endpoint that a response_url points to."""

import json
import time
from typing import Any

from aiohttp import web

from bot.playground.slack_simulator.faults import reset_connection
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.web_api import record_call


class ResponseUrlEndpoint:
    """Answers posts to /commands/… and /actions/… as hooks.slack.com does."""

    def __init__(self, state: SlackState) -> None:
        self._state = state

    async def handle(self, request: web.Request) -> web.Response:
        """Serve one post: 200 "ok", or the refusal as JSON with its status."""
        began = time.perf_counter()
        answer: Json | str
        body = _body(await request.text())
        fault = self._state.faults.take("response_url")
        if fault is not None:
            await fault.wait()
        if fault is not None and not fault.carries_out:
            status, answer, headers = fault.http_status, fault.body or fault.answer, fault.headers
        else:
            (status, answer), headers = self._post(request.path, body), {}
        arguments: Json = body if isinstance(body, dict) else {"body": body}
        ms = (time.perf_counter() - began) * 1000
        record_call(self._state, "response_url", None, arguments, status, answer, ms)
        if fault is not None and fault.loses_answer:
            return reset_connection(request)
        if isinstance(answer, str):
            return web.Response(text=answer, status=status, headers=headers)
        return web.json_response(answer, status=status, headers=headers)

    def _post(self, path: str, body: Any) -> tuple[int, Json | str]:
        try:
            if self._state.refuses_blocks and isinstance(body, dict) and body.get("blocks"):
                raise Refusal("invalid_blocks", status=400)
            self._state.response_urls.post(path, body)
        except Refusal as refusal:
            return refusal.status, refusal.answer
        return 200, "ok"


def _body(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
