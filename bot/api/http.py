"""Build the HTTP client of the API: its headers, proxy and transport."""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from bot.api.bounded_transport import BoundedTransport
from bot.api.transports import GetTransport, LazyTransport
from bot.proxies import Proxies

API_VERSION = "2023-06-01"

HttpClient = httpx.AsyncClient
"""The name of the client for other packages, which do not import httpx (docs/adr/0005-httpx-stays.md)."""
CallObserver = Callable[[str, int | None, float], None]
"""Receives each call's method, status (None without an answer) and duration in seconds."""


class ObservedClient(httpx.AsyncClient):
    """An httpx client that reports each call to `observe`, follows no redirects and keeps no cookies."""

    def __init__(self, observe: CallObserver | None, transport: httpx.AsyncBaseTransport, **options: Any) -> None:
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # one that is not ASCII would fail every call
        super().__init__(follow_redirects=False, cookies=no_cookies, transport=transport, **options)
        self._observe = observe
        self._direct = transport

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request and report it, also when it fails."""
        started = time.perf_counter()
        status = None
        try:
            if self.auth is None and not self.event_hooks["response"]:
                response = await self._send_directly(request, stream=options.get("stream", False))
            else:
                response = await super().send(request, **options)
            status = response.status_code
            return response
        finally:
            if self._observe is not None:
                self._observe(request.method, status, time.perf_counter() - started)

    async def _send_directly(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request past httpx's steps for redirects and cookies, which do nothing here and take 0.3 ms."""
        response = await self._direct.handle_async_request(request)
        response.request = request
        if not stream:
            try:
                await response.aread()
            except BaseException:
                await response.aclose()
                raise
        return response


def check_key(key: str) -> None:
    """Raise ValueError, without the key, unless it is valid in an HTTP header."""
    if not (key.isascii() and key.isprintable() and key.strip() == key != ""):
        raise ValueError("the API key is empty, or holds a character that cannot stand in an HTTP header")


def open_client(
    base_url: str,
    headers: Mapping[str, str],
    timeout: httpx.Timeout,
    proxies: Proxies,
    observe: CallObserver | None = None,
) -> HttpClient:
    """Return a client that follows no redirects, so the key goes only to `base_url`. Raises ValueError."""
    proxy = proxies.find(base_url)
    try:
        return ObservedClient(
            observe,
            base_url=base_url,
            headers=headers,
            timeout=timeout,
            transport=LazyTransport(lambda: build_transport(proxy, proxies)),
        )
    except httpx.InvalidURL as error:
        raise ValueError(f"the address of the API is malformed: {error}") from error


def build_headers(betas: Sequence[str], workspace_id: str | None) -> dict[str, str]:
    """Return the headers of every call except the one with the credential."""
    headers = {"anthropic-version": API_VERSION, "user-agent": user_agent()}
    if betas:
        headers["anthropic-beta"] = ",".join(dict.fromkeys(betas))
    if workspace_id:
        headers["anthropic-workspace-id"] = workspace_id
    return headers


def build_transport(proxy: str | None, proxies: Proxies) -> httpx.AsyncBaseTransport:
    """Return the transport of all calls; GETs, whose transport selects its proxy itself, share the TLS context."""
    tls = _load_tls()
    inner = GetTransport(httpx.AsyncHTTPTransport(verify=tls, proxy=proxy), tls, proxies)
    return BoundedTransport(inner)


@cache
def _load_tls() -> ssl.SSLContext:
    """Return the TLS context of the process: loading the certificates takes 25 ms and a megabyte."""
    return httpx.create_ssl_context()


def user_agent() -> str:
    """Return the name and version of the bot, for the header."""
    try:
        return f"batchdesk/{version('batchdesk')}"
    except PackageNotFoundError:  # run from a checkout
        return "batchdesk/0"
