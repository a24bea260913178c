"""What every call of the API is sent with, and through: headers, proxy, transport."""

import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.api.transports import ResultsTransport

API_VERSION = "2023-06-01"


def build_headers(api_key: str, betas: Sequence[str], workspace_id: str | None) -> dict[str, str]:
    """The headers of every call; the key is in them."""
    build_headers = {
        "x-api-key": api_key,
        "anthropic-version": API_VERSION,
        "user-agent": f"batchdesk/{_own_version()}",
    }
    if betas:
        build_headers["anthropic-beta"] = ",".join(betas)
    if workspace_id:
        build_headers["anthropic-workspace-id"] = workspace_id
    return build_headers


def find_proxy(base_url: str) -> str | None:
    """The environment's proxy for this address: httpx looks it up only for transports of its own making."""
    parts = urlsplit(base_url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def build_transport(proxy: str | None) -> httpx.AsyncBaseTransport:
    """The way out, with one TLS context for both of its kinds."""
    tls = httpx.create_ssl_context()
    return ResultsTransport(httpx.AsyncHTTPTransport(verify=tls, proxy=proxy), tls)


def _own_version() -> str:
    try:
        return version("batchdesk")
    except PackageNotFoundError:  # run from a checkout
        return "0"


CallObserver = Callable[[str, int | None, float], None]
"""Told of each call: method, status (None: no answer came), seconds."""


class ObservedClient(httpx.AsyncClient):
    """httpx's client, with an ear on every call; it follows no redirects."""

    def __init__(self, observe: CallObserver | None, **options: Any) -> None:
        super().__init__(follow_redirects=False, **options)
        self._observe = observe

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request and tell how it went."""
        started, status = time.perf_counter(), None
        try:
            response = await super().send(request, **options)
            status = response.status_code
            return response
        finally:
            if self._observe is not None:
                self._observe(request.method, status, time.perf_counter() - started)
