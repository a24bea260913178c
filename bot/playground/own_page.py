"""Keep other sites, and other names that resolve to loopback, away from a simulator."""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_own_page(host: str, origin: str | None) -> bool:
    """Return whether a request came to a loopback name, and from this page if it has an Origin."""
    if urlsplit(f"//{host}").hostname not in _LOOPBACK:
        return False
    return origin is None or origin == f"http://{host}"
