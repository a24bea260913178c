"""Measure each call to Slack by its method, never by its address, which may hold a secret."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

_METHOD = re.compile(r"/api/([a-z]+(?:\.[A-Za-z]+)+)$")

ObserveCall = Callable[[str, int | None, float], None]
"""Receives each call: the name of its method (see `name_method`), the status or None without an answer, seconds."""


def trace_calls(observe: ObserveCall) -> aiohttp.TraceConfig:
    """Return a trace configuration for an aiohttp session that reports every call to `observe`."""

    async def start(session: aiohttp.ClientSession, call: SimpleNamespace, _: aiohttp.TraceRequestStartParams) -> None:
        call.started = time.perf_counter()

    async def end(session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceRequestEndParams) -> None:
        observe(name_method(facts.url.path), facts.response.status, time.perf_counter() - call.started)

    async def fail(
        session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceRequestExceptionParams
    ) -> None:
        observe(name_method(facts.url.path), None, time.perf_counter() - call.started)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(start)
    config.on_request_end.append(end)
    config.on_request_exception.append(fail)
    return config


def name_method(path: str) -> str:
    """Return the Web API method that a path calls, `response_url` for a response_url, and `other` for the rest."""
    if found := _METHOD.search(path):
        return found[1]
    return "response_url" if path.startswith(("/commands/", "/actions/", "/app/")) else "other"
