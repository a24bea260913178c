"""How results files arrive: through aiohttp, because that takes a third of the CPU; all other calls go their own way.

Only these GETs: aiohttp repeats a request by itself when a kept connection turns out closed, DELETE included, which
nobody may do but the retry policy.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

_CHUNK = 64 * 1024
# From the particular to the general: the first that fits says what became of the request.
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


class ResultsTransport(httpx.AsyncBaseTransport):
    """The transport of the process's one httpx client: GETs of `…/results` over aiohttp, the rest over `others`.

    Both use `tls`. Failures are httpx's exceptions, whichever way a request went.
    """

    def __init__(self, others: httpx.AsyncBaseTransport, tls: ssl.SSLContext) -> None:
        self._others, self._tls = others, tls
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`; the answer's body is still to be read.

        Raises:
            httpx.RequestError: there was no answer.
        """
        if request.method != "GET" or not request.url.path.endswith("/results"):
            return await self._others.handle_async_request(request)
        with _translated():
            response = await self._opened_session().get(
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                allow_redirects=False,
                timeout=_timeout(request.extensions.get("timeout", {})),
            )
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response))

    async def aclose(self) -> None:
        """Close both ways."""
        await self._others.aclose()
        if self._session is not None:
            await self._session.close()

    def _opened_session(self) -> aiohttp.ClientSession:
        # Not in __init__: a session belongs to the loop that runs when it is made.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # httpx does
                read_bufsize=_CHUNK,
                trust_env=True,
            )
        return self._session


class _Body(httpx.AsyncByteStream):
    """Bytes as they come from the network."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            while chunk := await self._response.content.readany():
                yield chunk

    async def aclose(self) -> None:
        # Given back when it was read to its end; otherwise closed, because the rest would have to be read.
        self._response.close()


def _timeout(seconds: dict[str, float | None]) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=seconds.get("connect"), sock_read=seconds.get("read"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        translation = next(httpx_error for ours, httpx_error in _TRANSLATIONS if isinstance(error, ours))
        raise translation(str(error) or type(error).__name__) from error


class LazyTransport(httpx.AsyncBaseTransport):
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
