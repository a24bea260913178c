"""Which proxy a call goes through. Every HTTP client of the bot asks here, and none reads the environment itself."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct
from yarl import URL

_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


class Proxies(Struct, frozen=True):
    """The proxies for encrypted and other addresses, the one for both, and where none is used.

    Each proxy is `http://host:port`, perhaps with `user:password@`. `bypass` has names, which stand for the names below
    them too, addresses, networks, each perhaps with a port, or `*`.
    """

    https: str | None = None
    http: str | None = None
    any: str | None = None
    bypass: Sequence[str] = ()

    def find(self, url: str) -> str | None:
        """Return the proxy for an address, or None for a direct connection."""
        parts = urlsplit(url)
        proxy = (self.https if parts.scheme in ("https", "wss") else self.http) or self.any
        if proxy is None:
            return None
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
        return None if any(_fits(entry.lower(), host, port) for entry in self.bypass) else proxy


def open_session(proxies: Proxies, **options: Any) -> aiohttp.ClientSession:
    """Return a session without cookies, whose every call uses the proxy of its address and no other."""

    async def use_proxy(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        found = proxies.find(str(request.url))
        if found is None:
            request.update_proxy(None, None, None)
        else:
            # Without user and password, because aiohttp's exceptions and their tracebacks show the address.
            proxy = URL(found)
            login = None if proxy.user is None else aiohttp.BasicAuth(proxy.user, proxy.password or "")
            request.update_proxy(proxy.with_user(None), login, None)
        return await handler(request)

    return aiohttp.ClientSession(middlewares=(use_proxy,), cookie_jar=aiohttp.DummyCookieJar(), **options)


def _fits(entry: str, host: str, port: int | None) -> bool:
    """Return whether an entry of NO_PROXY covers a host."""
    name, _, its_port = entry.rpartition(":")
    if its_port.isdigit() and ("]" in name or ":" not in name):
        if int(its_port) != port:
            return False
        entry = name
    if entry == "*":
        return True
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:  # one of them is a name
        name = entry.removeprefix("*").removeprefix(".")
        return host == name or host.endswith(f".{name}")
