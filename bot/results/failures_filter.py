"""Only the failures of a results file: their lines byte for byte, chunk by chunk."""

from collections.abc import Iterable

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.results.lines import MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader


class FailuresFilter:
    """Passes on the lines of requests that errored, expired or were canceled, as they came.

    Lines that are no results are left out and counted in `broken`. Memory: `ResultReader`'s.
    """

    def __init__(self, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessagePart]), max_line_bytes)
        self.passed_count = 0
        self.broken_count = 0

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

    def _failures(self, reads: Iterable[ResultBlock[MessagePart] | BrokenLine]) -> list[bytes]:
        failures: list[bytes] = []
        for read in reads:
            if isinstance(read, BrokenLine):
                self.broken_count += 1
                continue
            pairs = zip(read.parts, read.raws, strict=True)
            failures += [raw for line, raw in pairs if not isinstance(line.result, Succeeded | Unreadable)]
        self.passed_count += len(failures)
        return failures
