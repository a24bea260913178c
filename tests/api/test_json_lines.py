"""Where lines end, however the bytes arrive."""

import tracemalloc
from collections.abc import AsyncIterator, Iterable
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.errors import ResultsBroken
from bot.api.json_lines import MAX_RESULT_LINE_BYTES, LineCutter, LongLine, NumberedLine, read_result_lines

DATA = st.lists(
    st.sampled_from([b"\n", b"\r", b" ", b"{", b"\xe2", b"\x80", b"\xa8", b"ab", b"x" * 9]), max_size=8
).map(b"".join)
CUTS = st.sets(st.integers(0, 40))


async def arrive(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def lines_of(*chunks: bytes) -> list[NumberedLine]:
    return [line async for line in read_result_lines(arrive(chunks))]


def chunks_of(data: bytes, cuts: set[int]) -> list[bytes]:
    borders = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(borders)]


def cut(chunks: Iterable[bytes], max_line_bytes: int) -> list[bytes | LongLine]:
    cutter = LineCutter(max_line_bytes)
    groups = [group for chunk in chunks for group in cutter.feed(chunk)] + list(cutter.finish())
    return [line for group in groups for line in ([group] if isinstance(group, LongLine) else group)]


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

    assert read == [NumberedLine(1, 0, b"a"), NumberedLine(4, 5, b"b")]


@given(data=DATA, cuts=CUTS)
async def test_any_chunking_gives_the_same_lines(data: bytes, cuts: set[int]) -> None:
    read = await lines_of(*chunks_of(data, cuts))

    assert read == await lines_of(data)
    assert [line.text for line in read] == [raw for piece in data.split(b"\n") if (raw := piece.strip(b" \r"))]


@given(data=DATA, cuts=CUTS, max_line_bytes=st.integers(1, 20))
def test_lines_come_whole_or_as_too_long_whatever_the_chunks(data: bytes, cuts: set[int], max_line_bytes: int) -> None:
    lines = cut(chunks_of(data, cuts), max_line_bytes)

    ended = [line + b"\n" for line in data.split(b"\n")]
    expected = [*ended[:-1], ended[-1].removesuffix(b"\n")] if ended[-1] != b"\n" else ended[:-1]
    assert lines == [
        LongLine(len(text), text) if len(text := line.removesuffix(b"\n")) > max_line_bytes else line
        for line in expected
    ]


def test_a_long_line_is_named_by_its_size_and_how_it_begins() -> None:
    assert cut([b"a" * 50, b"b" * 100, b"c\nd"], 100) == [LongLine(151, b"a" * 50 + b"b" * 30), b"d"]


async def test_a_line_is_yielded_as_soon_as_it_is_whole() -> None:
    asked: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        for number, chunk in enumerate([b"a\nb", b"b\n", b"c\n"]):
            asked.append(number)
            yield chunk

    lines = read_result_lines(chunks())

    assert (await anext(lines)).text == b"a"
    assert asked == [0]
    assert [line.text async for line in lines] == [b"bb", b"c"]


async def test_a_result_of_too_many_bytes_breaks_the_results_in_bounded_memory() -> None:
    long = (b"x" * 65_536 for _ in range(800))
    tracemalloc.start()

    with pytest.raises(ResultsBroken, match="line 2 is longer") as caught:
        _ = [line async for line in read_result_lines(arrive(chain([b"a\n"], long, [b"\nb\n"])))]

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (caught.value.lines_read, caught.value.bytes_read) == (1, 2)
    assert peak < 3 * MAX_RESULT_LINE_BYTES
