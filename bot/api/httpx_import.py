"""Import httpx without its command line, which imports rich and click: about a tenth of a start (bench/README.md)."""

import sys

_COMMAND_LINE = "httpx._main"


def import_httpx() -> None:
    """Import httpx unless it is imported already. Call it before any module that imports httpx."""
    if "httpx" in sys.modules:
        return
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # Python's way to make an import fail
    try:
        import httpx  # noqa: F401 - later imports find it in sys.modules
    finally:
        del sys.modules[_COMMAND_LINE]
