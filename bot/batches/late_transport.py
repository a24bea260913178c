"""A transport that is made when the first request needs it, so that no start waits for certificates."""

import asyncio
from collections.abc import Callable

import httpx


class LateTransport(httpx.AsyncBaseTransport):
    """Calls `make` in a thread for the first request, and sends that one and all others through what it made.

    Certificates take 30 ms to load and httpcore ten: neither the start nor any ack waits for them.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._made: asyncio.Task[httpx.AsyncBaseTransport] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`; what `make` raises is raised for every request."""
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        transport = await asyncio.shield(self._made)  # whoever stops waiting does not stop it for the others
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what was made; nothing, where making it failed."""
        if self._made is not None:
            await asyncio.wait({self._made})
            if self._made.exception() is None:
                await self._made.result().aclose()
