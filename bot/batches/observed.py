"""An HTTP client that tells how each call went: its method, its status or none, and how long it took."""

import time
from collections.abc import Callable
from typing import Any

import httpx

Observe = Callable[[str, int | None, float], None]
"""Told of each call: method, status (None: no answer came), seconds."""


class ObservedClient(httpx.AsyncClient):
    """httpx's client, with an ear on every call; it follows no redirects."""

    def __init__(self, observe: Observe | None, **options: Any) -> None:
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
