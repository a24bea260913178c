"""Unpack answers piece by piece, because 0.6 MB of gzip may hold 600 MB, and refuse those that are too large."""

import zlib
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx

MAX_ANSWER_BYTES = 2 * 1024 * 1024
"""Of an unpacked answer that is read whole; an own limit. The largest, 1,000 batches, has a third of it."""

_PIECE = 128 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class AnswerTooLarge(httpx.DecodingError):
    """The answer has more than `MAX_ANSWER_BYTES`; the rest of it was not read."""


class BoundedTransport(httpx.AsyncBaseTransport):
    """Bound what `inner` receives: results files by the piece, every other answer in all.

    It asks for gzip alone and unpacks it itself, so httpx unpacks nothing. An answer that is read whole arrives whole:
    httpx's own reading of it takes as long as the call (bench/README.md, The whole command).
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return the answer, of results with its body still unread. Raises httpx.RequestError."""
        request.headers["accept-encoding"] = "gzip"
        response = await self._inner.handle_async_request(request)
        encoding = response.headers.pop("content-encoding", "identity").lower()
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - the transport is asynchronous
        if is_results(request) and response.is_success:
            response.stream = _BoundedBody(response.stream, encoding, None, request)
            return response
        async with aclosing(_BoundedBody(response.stream, encoding, MAX_ANSWER_BYTES, request)) as body:
            content = b"".join([piece async for piece in body])
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def is_results(request: httpx.Request) -> bool:
    """Return whether a request fetches a results file, which is read piece by piece."""
    return request.method == "GET" and request.url.path.endswith("/results")


class _BoundedBody(httpx.AsyncByteStream):
    def __init__(self, packed: httpx.AsyncByteStream, encoding: str, limit: int | None, request: httpx.Request) -> None:
        self._packed = packed
        self._encoding = encoding
        self._limit = limit
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._unpack():
            size += len(piece)
            if self._limit is not None and size > self._limit:
                raise AnswerTooLarge(f"the answer has more than {self._limit} bytes", request=self._request)
            yield piece

    async def _unpack(self) -> AsyncIterator[bytes]:
        if self._encoding == "identity":
            async for packed in self._packed:
                yield packed
            return
        if self._encoding not in ("gzip", "x-gzip"):
            raise httpx.DecodingError("the answer has an encoding that was not asked for", request=self._request)
        unpacker = zlib.decompressobj(_GZIP)
        try:
            async for packed in self._packed:
                while packed and not unpacker.eof:
                    if piece := unpacker.decompress(packed, _PIECE):
                        yield piece
                    packed = unpacker.unconsumed_tail
        except zlib.error as error:
            raise httpx.DecodingError(str(error), request=self._request) from error

    async def aclose(self) -> None:
        await self._packed.aclose()
