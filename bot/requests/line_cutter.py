r"""Cutting a stream at b"\n" in bounded memory: a line that is too long is told of, and not kept."""

from collections.abc import Iterator
from typing import NamedTuple

_BLANKS = b" \t\r"


class WholeLine(NamedTuple):
    """A line that is not blank: its number from 1, its text without blanks and CR around it, if a newline ended it."""

    number: int
    text: bytes
    ended: bool = True


class LongLine(NamedTuple):
    """A line of more than the allowed bytes: its number, how many bytes it had, and how it began."""

    number: int
    size: int
    opening: bytes


class LineCutter:
    """Cuts what is fed to it into lines of at most `longest` bytes; blank lines are left out, but counted."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._carried = bytearray()
        self._size = 0  # of the line that goes on, also when its bytes were dropped
        self._number = 0  # of the last line that has ended

    def feed(self, chunk: bytes) -> Iterator[WholeLine | LongLine]:
        """The lines that `chunk` completes."""
        first, *following = chunk.split(b"\n")
        self._carry(first)
        for raw in following:
            yield from self._ended()
            self._carry(raw)

    def finish(self) -> Iterator[WholeLine | LongLine]:
        """The last line, if no newline ended it."""
        for line in self._ended():
            yield line._replace(ended=False) if isinstance(line, WholeLine) else line

    def _carry(self, raw: bytes) -> None:
        self._size += len(raw)
        if self._size <= self._longest:
            self._carried += raw
        else:
            del self._carried[80:]

    def _ended(self) -> Iterator[WholeLine | LongLine]:
        self._number += 1
        if self._size > self._longest:
            yield LongLine(self._number, self._size, bytes(self._carried))
        elif text := bytes(self._carried).strip(_BLANKS):
            yield WholeLine(self._number, text)
        self._carried.clear()
        self._size = 0
