"""Answers made to exhaust the bot: what they unpack to is bounded, and they are refused."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from bot.api.bounded_transport import MAX_ANSWER_BYTES
from bot.api.client import BatchesClient
from bot.api.errors import ApiUnavailable, ResultsBroken
from bot.api.ids import BatchId
from bot.api.models import BatchPage
from bot.api.models_client import ModelPage
from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk

Api = Callable[..., AbstractAsyncContextManager[tuple[BatchesClient, list[str]]]]
MIB = 1024 * 1024


def answer(body: bytes, *, encoding: str = "gzip", status: str = "200 OK") -> list[bytes]:
    """Return what a server sends with this body."""
    head = f"HTTP/1.1 {status}\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return [head.encode(), body]


def plain(content: object, *headers: str) -> list[bytes]:
    """Return what a server sends with this content as JSON."""
    body = json.dumps(content).encode()
    return ["\r\n".join(["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body)}", "", ""]).encode(), body]


@pytest.fixture
def memory() -> Iterator[Callable[[], int]]:
    """Return what tells the most bytes that Python has allocated since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


BOMB = ApiFault(bomb=100).make_bomb()


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
async def test_a_gzip_bomb_is_refused_once_the_bound_is_unpacked(
    status: str, api: Api, memory: Callable[[], int]
) -> None:
    async with api(answer(BOMB, status=status)) as (client, heads):
        with pytest.raises(ApiUnavailable) as caught:
            await client.list()

    assert (caught.value.kind, len(heads)) == ("too_large", 1)
    assert memory() < 3 * MAX_ANSWER_BYTES


async def test_a_large_answer_without_compression_is_refused(api: Api, memory: Callable[[], int]) -> None:
    async with api(answer(b" " * 20 * MIB, encoding="identity")) as (client, _):
        with pytest.raises(ApiUnavailable) as caught:
            await client.retrieve(BatchId("msgbatch_1"))

    assert caught.value.kind == "too_large"


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
async def test_an_encoding_that_was_not_asked_for_is_no_answer(encoding: str, api: Api) -> None:
    async with api(*[answer(zlib.compress(b"{}"), encoding=encoding)] * 3) as (client, _):
        with pytest.raises(ApiUnavailable):
            await client.list()


async def test_only_gzip_is_asked_for(api: Api, batch_json: Callable[..., dict[str, object]]) -> None:
    packed = gzip.compress(json.dumps(batch_json()).encode())

    async with api(answer(packed)) as (client, heads):
        batch = await client.retrieve(BatchId("msgbatch_1"))

    assert batch.id == "msgbatch_1"
    assert "accept-encoding: gzip\r\n" in heads[0].lower()


async def test_results_are_unpacked_piece_by_piece(api: Api, memory: Callable[[], int]) -> None:
    size = largest = 0

    async with api(answer(BOMB)) as (client, _):
        async for piece in client.result_bytes(BatchId("msgbatch_1")):
            size += len(piece)
            largest = max(largest, len(piece))

    assert size == 100 * MIB
    assert largest <= 128 * 1024
    assert memory() < 3 * MIB


async def test_one_line_of_results_that_never_ends_is_refused(api: Api, memory: Callable[[], int]) -> None:
    async with api(answer(BOMB)) as (client, _):
        with pytest.raises(ResultsBroken, match="longer than"):
            await anext(client.results(BatchId("msgbatch_1")))

    assert memory() < 20 * MIB


@pytest.mark.parametrize("page", [BatchPage, ModelPage])
@pytest.mark.parametrize("item", ["{}", '{"id":"a"}', "[]", "1"])
def test_a_page_of_too_many_items_is_refused_at_the_first_fault(
    page: type[BatchPage | ModelPage], item: str, memory: Callable[[], int]
) -> None:
    body = '{"data":[' + ",".join([item] * 150_000) + '],"has_more":false,"first_id":null,"last_id":null}'

    with pytest.raises(ValueError) as caught:
        page.model_validate_json(body)

    assert caught.value.error_count() <= 12  # type: ignore[attr-defined] # pydantic's
    assert memory() < 48 * MIB


@pytest.mark.parametrize("cookie", ["a=\u202ex", "a=b; Path=/", "a=" + "x" * 4_000])
async def test_a_cookie_is_neither_kept_nor_sent(
    cookie: str, api: Api, batch_json: Callable[..., dict[str, object]]
) -> None:
    body = json.dumps(batch_json()).encode()
    head = f"HTTP/1.1 200 OK\r\nSet-Cookie: {cookie}\r\nContent-Length: {len(body)}\r\n\r\n"

    async with api(*[[head.encode(), body]] * 2) as (client, heads):
        await client.retrieve(BatchId("msgbatch_1"))
        await client.retrieve(BatchId("msgbatch_1"))

    assert "cookie" not in heads[1].lower()


@pytest.mark.parametrize("count", [-1, 10**13, 10**40])
async def test_a_count_that_no_batch_has_is_another_shape(
    count: int, api: Api, batch_json: Callable[..., dict[str, object]]
) -> None:
    counts = {"processing": count, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}

    async with api(*[plain(batch_json(request_counts=counts))] * 3) as (client, _):
        with pytest.raises(ApiUnavailable) as caught:
            await client.retrieve(BatchId("msgbatch_1"))

    assert caught.value.kind == "unexpected_shape"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"])
@pytest.mark.parametrize("field", ["created_at", "ended_at", "expires_at", "archived_at"])
async def test_a_time_that_is_no_one_s_is_another_shape(
    field: str, moment: str, api: Api, batch_json: Callable[..., dict[str, object]]
) -> None:
    async with api(*[plain(batch_json(**{field: moment}))] * 3) as (client, _):
        with pytest.raises(ApiUnavailable) as caught:
            await client.retrieve(BatchId("msgbatch_1"))

    assert caught.value.kind == "unexpected_shape"


@pytest.mark.parametrize(
    "header",
    [
        "anthropic-ratelimit-requests-limit: " + "9" * 5_000,
        "anthropic-ratelimit-requests-remaining: " + "9" * 5_000,
        "anthropic-ratelimit-requests-reset: 9999-12-31T23:59:59-23:59",
        "retry-after: Mon, 01 Jan 2026 00:00:00 -99999999999999",
        "retry-after: " + "9" * 5_000,
    ],
)
async def test_a_header_of_pacing_beyond_all_bounds_fails_no_call(
    header: str, api: Api, batch_json: Callable[..., dict[str, object]]
) -> None:
    async with api(plain(batch_json(), header)) as (client, _):
        batch = await client.retrieve(BatchId("msgbatch_1"))

    assert batch.id == "msgbatch_1"


async def test_an_answer_about_another_batch_is_refused_before_anything_is_asked(
    desk: Desk, batch_json: Callable[..., dict[str, object]]
) -> None:
    body = json.dumps(batch_json(id="msgbatch_other", processing_status="ended"))
    desk.api.add_fault(ApiFault(method="GET", path="*/msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d", body=body, times=9))

    [reply] = await desk.type("/batch delete msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d")

    assert "The Message Batches API had an error" in reply.visible_text
    assert "Delete" not in str(reply.blocks)


async def test_a_batch_of_counts_beyond_all_bounds_is_one_answer_to_a_person(
    desk: Desk, batch_json: Callable[..., dict[str, object]]
) -> None:
    counts = {"processing": 0, "succeeded": 10**19, "errored": 0, "canceled": 0, "expired": 0}
    body = json.dumps(batch_json(processing_status="ended", request_counts=counts))
    desk.api.add_fault(ApiFault(method="GET", body=body, times=9))

    [reply] = await desk.type("/batch results msgbatch_1")

    assert "The Message Batches API had an error" in reply.visible_text


async def test_a_person_learns_that_the_answer_was_too_large(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(method="GET", bomb=100, times=9))

    [reply] = await desk.type("/batch list")

    assert "Nothing was changed" in reply.visible_text
