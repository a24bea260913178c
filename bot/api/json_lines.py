r"""Cut a stream of bytes into lines at b"\n" alone.

U+2028, U+2029 and U+0085 may appear unescaped inside a JSON string (RFC 8259), so they must not end a line.
"""

import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from io import BytesIO
from typing import NamedTuple

from bot.api.errors import ResultsBroken

MAX_RESULT_LINE_BYTES = 16 * 1024 * 1024
"""An own limit. The longest output the API gives (300,000 tokens) takes a tenth of it."""

BLANKS = b" \t\r\n"
"""What is stripped from both ends of a line; a line of nothing else is blank."""

_PIECE = 256 * 1024
_OPENING_BYTES = 80


STRING = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL
)  # an unfinished one too, else quotes take quadratic time
"""A JSON string."""


class LongLine(NamedTuple):
    """A line of more bytes than allowed: its size without the newline, and how it begins (at most 80 bytes)."""

    size: int
    opening: bytes


def has_more_values(text: bytes, most: int) -> bool:
    """Return whether JSON has more values than `most`, counted by commas and opening brackets outside of strings."""
    if len(text) <= most:
        return False
    if _count_marks(text, 0, len(text)) <= most and text.count(b'"') <= 4 * most:
        return False
    marks = end = 0
    for strings, found in enumerate(STRING.finditer(text)):
        marks += _count_marks(text, end, found.start())
        end = found.end()
        if marks > most or strings > 2 * most:  # JSON has at most two strings for each mark
            return True
    return marks + _count_marks(text, end, len(text)) > most


def _count_marks(text: bytes, start: int, end: int) -> int:
    return text.count(b",", start, end) + text.count(b"[", start, end) + text.count(b"{", start, end)


class LineCutter:
    r"""Cut the chunks of a stream into lines of at most `max_line_bytes`, the b"\n" not counted.

    The same bytes give the same lines, however they are chunked. Memory holds one chunk and one line at most: a line
    that is too long is dropped while it arrives.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self._max_line_bytes = max_line_bytes
        self._piece = min(_PIECE, max_line_bytes)  # so only a line that began in an earlier piece can be too long
        self._carried = bytearray()
        self._carried_size = 0  # of the unfinished line, dropped bytes included

    def feed(self, chunk: bytes) -> Iterator[list[bytes] | LongLine]:
        """Yield what `chunk` completes, in order: whole lines in groups, each with its newline, and long lines."""
        for start in range(0, len(chunk), self._piece):
            # Four times as fast as bytes.split, and unlike splitlines it ends a line at b"\n" alone.
            lines = BytesIO(chunk[start : start + self._piece]).readlines()
            unfinished = b"" if lines[-1].endswith(b"\n") else lines.pop()
            if lines:
                yield from self._complete(lines)
            if unfinished:
                self._carry(unfinished)

    def finish(self) -> Iterator[list[bytes] | LongLine]:
        """Yield the last line if no newline ended it."""
        if self._carried_size:
            yield from self._complete([b""])

    def _carry(self, unfinished: bytes) -> None:
        self._carried_size += len(unfinished)
        if self._carried_size > self._max_line_bytes:
            self._carried += unfinished[:_OPENING_BYTES]
            del self._carried[_OPENING_BYTES:]
        else:
            self._carried += unfinished

    def _complete(self, lines: list[bytes]) -> Iterator[list[bytes] | LongLine]:
        """Yield lines that have ended; the carried bytes are the beginning of the first."""
        if self._carried_size:
            size = self._carried_size + len(lines[0].removesuffix(b"\n"))
            self._carried += lines[0]
            self._carried_size = 0
            if size > self._max_line_bytes:
                opening = bytes(self._carried[:_OPENING_BYTES]).removesuffix(b"\n")
                lines = lines[1:]
                self._carried = bytearray()
                yield LongLine(size, opening)
            else:
                lines[0] = bytes(self._carried)
                self._carried = bytearray()
        if lines:
            yield lines


class NumberedLine(NamedTuple):
    """A line that is not blank: its number from 1, the byte it starts at, and its text without surrounding blanks."""

    number: int
    start: int
    text: bytes


async def read_result_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[NumberedLine]:
    """Yield the lines of a results file that are not blank; blank ones count in the numbers.

    Raises:
        ResultsBroken: a line is longer than `MAX_RESULT_LINE_BYTES`.
    """
    cutter = LineCutter(MAX_RESULT_LINE_BYTES)
    number = 0
    start = 0
    async for group in _cut(chunks, cutter):
        if isinstance(group, LongLine):
            raise ResultsBroken(number, start, f"line {number + 1} is longer than {MAX_RESULT_LINE_BYTES} bytes")
        for line in group:
            number += 1
            if text := line.strip(BLANKS):
                yield NumberedLine(number, start, text)
            start += len(line)


async def _cut(chunks: AsyncIterable[bytes], cutter: LineCutter) -> AsyncIterator[list[bytes] | LongLine]:
    async for chunk in chunks:
        for group in cutter.feed(chunk):
            yield group
    for group in cutter.finish():
        yield group
