"""Build the HTTP client of the API: its headers, proxy and transport."""

import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from bot.api.bounded_transport import BoundedTransport
from bot.api.transports import ResultsTransport
from bot.proxies import Proxies

API_VERSION = "2023-06-01"

HttpClient = httpx.AsyncClient
"""The name of the client for other packages, which do not import httpx (docs/adr/0005-httpx-stays.md)."""
CallObserver = Callable[[str, int | None, float], None]
"""Receives each call's method, status (None without an answer) and duration in seconds."""


class ObservedClient(httpx.AsyncClient):
    """An httpx client that reports each call to `observe` and follows no redirects."""

    def __init__(self, observe: CallObserver | None, **options: Any) -> None:
        super().__init__(follow_redirects=False, **options)
        self._observe = observe

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request and report it, also when it fails."""
        started = time.perf_counter()
        status = None
        try:
            response = await super().send(request, **options)
            status = response.status_code
            return response
        finally:
            if self._observe is not None:
                self._observe(request.method, status, time.perf_counter() - started)


def build_headers(api_key: str, betas: Sequence[str], workspace_id: str | None) -> dict[str, str]:
    """Return the headers of every call, the key included."""
    headers = {"x-api-key": api_key, "anthropic-version": API_VERSION, "user-agent": f"batchdesk/{_own_version()}"}
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    if workspace_id:
        headers["anthropic-workspace-id"] = workspace_id
    return headers


def build_transport(proxy: str | None, proxies: Proxies) -> httpx.AsyncBaseTransport:
    """Return the transport of all calls; results, whose transport selects its proxy itself, share the TLS context."""
    tls = httpx.create_ssl_context()
    inner = ResultsTransport(httpx.AsyncHTTPTransport(verify=tls, proxy=proxy), tls, proxies)
    return BoundedTransport(inner)


def _own_version() -> str:
    try:
        return version("batchdesk")
    except PackageNotFoundError:  # run from a checkout
        return "0"
