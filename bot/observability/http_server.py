"""Serve HTTP to anyone on the network: end slow connections, bound their number, and keep floods out of the log."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler
from msgspec import Struct

from bot.observability.logs import RateLimitFilter

LISTEN_ON = "0.0.0.0"  # noqa: S104 - Slack and probes come from outside; BATCHDESK_HOST narrows it
_MAX_HEADERS = 64
"""Slack sends about ten, and a proxy adds as many."""
_HEADER_END = b"\r\n\r\n"
_RECEIVE_BUFFER = 32 * 1024
"""Bytes that the system keeps of what a connection sent, so that no turn of the event loop copies much more."""


class HttpLimits(Struct, frozen=True):
    """What a server bears with.

    Attributes:
        connections: open connections that have not earned trust; one more closes the oldest, those with their last
            answer first.
        header_seconds: until the first header of a connection is complete.
        header_bytes: until then.
        closing_seconds: from an answer that ends a connection to its end. A refused body is read and dropped meanwhile,
            because a client that still sends cannot read its answer.
        idle_seconds: between two requests; more than proxies wait, so that they close a connection first.
    """

    connections: int = 500
    header_seconds: float = 10.0
    header_bytes: int = 64 * 1024
    closing_seconds: float = 5.0
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


class _Phase(Enum):
    """Where a connection is that has not earned trust."""

    WAITING = auto()
    """Its first header is not complete."""
    HANDLED = auto()
    CLOSING = auto()
    """Its answer was the last one."""


class _Connection(asyncio.Protocol):
    """Passes what happens on a connection to aiohttp's protocol, and closes it when it takes too much or too long."""

    def __init__(self, server: web.Server, strangers: "_Strangers", limits: HttpLimits) -> None:
        self.handler: RequestHandler = server()
        self.phase = _Phase.WAITING
        self._strangers = strangers
        self._limits = limits
        self._has_header = False
        self._received = 0
        self._ending = b""
        self._body: StreamReader | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server of streams
        self._transport = transport
        self._strangers.add(self)
        self._set_timer(self._limits.header_seconds)
        self.handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._body is not None and self._body.is_eof():  # no one has a reason to send more before the answer
            self.abort()
            return
        if not self._has_header:
            self._received += len(data)
            self._has_header = _HEADER_END in self._ending + data
            self._ending = data[1 - len(_HEADER_END) :]
            if not self._has_header and self._received > self._limits.header_bytes:
                self.abort()
                return
        self.handler.data_received(data)

    def eof_received(self) -> None:
        self.handler.eof_received()

    def pause_writing(self) -> None:
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        self.handler.resume_writing()

    def connection_lost(self, error: BaseException | None) -> None:
        self._strangers.remove(self)
        self.cancel_timer()
        self.handler.connection_lost(error)

    def note_header(self, body: StreamReader) -> None:
        """Note that a header is complete, and where its body is read."""
        self.phase = _Phase.HANDLED
        self._body = body
        self.cancel_timer()

    def note_last_answer(self) -> None:
        """Note that the answer to the last request is complete, and bound the time until the end."""
        self.phase = _Phase.CLOSING
        self._body = None
        self._set_timer(self._limits.closing_seconds)

    def trust(self) -> None:
        """Bound the connection no longer."""
        self._body = None
        self._strangers.remove(self)

    def abort(self) -> None:
        """Close the connection at once, whatever was not sent."""
        self._strangers.remove(self)
        self.cancel_timer()
        if self._transport is not None:
            self._transport.abort()

    def cancel_timer(self) -> None:
        """Let the connection take its time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, seconds: float) -> None:
        self.cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)


class _Strangers:
    """The connections that have not earned trust with a request that deserved to keep them open, oldest first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[RequestHandler, _Connection] = {}

    def add(self, connection: _Connection) -> None:
        """Add a connection. Beyond the limit, close the oldest, if possible one that had its last answer."""
        if len(self._found) >= self._most:
            closing = (each for each in self._found.values() if each.phase is _Phase.CLOSING)
            next(closing, next(iter(self._found.values()))).abort()
        self._found[connection.handler] = connection

    def remove(self, connection: _Connection) -> None:
        """Remove a connection, if it is there."""
        self._found.pop(connection.handler, None)

    def get(self, handler: RequestHandler) -> _Connection | None:
        """Return the connection of aiohttp's protocol; None if it is no stranger."""
        return self._found.get(handler)


@asynccontextmanager
async def serve_http(
    application: web.Application, host: str, port: int, limits: HttpLimits = HttpLimits(), kept_open: str | None = None
) -> AsyncIterator[int]:
    """Serve an application within the limits, and yield the port. Raises OSError.

    Only requests to the path `kept_open` may leave their connection open; no one else has a reason to. A connection
    earns trust with the first answer there that does not close it.
    """
    strangers = _Strangers(limits.connections)

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = strangers.get(request.protocol)
        if connection is None:
            return await _end_unless_kept(request, handler)
        connection.note_header(request.content)
        is_last = True
        try:
            response = await _end_unless_kept(request, handler)
            is_last = response.keep_alive is False
            return response
        finally:
            if is_last:
                connection.note_last_answer()
            else:
                connection.trust()

    async def _end_unless_kept(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.force_close()
            raise
        if request.path != kept_open:
            response.force_close()
        return response

    application.middlewares.insert(0, watch)
    runner = web.AppRunner(
        application,
        access_log=None,
        logger=log,
        keepalive_timeout=limits.idle_seconds,
        lingering_time=limits.closing_seconds,
        max_headers=_MAX_HEADERS,
        auto_decompress=False,  # Slack compresses nothing, and signs the bytes that it sends
    )
    await runner.setup()
    try:
        server = runner.server
        assert server is not None  # noqa: S101 - `setup` makes it
        listening = await asyncio.get_running_loop().create_server(
            lambda: _Connection(server, strangers, limits), host, port
        )
        try:
            for each in listening.sockets:  # connections inherit it
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
    finally:
        await runner.cleanup()
