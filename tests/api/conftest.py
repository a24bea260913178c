"""Fixtures for the tests of the API client: a batch as the API sends it, and clients with scripted or real answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import httpx
import pytest

from bot.api.client import BatchesClient, open_http
from bot.api.retry_policy import RetryPolicy

# What the loopback server does with a connection: send these pieces and close it, or run this function.
Play = Iterable[bytes] | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def batch_json() -> Callable[..., dict[str, object]]:
    """Build the JSON of a batch in progress; keyword arguments replace its keys."""

    def build(**changed: object) -> dict[str, object]:
        counts = {"processing": 3, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
        return {
            "id": "msgbatch_1",
            "type": "message_batch",
            "processing_status": "in_progress",
            "request_counts": counts,
            "ended_at": None,
            "created_at": "2026-11-20T10:00:00.123456+00:00",
            "expires_at": "2026-11-21T10:00:00.123456+00:00",
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": None,
        } | changed

    return build


@pytest.fixture
def talk() -> Callable[..., tuple[BatchesClient, list[httpx.Request], list[float]]]:
    """Build a client that gets these answers in turn; return it with the requests it sends and the pauses it makes."""

    def build(
        *answers: httpx.Response | Exception, **policy: float
    ) -> tuple[BatchesClient, list[httpx.Request], list[float]]:
        left = list(answers)
        sent = list[httpx.Request]()
        pauses = list[float]()

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            following = left.pop(0)
            if isinstance(following, Exception):
                raise following
            return following

        async def pause(seconds: float) -> None:
            pauses.append(seconds)

        headers = {"x-api-key": "sk-ant-a-long-secret-key"}
        http = httpx.AsyncClient(
            transport=httpx.MockTransport(answer), base_url="https://api.test/prefix", headers=headers
        )
        tries = int(policy.pop("tries", 3))
        return BatchesClient(http, policy=RetryPolicy(tries, sleep=pause, random=lambda: 0.0, **policy)), sent, pauses

    return build


@pytest.fixture
def api() -> Callable[..., AbstractAsyncContextManager[tuple[BatchesClient, list[str]]]]:
    """Open a client of a loopback server that runs one play for each connection; yield it with the request heads."""

    @asynccontextmanager
    async def opened(*plays: Play, **timing: float) -> AsyncIterator[tuple[BatchesClient, list[str]]]:
        left = list(plays)
        heads = list[str]()
        serving = list[asyncio.Task[None] | None]()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving.append(asyncio.current_task())
            heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            with suppress(ConnectionError):  # some tests are about a client that disconnects
                await act(left.pop(0), reader, writer)
                writer.close()
                await writer.wait_closed()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with open_http(
                "sk-ant-a-long-secret-key",
                base_url=address,
                timeouts=httpx.Timeout(5.0, read=timing.get("read", 5.0)),
                betas=("a", "b"),
                workspace_id="w",
            ) as http:
                yield BatchesClient(http, policy=RetryPolicy(budget=timing.get("budget", 60.0), sleep=no_pause)), heads
            await asyncio.gather(*filter(None, serving))

    return opened


async def act(play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if callable(play):
        await play(reader, writer)
        return
    for piece in play:
        writer.write(piece)
        await writer.drain()


async def no_pause(_: float) -> None: ...
