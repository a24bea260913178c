"""Serve HTTP to anyone on the network: end slow connections, and keep floods out of the log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler
from msgspec import Struct

from bot.observability.logs import RateLimitFilter

LISTEN_ON = "0.0.0.0"  # noqa: S104 - Slack and probes come from outside; BATCHDESK_HOST narrows it
_LINGER_SECONDS = 5.0
"""How long a refused body is read and dropped, because a client that still sends cannot read its answer."""


class HttpLimits(Struct, frozen=True):
    """What a server bears with.

    Attributes:
        connections: open connections; one more closes the oldest of those that wait for their first answer.
        header_seconds: until the first header of a connection is complete.
        idle_seconds: between two requests; more than proxies wait, so that they close a connection first.
    """

    connections: int = 500
    header_seconds: float = 10.0
    idle_seconds: float = 75.0


class _MalformedHttp(RateLimitFilter):
    """Shortens what aiohttp logs of a request that is no HTTP to one line without its bytes, at most once a minute."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | web.RequestPayloadError):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg, record.args, record.exc_info = "refused a request that is no HTTP", (), None
            return super().filter(record)
        return True


log = logging.getLogger(__name__)
log.addFilter(_MalformedHttp())


class _Connections:
    """The connections that wait for their first answer, oldest first, with the timers of those without a header."""

    def __init__(self, server: web.Server, limits: HttpLimits) -> None:
        self._server = server
        self._limits = limits
        self._waiting: dict[RequestHandler, asyncio.TimerHandle] = {}

    def accept(self) -> RequestHandler:
        """Return the protocol of a new connection."""
        open_connections = self._server.connections
        if len(open_connections) >= self._limits.connections:
            oldest = next((one for one in self._waiting if one in open_connections), None)
            if oldest is not None:
                self._close(oldest)
        connection = self._server()
        loop = asyncio.get_running_loop()
        self._waiting[connection] = loop.call_later(self._limits.header_seconds, self._close, connection)
        return connection

    def note_header(self, connection: RequestHandler) -> None:
        """Note that a header is complete."""
        if (timer := self._waiting.get(connection)) is not None:
            timer.cancel()

    def note_answer(self, connection: RequestHandler) -> None:
        """Note that a request is answered."""
        self._waiting.pop(connection, None)

    def close(self) -> None:
        """Cancel all timers."""
        for timer in self._waiting.values():
            timer.cancel()

    def _close(self, connection: RequestHandler) -> None:
        if (timer := self._waiting.pop(connection, None)) is not None:
            timer.cancel()
        connection.force_close()


@asynccontextmanager
async def serve_http(
    application: web.Application, host: str, port: int, limits: HttpLimits = HttpLimits(), kept_open: str | None = None
) -> AsyncIterator[int]:
    """Serve an application within the limits, and yield the port. Raises OSError.

    Only requests to the path `kept_open` may leave their connection open; no one else has a reason to.
    """
    connections: _Connections | None = None

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert connections is not None  # noqa: S101 - it exists before the server listens
        connections.note_header(request.protocol)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.force_close()
            raise
        finally:
            connections.note_answer(request.protocol)
        if request.path != kept_open:
            response.force_close()
        return response

    application.middlewares.insert(0, watch)
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=log,
        keepalive_timeout=limits.idle_seconds,
        lingering_time=_LINGER_SECONDS,
        auto_decompress=False,  # Slack compresses nothing, and signs the bytes that it sends
    )
    await runner.setup()
    try:
        assert runner.server is not None  # noqa: S101 - `setup` makes it
        connections = _Connections(runner.server, limits)
        listening = await asyncio.get_running_loop().create_server(connections.accept, host, port)
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
            connections.close()
    finally:
        await runner.cleanup()
