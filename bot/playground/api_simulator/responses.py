"""How answers are sent: whole, line by line, or cut off by an ordered fault."""

import asyncio
import json
from collections.abc import Iterator, Mapping

from aiohttp import web

CUT = web.RequestKey("cut", bool)
"""Marks a request whose connection will be cut."""
NOT_OURS = web.RequestKey("not_ours", bool)
"""Marks a request that a proxy before the API answers, so that the answer lacks the API's headers."""

_CHUNK_BYTES = 64 * 1024


def make_json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a JSON answer, compact and without a charset, as the API sends it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return web.Response(body=body, status=status, headers={"content-type": "application/json", **(headers or {})})


def make_too_large_page(request: web.Request) -> web.Response:
    """Return the page of the proxy before the API, which refuses a body that is too large."""
    request[NOT_OURS] = True
    title = "413 Request Entity Too Large"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    )
    return web.Response(text=page, status=413, content_type="text/html")


def cut_connection(request: web.Request) -> web.Response:
    """Close the connection. The returned response is not sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def send_half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Send the headers of the answer and half of its body, then close the connection."""
    body = bytes(response.body) if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    cut_connection(request)
    return half


async def stream_lines(
    request: web.Request, lines: Iterator[bytes], total: int, headers: dict[str, str]
) -> web.StreamResponse:
    """Send the lines in chunks as they are generated, keeping none. Other calls run between two chunks."""
    response = web.StreamResponse(headers={"content-type": "application/x-jsonl", **headers})
    response.enable_chunked_encoding()
    await response.prepare(request)
    chunk = bytearray()
    for sent, line in enumerate(lines):
        if CUT in request and sent == total // 2:
            await response.write(bytes(chunk + line[: len(line) // 2]))
            cut_connection(request)
            return response
        chunk += line
        if len(chunk) >= _CHUNK_BYTES:
            await response.write(bytes(chunk))
            chunk.clear()
            await asyncio.sleep(0)
    if chunk:
        await response.write(bytes(chunk))
    return response
