"""The Web API: tokens, scopes, ordered faults, and a record of every call."""

import time
from email.utils import formatdate

from aiohttp import web

from bot.playground.slack_simulator.faults import SlackFault, reset_connection
from bot.playground.slack_simulator.methods.chat import CHAT
from bot.playground.slack_simulator.methods.conversations import CONVERSATIONS
from bot.playground.slack_simulator.methods.files import FILES
from bot.playground.slack_simulator.methods.method import Method, Token
from bot.playground.slack_simulator.methods.people import PEOPLE
from bot.playground.slack_simulator.methods.views import VIEWS
from bot.playground.slack_simulator.records import ApiCall, Json, TrafficEntry
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.request_arguments import read_arguments, read_bearer_token
from bot.playground.slack_simulator.sockets import SocketHub
from bot.playground.slack_simulator.state import SlackState


class WebApi:
    """Answers /api/METHOD as Slack would."""

    def __init__(self, state: SlackState, sockets: SocketHub) -> None:
        self._state = state
        opening = Method(lambda *_: {"ok": True, "url": sockets.issue_url()}, token=Token.APP)
        self._methods = {**CHAT, **CONVERSATIONS, **FILES, **PEOPLE, **VIEWS, "apps.connections.open": opening}

    async def handle(self, request: web.Request) -> web.Response:
        """Serve one call."""
        method = request.match_info["method"]
        started = time.perf_counter()
        arguments: Json = {}
        fault: SlackFault | None = None
        token = read_bearer_token(request)
        try:
            arguments = await read_arguments(request)
            fault = await self._fault(method)
            if fault is None or fault.carries_out:
                status, answer = 200, self._answer(method, token, arguments)
            else:
                status, answer = fault.http_status, {**fault.answer, **self._name_scopes(method, fault)}
        except Refusal as refusal:
            status, answer = refusal.status, refusal.answer
        ms = (time.perf_counter() - started) * 1000
        record_call(self._state, method, token, arguments, status, answer, ms)
        if fault is not None and fault.loses_answer:
            return reset_connection(request)
        headers = {"x-oauth-scopes": ",".join(sorted(self._state.scopes)), "Cache-Control": "no-store"}
        headers["Date"] = formatdate(time.time() + self._state.clock_offset, usegmt=True)
        headers |= fault.headers if fault else {}
        if fault is not None and fault.body is not None:
            kind = "text/html" if fault.body.startswith("<") else "application/json"
            return web.Response(text=fault.body, status=status, headers=headers, content_type=kind)
        return web.json_response(answer, status=status, headers=headers)

    async def _fault(self, method: str) -> SlackFault | None:
        fault = self._state.faults.take(method)
        if fault is not None:
            await fault.wait()
        return fault

    def _answer(self, name: str, header_token: str | None, arguments: Json) -> Json:
        method = self._methods.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        # Only app-level calls require the header.
        token = header_token if method.token is Token.APP else header_token or arguments.get("token")
        self._check_token(method, token)
        if method.token is Token.BOT:
            self._state.require_scope(*method.scopes)
        if self._state.refuses_blocks and arguments.get("blocks"):
            raise Refusal("invalid_blocks")
        return method.run(self._state, {**arguments, "token": token})

    def _name_scopes(self, name: str, fault: SlackFault) -> Json:
        """Return what Slack adds to `missing_scope`: the scopes of which one is needed, and those that are granted."""
        method = self._methods.get(name)
        if fault.error != "missing_scope" or method is None:
            return {}
        return {"needed": ",".join(method.scopes), "provided": ",".join(sorted(self._state.scopes))}

    def _check_token(self, method: Method, token: object) -> None:
        credentials = self._state.credentials
        if not token:
            raise Refusal("not_authed")
        if token not in (credentials.bot_token, credentials.app_token):
            raise Refusal("invalid_auth")
        if token == credentials.bot_token and self._state.token_refusal is not None:
            raise Refusal(self._state.token_refusal)
        wrong = {Token.BOT: credentials.app_token, Token.APP: credentials.bot_token, Token.EITHER: None}
        if token == wrong[method.token]:
            raise Refusal("not_allowed_token_type")


def record_call(
    state: SlackState,
    method: str,
    token: str | None,
    arguments: Json,
    status: int,
    answer: object,
    ms: float,
) -> None:
    """Record a call for `calls()` and show it in the traffic pane."""
    error = str(answer["error"]) if isinstance(answer, dict) and "error" in answer else None
    ok = error is None and status == 200
    kept = {key: value for key, value in arguments.items() if key != "token"}
    state.calls.append(ApiCall(method, kept, token, status, ok, error, answer, state.clock()))
    outcome = "ok" if ok else f"error: {error}" if status == 200 else f"{status} {error}"
    state.traffic.record(TrafficEntry(method, outcome, ms, kept, answer, direction="from_bot"))
