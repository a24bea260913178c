"""Where lines end, however the bytes arrive."""

from collections.abc import AsyncIterator, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.json_lines import JsonLine, cut_blocks, read_lines


async def arriving(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def lines_of(*chunks: bytes) -> list[JsonLine]:
    return [line async for line in read_lines(arriving(chunks))]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\n\r\n \nb\n", [b"a", b"b"]),
        (b"a\rb\n", [b"a\rb"]),
        ("x\u2028y\u2029z\u0085\v\f!\n".encode(), ["x\u2028y\u2029z\u0085\v\f!".encode()]),
    ],
)
async def test_only_a_newline_ends_a_line(data: bytes, texts: list[bytes]) -> None:
    read = await lines_of(data)

    assert [line.text for line in read] == texts


async def test_blank_lines_count_so_that_a_number_leads_to_the_line() -> None:
    read = await lines_of(b"a\n\r\n", b"\nb")

    assert read == [JsonLine(1, 0, b"a"), JsonLine(4, 5, b"b")]


@given(
    data=st.lists(st.sampled_from([b"\n", b"\r", b" ", b"{", b"\xe2", b"\x80", b"\xa8", b"ab"])).map(b"".join),
    cuts=st.sets(st.integers(0, 40)),
)
async def test_any_chunking_gives_the_same_lines(data: bytes, cuts: set[int]) -> None:
    borders = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    chunks = [data[start:end] for start, end in pairwise(borders)]

    read = await lines_of(*chunks)

    assert read == await lines_of(data)
    assert [line.text for line in read] == [raw for piece in data.split(b"\n") if (raw := piece.strip(b" \r"))]


async def test_a_block_is_given_out_as_soon_as_its_last_line_is_whole() -> None:
    asked: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        for number, chunk in enumerate([b"a\nb", b"b\n", b"c\n"]):
            asked.append(number)
            yield chunk

    blocks = cut_blocks(chunks())

    assert await anext(blocks) == b"a\n"
    assert asked == [0]
    assert [block async for block in blocks] == [b"bb\n", b"c\n"]
