"""Every call of Slack, told by its method: never the address, which may hold a secret."""

import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

_METHOD = re.compile(r"/api/([a-z]+(?:\.[A-Za-z]+)+)$")

ObserveCall = Callable[[str, int | None, float], None]
"""Told of each call: the Web API method or what else it was, the status (None: no answer came), seconds."""


def trace_calls(observe: ObserveCall) -> aiohttp.TraceConfig:
    """Return what makes an aiohttp session tell how its calls went."""

    async def began(session: aiohttp.ClientSession, call: SimpleNamespace, _: aiohttp.TraceRequestStartParams) -> None:
        call.began = time.perf_counter()

    async def ended(
        session: aiohttp.ClientSession, call: SimpleNamespace, answered: aiohttp.TraceRequestEndParams
    ) -> None:
        observe(name_method(answered.url.path), answered.response.status, time.perf_counter() - call.began)

    async def failed(
        session: aiohttp.ClientSession, call: SimpleNamespace, failure: aiohttp.TraceRequestExceptionParams
    ) -> None:
        observe(name_method(failure.url.path), None, time.perf_counter() - call.began)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(began)
    config.on_request_end.append(ended)
    config.on_request_exception.append(failed)
    return config


def name_method(path: str) -> str:
    """Return the Web API method of a path; `response_url` for the hooks; `other` for all else."""
    if found := _METHOD.search(path):
        return found[1]
    return "response_url" if path.startswith(("/commands/", "/actions/")) else "other"
