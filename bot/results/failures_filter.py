"""Filter the failures of a results file, chunk by chunk; their lines stay byte for byte the same."""

from collections.abc import Iterable

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.results.lines import MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader


class FailuresFilter:
    """Keep the lines of requests that errored, expired or were canceled, unchanged.

    Lines that are no results are left out and counted in `broken_count`. Memory is that of `ResultReader`.
    """

    def __init__(self, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessagePart]), max_line_bytes)
        self.passed_count = 0
        self.broken_count = 0

    @property
    def lines(self) -> int:
        """The number of lines so far, blank ones not counted."""
        return self._reader.lines

    def feed(self, chunk: bytes) -> bytes:
        """Return the failures among the lines that `chunk` completes."""
        return b"".join(self._filter(self._reader.feed(chunk)))

    def finish(self) -> bytes:
        """Return the last line if it is a failure and no newline ended it."""
        return b"".join(self._filter(self._reader.finish()))

    def _filter(self, reads: Iterable[ResultBlock[MessagePart] | BrokenLine]) -> list[bytes]:
        failures: list[bytes] = []
        for read in reads:
            if isinstance(read, BrokenLine):
                self.broken_count += 1
                continue
            pairs = zip(read.parts, read.raws, strict=True)
            failures += [raw for line, raw in pairs if not isinstance(line.result, Succeeded | Unreadable)]
        self.passed_count += len(failures)
        return failures
