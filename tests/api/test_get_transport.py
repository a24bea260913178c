"""The bytes of results arrive through aiohttp, and nothing else does."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import httpx
import pytest

from bot.api.transports import GetTransport
from bot.proxies import Proxies

RESULTS = "/v1/messages/batches/msgbatch_1/results"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OpenHttp = Callable[[Serve], AbstractAsyncContextManager[tuple[httpx.AsyncClient, list[str]]]]


@pytest.fixture
def opened() -> OpenHttp:
    """Open a client of a loopback server that runs `serve` for each request; yield it with the request heads."""

    @asynccontextmanager
    async def open_http(serve: Serve) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
        heads = list[str]()
        serving = list[asyncio.Task[None] | None]()

        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving.append(asyncio.current_task())
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    heads.append(head.decode())
                    await serve(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

        tls = httpx.create_ssl_context()
        transport = GetTransport(httpx.AsyncHTTPTransport(verify=tls), tls, Proxies())
        async with await asyncio.start_server(served, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            timeout = httpx.Timeout(5.0, read=0.05)
            async with httpx.AsyncClient(transport=transport, base_url=address, timeout=timeout) as http:
                yield http, heads
            await asyncio.gather(*filter(None, serving))

    return open_http


def answering(head: str, body: bytes) -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\n\r\n".encode() + body)
        await writer.drain()

    return serve


async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()
    raise ConnectionError


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()  # until the client leaves
    raise ConnectionError


async def gone(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    raise ConnectionError


async def test_results_arrive_whole_with_their_headers(opened: OpenHttp) -> None:
    body = b"x" * 300_000

    async with opened(answering("200 OK\r\nrequest-id: req_1\r\ncontent-length: 300000", body)) as (http, heads):
        first = await http.get(RESULTS, headers={"x-api-key": "k"})
        second = await http.get(RESULTS)

    assert (first.content, first.headers["request-id"], first.status_code) == (body, "req_1", 200)
    assert second.content == body
    assert "x-api-key: k" in heads[0].lower()
    assert heads[0].lower().count("\r\nhost:") == 1
    assert "python-httpx" in heads[0]


async def test_a_gzip_body_is_unpacked_once(opened: OpenHttp) -> None:
    packed = gzip.compress(b"a line\n")

    async with opened(answering(f"200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}", packed)) as (
        http,
        _,
    ):
        answer = await http.get(RESULTS)

    assert answer.content == b"a line\n"


async def test_a_refusal_and_a_redirect_are_answers(opened: OpenHttp) -> None:
    for head in ("404 Not Found", "302 Found\r\nlocation: http://example.com/"):
        async with opened(answering(f"{head}\r\ncontent-length: 2", b"{}")) as (http, heads):
            answer = await http.get(RESULTS)

        assert (str(answer.status_code), answer.content) == (head[:3], b"{}")
        assert len(heads) == 1


@pytest.mark.parametrize(
    ("serve", "failure"),
    [(cut, httpx.RemoteProtocolError), (silent, httpx.ReadTimeout), (gone, httpx.RemoteProtocolError)],
)
async def test_failures_are_those_the_client_knows(
    opened: OpenHttp, serve: Serve, failure: type[httpx.RequestError]
) -> None:
    async with opened(serve) as (http, _):
        with pytest.raises(failure):
            await http.get(RESULTS)


async def test_a_connection_that_is_gone_before_the_body_is_read_is_a_failure_the_client_knows(
    opened: OpenHttp,
) -> None:
    served = opened(answering("200 OK\r\ncontent-length: 100", b""))
    async with served as (http, _), http.stream("GET", RESULTS) as answer:
        await http.aclose()
        with pytest.raises(httpx.ReadError):
            await answer.aread()


async def test_a_port_without_a_server_is_a_connect_error() -> None:
    tls = httpx.create_ssl_context()
    transport = GetTransport(httpx.AsyncHTTPTransport(verify=tls), tls, Proxies())
    async with await asyncio.start_server(gone, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async with httpx.AsyncClient(transport=transport, base_url=address) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(RESULTS)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_what_changes_something_is_sent_once_and_known_to_have_been_sent(opened: OpenHttp, method: str) -> None:
    answers = [answering("200 OK\r\ncontent-length: 2", b"{}"), gone, gone]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers.pop(0)(reader, writer)

    async with opened(serve) as (http, heads):
        await http.get("/v1/messages/batches")
        with pytest.raises(httpx.RemoteProtocolError):
            await http.request(method, "/v1/messages/batches/msgbatch_1")

    assert [head.split(" ")[0] for head in heads] == ["GET", method]


async def test_a_reader_that_stops_early_closes_the_connection(opened: OpenHttp) -> None:
    closed = asyncio.Event()

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
                await writer.drain()
        finally:
            closed.set()

    async with opened(endless) as (http, _):
        async with http.stream("GET", RESULTS) as answer:
            assert await anext(answer.aiter_bytes())
        await asyncio.wait_for(closed.wait(), 5)
