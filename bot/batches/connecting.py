"""What every call of the API is sent with, and through: headers, proxy, transport."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.batches.results_transport import ResultsTransport

API_VERSION = "2023-06-01"


def headers(api_key: str, betas: Sequence[str], workspace_id: str | None) -> dict[str, str]:
    """The headers of every call; the key is in them."""
    headers = {"x-api-key": api_key, "anthropic-version": API_VERSION, "user-agent": f"batchdesk/{_own_version()}"}
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    if workspace_id:
        headers["anthropic-workspace-id"] = workspace_id
    return headers


def proxy_for(base_url: str) -> str | None:
    """The environment's proxy for this address: httpx looks it up only for transports of its own making."""
    parts = urlsplit(base_url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def make_transport(proxy: str | None) -> httpx.AsyncBaseTransport:
    """The way out, with one TLS context for both of its kinds."""
    tls = httpx.create_ssl_context()
    return ResultsTransport(httpx.AsyncHTTPTransport(verify=tls, proxy=proxy), tls)


def _own_version() -> str:
    try:
        return version("batchdesk")
    except PackageNotFoundError:  # run from a checkout
        return "0"
