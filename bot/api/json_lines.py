r"""Cutting a stream of bytes into lines at b"\n" alone: U+2028, U+2029 and U+0085 are legal inside a JSON string."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple

_BLANKS = b" \t\r"


class JsonLine(NamedTuple):
    """A line that is not blank: its number from 1, the byte it starts at, its text without blanks and CR around it."""

    number: int
    start: int
    text: bytes


async def cut_blocks(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces that end where a line ends; only the last one may end without a newline.

    Holds no more than one chunk and the longest line.
    """
    carried = bytearray()
    async for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end == 0:
            carried += chunk
            continue
        yield bytes(carried) + chunk[:end]
        carried = bytearray(chunk[end:])
    if carried:
        yield bytes(carried)


async def read_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[JsonLine]:
    """Each line that is not blank; blank ones count in the numbers. The last line needs no newline."""
    number, start = 0, 0
    async for block in cut_blocks(chunks):
        for raw in block.removesuffix(b"\n").split(b"\n"):
            number += 1
            if text := raw.strip(_BLANKS):
                yield JsonLine(number, start, text)
            start += len(raw) + 1
