"""Results files over real connections, from a server that stalls, cuts off, compresses and splits."""

import asyncio
import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing

import pytest

from bot.api.client import BatchesClient
from bot.api.errors import ResultsBroken
from bot.api.ids import BatchId

Api = Callable[..., AbstractAsyncContextManager[tuple[BatchesClient, list[str]]]]
ID = BatchId("msgbatch_1")
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def result_line(custom_id: str) -> bytes:
    return json.dumps({"custom_id": custom_id, "result": {"type": "canceled"}}, ensure_ascii=False).encode() + b"\n"


async def custom_ids(client: BatchesClient) -> list[str]:
    return [result.custom_id async for result in client.results(ID)]


async def read_until_broken(client: BatchesClient) -> tuple[list[str], ResultsBroken]:
    seen: list[str] = []
    try:
        async for result in client.results(ID):
            seen.append(result.custom_id)
    except ResultsBroken as broken:
        return seen, broken
    pytest.fail("the results did not break")


async def test_chunk_borders_inside_characters_and_line_separators_change_nothing(api: Api) -> None:
    names = ["ä€😀", "a\u2028b\u2029c\u0085d"]
    data = b"".join(result_line(name) for name in names)
    single_bytes = [chunk(data[place : place + 1]) for place in range(len(data))]

    async with api([CHUNKED, *single_bytes, END]) as (client, _):
        read = await custom_ids(client)

    assert read == names


async def test_blank_lines_crlf_and_a_missing_last_newline_are_tolerated(api: Api) -> None:
    data = b"\r\n" + result_line("a").replace(b"\n", b"\r\n") + b"\n" + result_line("b").rstrip()

    async with api([CHUNKED, chunk(data), END]) as (client, _):
        read = await custom_ids(client)

    assert read == ["a", "b"]


async def test_an_empty_file_has_no_results(api: Api) -> None:
    async with api([CHUNKED, END]) as (client, heads):
        read = await custom_ids(client)

    assert (read, len(heads)) == ([], 1)


async def test_a_compressed_file_is_read_like_a_plain_one(api: Api) -> None:
    packed = gzip.compress(b"".join(result_line(str(number)) for number in range(1000)))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    async with api([head, packed]) as (client, _):
        read = await custom_ids(client)

    assert read == [str(number) for number in range(1000)]


async def test_a_file_cut_off_in_the_middle_yields_the_results_before_and_counts_them(api: Api) -> None:
    data = result_line("a") + result_line("b")

    async with api([CHUNKED, chunk(data), chunk(b'{"custom')]) as (client, heads):
        read, broken = await read_until_broken(client)

    assert read == ["a", "b"]
    assert (broken.lines_read, broken.bytes_read) == (2, len(data) + 8)
    assert "RemoteProtocolError" in broken.reason
    assert len(heads) == 1


async def test_a_file_that_stops_arriving_is_broken_after_the_read_timeout(api: Api) -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(result_line("a")))
        await reader.read()

    async with api(play, read=0.05) as (client, _):
        read, broken = await read_until_broken(client)

    assert (read, broken.lines_read) == (["a"], 1)
    assert broken.reason.startswith("ReadTimeout")


async def test_a_broken_compression_is_a_broken_file(api: Api) -> None:
    data = b"".join(result_line(hashlib.sha256(b"%d" % number).hexdigest()) for number in range(5000))
    packed = gzip.compress(data)  # too large to arrive in one piece, which would be retried
    head = OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"

    async with api([head, chunk(packed[:-8]), chunk(b"\xff" * 8), END]) as (client, _):
        read, broken = await read_until_broken(client)

    assert 0 < len(read) < 5000
    assert broken.lines_read == len(read)
    assert "DecodingError" in broken.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"<html>secret</html>\n", "line 3 is not JSON"), (b'{"secret":1}\n', "line 3 is not a result")],
)
async def test_a_line_that_is_no_result_is_named_by_its_number_and_not_quoted(
    line: bytes, reason: str, api: Api
) -> None:
    start = result_line("a") + b"\n"

    async with api([CHUNKED, chunk(start + line + result_line("b")), END]) as (client, _):
        read, broken = await read_until_broken(client)

    assert (read, broken.lines_read, broken.bytes_read, broken.reason) == (["a"], 2, len(start), reason)
    assert "secret" not in repr(broken)


@pytest.mark.parametrize("first", [b"", CHUNKED, b"HTTP/1.1 20", b"nonsense\r\n\r\n"])
async def test_a_file_cut_before_its_first_byte_is_asked_for_again(first: bytes, api: Api) -> None:
    async with api([first], [CHUNKED, chunk(result_line("a")), END]) as (client, heads):
        read = await custom_ids(client)

    assert (read, len(heads)) == (["a"], 2)


async def test_stopping_early_closes_the_connection(api: Api) -> None:
    client_left = asyncio.Event()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(result_line("a")))
        await reader.read()
        client_left.set()

    async with api(play) as (client, _):
        async with aclosing(client.results(ID)) as results:
            first = await anext(results)
        await asyncio.wait_for(client_left.wait(), timeout=5)

    assert first.custom_id == "a"


async def test_memory_stays_flat_however_long_the_file_is(api: Api) -> None:
    def thirty_megabytes() -> Iterator[bytes]:
        one = chunk(result_line("x" * 30_000))
        yield CHUNKED
        yield from (one for _ in range(1000))
        yield END

    async with api(thirty_megabytes()) as (client, _):
        tracemalloc.start()
        count = sum([1 async for _ in client.results(ID)])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert count == 1000
    assert peak < 2_000_000
