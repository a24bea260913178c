"""A server of the playground that leaves no connection behind when it closes."""

import asyncio
import socket

from aiohttp import web

_TURNS = 5
"""Turns of the event loop in which aiohttp learns of a connection that was accepted; it takes three."""


class LocalServer:
    """An aiohttp application on a TCP address. `port` is where it listens.

    asyncio loses a connection that it accepts just before a server closes: no one answers it, and it stays open. So
    this one first stops accepting, and closes when all that was accepted is known.
    """

    def __init__(self, app: web.Application, shutdown_timeout: float) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
        self._listener: socket.socket | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listen. Port 0 selects a free one. Raises OSError if the address cannot be listened on."""
        listener = socket.create_server((host, port))
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        self._listener, self.port = listener, listener.getsockname()[1]

    async def close(self) -> None:
        """Stop listening, answer what is under way for a moment, and close every connection."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        await self._runner.cleanup()
