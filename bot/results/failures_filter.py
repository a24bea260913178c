"""Only the failures of a results file: their lines byte for byte, chunk by chunk."""

from collections.abc import Iterable

import msgspec

from bot.results.lines import MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import LONGEST_LINE, Block, BrokenLine, LineReader


class FailuresFilter:
    """Passes on the lines of requests that errored, expired or were canceled, as they came.

    Lines that are no results are left out and counted in `broken`. Memory: `LineReader`'s.
    """

    def __init__(self, *, longest_line: int = LONGEST_LINE) -> None:
        self._reader = LineReader(msgspec.json.Decoder(ResultLine[MessagePart]), longest_line)
        self.passed = 0
        self.broken = 0

    @property
    def lines(self) -> int:
        """Lines read so far, blank ones not counted."""
        return self._reader.lines

    def feed(self, chunk: bytes) -> bytes:
        """The failures among the lines that `chunk` ends."""
        return b"".join(self._failures(self._reader.feed(chunk)))

    def finish(self) -> bytes:
        """The last line, if it is a failure and came without a newline."""
        return b"".join(self._failures(self._reader.finish()))

    def _failures(self, reads: Iterable[Block[MessagePart] | BrokenLine]) -> list[bytes]:
        failures: list[bytes] = []
        for read in reads:
            if isinstance(read, BrokenLine):
                self.broken += 1
                continue
            pairs = zip(read.parts, read.raws, strict=True)
            failures += [raw for line, raw in pairs if not isinstance(line.result, Succeeded | Unreadable)]
        self.passed += len(failures)
        return failures
