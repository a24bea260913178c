"""Calls over real connections to a loopback server that cuts off, drips and redirects."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from bot.api.client import BatchesClient, open_http
from bot.api.errors import ApiRejected, ApiUnavailable
from bot.api.ids import BatchId

Api = Callable[..., AbstractAsyncContextManager[tuple[BatchesClient, list[str]]]]
ID = BatchId("msgbatch_1")


def answer(status: str, body: bytes) -> list[bytes]:
    return [f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode(), body]


async def test_every_call_carries_the_headers_and_goes_to_the_path_built_from_the_id(api: Api) -> None:
    async with api(answer("200 OK", b"")) as (client, heads):
        results = [result async for result in client.results(ID)]

    lines = heads[0].lower().split("\r\n")
    assert results == []
    assert lines[0] == "get /v1/messages/batches/msgbatch_1/results http/1.1"
    assert {"x-api-key: sk-ant-a-long-secret-key", "anthropic-version: 2023-06-01"} <= set(lines)
    assert {"anthropic-beta: a,b", "anthropic-workspace-id: w"} <= set(lines)
    assert any(line.startswith("user-agent: batchdesk/") for line in lines)


async def test_without_betas_and_workspace_their_headers_are_not_sent() -> None:
    async with open_http("sk-ant-x") as http:
        names = set(http.headers)

    assert names & {"anthropic-beta", "anthropic-workspace-id"} == set()
    assert str(http.base_url) == "https://api.anthropic.com"
    assert http.timeout.as_dict() == {"connect": 5.0, "read": 30.0, "write": 60.0, "pool": 5.0}


@pytest.mark.parametrize("key", ["", " secret", "secret\n", "secret-é", "secret\x00"])
def test_a_key_that_cannot_be_sent_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValueError, match="the API key is empty, or holds a character") as caught:
        open_http(key)

    assert "secret" not in str(caught.value)


async def test_a_read_cut_off_before_its_answer_is_retried(
    api: Api, batch_json: Callable[..., dict[str, object]]
) -> None:
    body = json.dumps(batch_json()).encode()

    async with api([], answer("200 OK", body)[:1], answer("200 OK", body)) as (client, heads):
        batch = await client.retrieve(ID)

    assert (batch.id, len(heads)) == (ID, 3)


async def test_a_create_cut_off_before_its_answer_is_not_retried(api: Api) -> None:
    async with api([]) as (client, heads):
        with pytest.raises(ApiUnavailable) as caught:
            await client.create([])

    assert (caught.value.kind, caught.value.may_have_happened, len(heads)) == ("connection", True, 1)


async def test_a_delete_whose_answer_was_cut_off_succeeds_if_the_retry_finds_no_batch(api: Api) -> None:
    cut = answer("200 OK", b'{"id":"msgbatch_1","type":"message_batch_deleted"}')[:1]
    gone = answer("404 Not Found", b'{"type":"error","error":{"type":"not_found_error","message":"no"}}')

    async with api(cut, gone) as (client, heads):
        deleted = await client.delete(ID)

    assert deleted.id == ID
    assert [head.split(" ")[0] for head in heads] == ["DELETE", "DELETE"]


async def test_an_answer_that_never_comes_ends_with_the_read_timeout(api: Api) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with api(silent, silent, silent, read=0.03) as (client, heads):
        with pytest.raises(ApiUnavailable) as caught:
            await client.retrieve(ID)

    assert (caught.value.kind, caught.value.message, len(heads)) == ("timeout", "ReadTimeout", 3)


async def test_an_answer_that_drips_past_every_read_timeout_ends_with_the_budget(api: Api) -> None:
    async def drips(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK", b" " * 99_999)[0])
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with api(drips, budget=0.5) as (client, heads):
        with pytest.raises(ApiUnavailable) as caught:
            await client.retrieve(ID)

    assert (caught.value.kind, caught.value.message, len(heads)) == ("timeout", "no whole answer within 0.5 s", 1)


async def test_a_redirect_is_not_followed(api: Api) -> None:
    async with api([b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"]) as (client, heads):
        with pytest.raises(ApiRejected) as caught:
            await client.retrieve(ID)

    assert (caught.value.kind, len(heads)) == ("http_302", 1)
