"""Send GETs through aiohttp, which takes a third of httpcore's CPU; all other calls go through httpcore.

Only GETs use aiohttp: it repeats a request by itself, DELETE included, when a kept connection turns out to be closed.
Repeating what changes something is for the retry policy alone.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

from bot.proxies import Proxies, open_session

_CHUNK = 64 * 1024
# From the particular to the general: the first that fits is used.
_TRANSLATIONS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientError, httpx.ReadError),
)


class GetTransport(httpx.AsyncBaseTransport):
    """Send GETs through aiohttp with `tls`, and all other requests through `others`.

    Failures are httpx's exceptions either way.
    """

    def __init__(self, others: httpx.AsyncBaseTransport, tls: ssl.SSLContext, proxies: Proxies) -> None:
        self._others = others
        self._tls = tls
        self._proxies = proxies
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return the answer with its body still unread.

        Raises:
            httpx.RequestError: no answer came.
        """
        if request.method != "GET":
            return await self._others.handle_async_request(request)
        with _translate_errors():
            response = await self._get_session().get(
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                allow_redirects=False,
                timeout=_timeout(request.extensions.get("timeout", {})),
            )
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response))

    async def aclose(self) -> None:
        """Close both transports."""
        await self._others.aclose()
        if self._session is not None:
            await self._session.close()

    def _get_session(self) -> aiohttp.ClientSession:
        # Not in __init__: a session belongs to the event loop it is created in.
        if self._session is None:
            self._session = open_session(
                self._proxies,
                connector=aiohttp.TCPConnector(ssl=self._tls),
                auto_decompress=False,  # httpx decompresses
                read_bufsize=_CHUNK,
            )
        return self._session


class _Body(httpx.AsyncByteStream):
    """A response body as its bytes arrive."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translate_errors():
            while chunk := await self._response.content.readany():
                yield chunk

    async def aclose(self) -> None:
        # aiohttp reuses the connection only if the body was read to its end; here the rest must not be read.
        self._response.close()


def _timeout(seconds: dict[str, float | None]) -> aiohttp.ClientTimeout:
    pool, connect = seconds.get("pool"), seconds.get("connect")
    until_connected = None if pool is None or connect is None else pool + connect
    return aiohttp.ClientTimeout(
        total=None, connect=until_connected, sock_connect=connect, sock_read=seconds.get("read")
    )


def _describe(error: Exception) -> str:
    """Return what happened, in words for people: aiohttp's own hold the name of a class where a body is cut off."""
    if isinstance(error, TimeoutError):
        return ""
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer is incomplete"
    return str(error) or type(error).__name__


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        translation = next(httpx_error for ours, httpx_error in _TRANSLATIONS if isinstance(error, ours))
        raise translation(_describe(error)) from error
    except RuntimeError as error:  # of aiohttp, if the connection is gone before the first byte of the body is read
        raise httpx.ReadError(str(error)) from error


class LazyTransport(httpx.AsyncBaseTransport):
    """Build a transport in a thread for the first request, and send every request through it.

    Loading certificates takes 30 ms and httpcore 10 ms; neither the start nor any ack waits for them.
    """

    def __init__(self, build: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._build = build
        self._transport: asyncio.Task[httpx.AsyncBaseTransport] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`. Raises what `build` raised, for every request."""
        if self._transport is None:
            self._transport = asyncio.create_task(asyncio.to_thread(self._build))
        transport = await asyncio.shield(self._transport)  # a canceled request must not cancel it for the others
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport if it was built."""
        if self._transport is not None:
            await asyncio.wait({self._transport})
            if self._transport.exception() is None:
                await self._transport.result().aclose()
