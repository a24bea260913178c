"""Observe each call to Slack by its method, never by its address, which may hold a secret."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
import msgspec

from bot.slack_faults import MISSING_SCOPE, SlackFault, find_meaning

_METHOD = re.compile(r"/api/([a-z]+(?:\.[A-Za-z]+)+)$")

_IS_OK = re.compile(rb'\s*\{\s*"ok"\s*:\s*true')

ObserveCall = Callable[[str, int | None, float, SlackFault | None], None]
"""Receives each call: the name of its method (see `name_method`), the status or None without an answer, the seconds,
and what Slack refused it with."""


class _Answer(msgspec.Struct):
    ok: bool = True
    error: str = ""
    needed: str = ""


def trace_calls(*observers: ObserveCall) -> aiohttp.TraceConfig:
    """Return a trace configuration for an aiohttp session that reports every call to the observers.

    Slack answers most refusals with status 200, so such a call is reported once its body is read.
    """

    def observe(url_path: str, status: int | None, call: SimpleNamespace, fault: SlackFault | None = None) -> None:
        for each in observers:
            each(name_method(url_path), status, time.perf_counter() - call.started, fault)

    async def start(session: aiohttp.ClientSession, call: SimpleNamespace, _: aiohttp.TraceRequestStartParams) -> None:
        call.started = time.perf_counter()
        call.waits_for_body = False

    async def end(session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceRequestEndParams) -> None:
        call.waits_for_body = facts.response.status == 200 and facts.response.content_type == "application/json"
        if not call.waits_for_body:
            observe(facts.url.path, facts.response.status, call)

    async def read(
        session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        if call.waits_for_body:
            call.waits_for_body = False
            observe(facts.url.path, 200, call, _read_refusal(facts.chunk))

    async def fail(
        session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceRequestExceptionParams
    ) -> None:
        observe(facts.url.path, None, call)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(start)
    config.on_request_end.append(end)
    config.on_response_chunk_received.append(read)
    config.on_request_exception.append(fail)
    return config


def _read_refusal(body: bytes) -> SlackFault | None:
    """Return what an answer with status 200 refuses the call with, or None."""
    if _IS_OK.match(body):
        return None
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError:  # not Slack's: the caller says so
        return None
    if answer.ok or not answer.error:
        return None
    return SlackFault(find_meaning(answer.error), answer.error, answer.needed if answer.error == MISSING_SCOPE else "")


def name_method(path: str) -> str:
    """Return the Web API method that a path calls, `response_url` for a response_url, and `other` for the rest."""
    if found := _METHOD.search(path):
        return found[1]
    return "response_url" if path.startswith(("/commands/", "/actions/", "/app/")) else "other"
