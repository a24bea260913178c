"""Creating from a checked file on disk: its exact bytes, its exact length, and never twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.client import BatchesClient, open_http
from bot.api.create_body import open_create_body
from bot.api.errors import ApiRejected, ApiUnavailable, RateLimited, RequestsUnreadable
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.requests.request_files import find_refused_id
from tests.requests.request_lines import GOOD, check, line

BatchJson = Callable[..., dict[str, object]]
Api = Callable[..., AbstractAsyncContextManager[tuple[BatchesClient, list[str]]]]
Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def checked_file(tmp_path: Path) -> Path:
    """Write three requests, one of them longer than the pieces that are read."""
    path = tmp_path / "checked"
    long = GOOD | {"messages": [{"role": "user", "content": "é, " * 200_000}]}
    path.write_bytes(check(line("a") + line("b", long) + line("c"))[1])
    return path


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def harm(path: Path, content: bytes | None) -> None:
    """Replace the content of the file, or delete it."""
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


async def whole_body(checked_file: Path) -> tuple[bytes, int]:
    with open_create_body(checked_file) as body:
        return b"".join([piece async for piece in body.read_chunks()]), body.length


async def test_the_body_is_the_envelope_of_all_lines(checked_file: Path) -> None:
    body, length = await whole_body(checked_file)

    content = content_of(checked_file)
    lines = content.splitlines()
    assert body == b'{"requests":[' + b",".join(lines) + b"]}"
    assert length == len(body)
    assert length == check(content)[0].body_bytes
    assert [request["custom_id"] for request in json.loads(body)["requests"]] == ["a", "b", "c"]


async def test_the_body_can_be_read_again_from_its_beginning(checked_file: Path) -> None:
    with open_create_body(checked_file) as body:
        first = b"".join([piece async for piece in body.read_chunks()])
        second = b"".join([piece async for piece in body.read_chunks()])

    assert first == second


@pytest.mark.parametrize("content", [None, b"", b'{"custom_id":"a","params":{}}'])
async def test_a_file_that_is_no_checked_file_is_reported_and_not_sent(
    content: bytes | None, tmp_path: Path, api: Api
) -> None:
    path = tmp_path / "checked"
    if content is not None:
        harm(path, content)

    async with api() as (client, heads):
        with pytest.raises(RequestsUnreadable):
            await client.create_from_file(path)

    assert heads == []


async def test_it_is_sent_with_its_length_and_as_json(checked_file: Path, api: Api, batch_json: BatchJson) -> None:
    received = bytearray()
    answer = json.dumps(batch_json()).encode()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body, length = await whole_body(checked_file)
        received.extend(await reader.readexactly(length))
        assert received == body
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))

    async with api(take) as (client, heads):
        created = await client.create_from_file(checked_file)

    head = heads[0].lower()
    assert created.id == "msgbatch_1"
    assert f"content-length: {len(received)}" in head
    assert "content-type: application/json" in head
    assert "transfer-encoding" not in head


async def test_a_create_whose_answer_is_lost_is_not_sent_twice(checked_file: Path) -> None:
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        simulator.add_fault(ApiFault(cut="middle"))
        client = BatchesClient(http, policy=RetryPolicy(first_pause=0))

        with pytest.raises(ApiUnavailable) as caught:
            await client.create_from_file(checked_file)

    assert caught.value.may_have_happened
    assert [request.method for request in simulator.requests] == ["POST"]
    assert len(simulator.workspace.batches) == 1


@pytest.mark.parametrize("status", [500, 503, 504, 529])
async def test_a_server_error_may_hide_a_batch_so_it_is_not_sent_twice(status: int, checked_file: Path) -> None:
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        simulator.add_fault(ApiFault(status=status))

        with pytest.raises(ApiUnavailable):
            await BatchesClient(http, policy=RetryPolicy(first_pause=0)).create_from_file(checked_file)

    assert len(simulator.requests) == 1


async def test_a_create_that_was_certainly_not_accepted_is_sent_again_whole(checked_file: Path) -> None:
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        simulator.add_fault(ApiFault(status=429))

        created = await BatchesClient(http, policy=RetryPolicy(first_pause=0)).create_from_file(checked_file)

    assert created.request_counts.total == 3
    assert [request.status for request in simulator.requests] == [429, 200]
    assert [batch.id for batch in simulator.workspace.batches] == [created.id]


async def test_a_lasting_rate_limit_is_reported(checked_file: Path) -> None:
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        simulator.add_fault(ApiFault(status=429, times=5))

        with pytest.raises(RateLimited):
            await BatchesClient(http, policy=RetryPolicy(tries=2, first_pause=0)).create_from_file(checked_file)

    assert simulator.workspace.batches == []


async def test_the_apis_refusal_keeps_its_own_message(tmp_path: Path) -> None:
    path = tmp_path / "checked"
    harm(path, b'{"custom_id":"a"}\n')
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        with pytest.raises(ApiRejected) as caught:
            await BatchesClient(http).create_from_file(path)

    assert caught.value.message == "requests.0.params: Field required"
    assert find_refused_id(path, caught.value.message) == "a"


async def test_a_checked_file_cut_off_while_it_is_sent_creates_no_batch(checked_file: Path) -> None:
    with open_create_body(checked_file) as body:
        harm(checked_file, b"x")
        async with ApiSimulator(speed=0) as simulator:
            length = {"content-length": str(body.length)}
            async with httpx.AsyncClient(base_url=simulator.base_url, headers={"x-api-key": "any"}) as http:
                with pytest.raises(RequestsUnreadable):
                    await http.post("/v1/messages/batches", content=body.read_chunks(), headers=length)

    assert simulator.workspace.batches == []


async def test_a_file_deleted_while_it_is_sent_is_still_sent_whole(checked_file: Path) -> None:
    expected, _ = await whole_body(checked_file)

    with open_create_body(checked_file) as body:
        harm(checked_file, None)
        sent = b"".join([piece async for piece in body.read_chunks()])

    assert sent == expected


@given(st.lists(st.text(max_size=400), min_size=1, max_size=5))
def test_any_text_is_sent_whole(texts: list[str]) -> None:
    file = b"".join(
        line(f"r{number}", GOOD | {"system": text, "messages": [{"role": "user", "content": "x"}]})
        for number, text in enumerate(texts)
    )
    checked, checked_file = check(file.replace(b"\\ud", b"\\ue"))

    requests = json.loads(b'{"requests":[' + checked_file[:-1].replace(b"\n", b",") + b"]}")["requests"]

    assert checked.is_sound
    assert [request["custom_id"] for request in requests] == [f"r{number}" for number in range(len(texts))]
