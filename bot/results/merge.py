"""Merge the results of a batch and of the batches made from it: one line for each `custom_id`."""

from collections.abc import Iterable, Iterator
from itertools import compress

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES, LineCutter, LongLine
from bot.results.lines import MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader

_DECODER = msgspec.json.Decoder(ResultLine[MessagePart])


class ResultsMerger:
    """Choose the line of each `custom_id`: its last success, or its last outcome if it never succeeded.

    The results of one batch after another are fed, oldest first; the lines that are results are returned unchanged.
    The caller stores those and passes them to `select_lines` afterwards. Memory holds a number for each `custom_id`,
    and no results.
    """

    def __init__(self) -> None:
        self._reader = ResultReader(_DECODER)
        self._line_of_id: dict[str, int] = {}  # the chosen line, counted from 0 over all lines returned
        self._succeeded = bytearray()  # for each line returned, whether it is a success
        self.broken_count = 0
        """Lines left out because they are no results."""

    @property
    def requests(self) -> int:
        """The number of requests, each counted once."""
        return len(self._line_of_id)

    @property
    def succeeded(self) -> int:
        """The number of requests that succeeded in the end."""
        return sum(self._succeeded[line] for line in self._line_of_id.values())

    def feed(self, chunk: bytes) -> bytes:
        """Return the results that `chunk` completes, each with a newline."""
        return b"".join(self._take(self._reader.feed(chunk)))

    def finish(self) -> bytes:
        """Return the last result of one batch, with a newline; the next batch may follow."""
        rest = b"".join(self._take(self._reader.finish()))
        self._reader = ResultReader(_DECODER)
        return rest

    def select_lines(self) -> "LineSelector":
        """Return a filter that keeps the chosen lines of everything that was returned."""
        is_chosen = bytearray(len(self._succeeded))
        for line in self._line_of_id.values():
            is_chosen[line] = True
        return LineSelector(is_chosen)

    def _take(self, reads: Iterable[ResultBlock[MessagePart] | BrokenLine]) -> Iterator[bytes]:
        for read in reads:
            if isinstance(read, BrokenLine):
                self.broken_count += 1
                continue
            for part, raw in zip(read.parts, read.raws, strict=True):
                self._choose(part.custom_id, isinstance(part.result, Succeeded | Unreadable))
                yield raw if raw.endswith(b"\n") else raw + b"\n"

    def _choose(self, custom_id: str, is_success: bool) -> None:
        earlier = self._line_of_id.get(custom_id)
        if earlier is None or is_success or not self._succeeded[earlier]:
            self._line_of_id[custom_id] = len(self._succeeded)
        self._succeeded.append(is_success)


class LineSelector:
    """Keep the chosen lines of a stream whose every line ends in a newline; `is_chosen` has a byte for each line."""

    def __init__(self, is_chosen: bytearray) -> None:
        self._is_chosen = is_chosen
        self._cutter = LineCutter(MAX_RESULT_LINE_BYTES)
        self._next = 0

    def feed(self, chunk: bytes) -> bytes:
        """Return the chosen ones among the lines that `chunk` completes."""
        return b"".join(self._select(chunk))

    def _select(self, chunk: bytes) -> Iterator[bytes]:
        for lines in self._cutter.feed(chunk):
            if isinstance(lines, LongLine):  # no merger returns one, but its place would count
                self._next += 1
                continue
            yield from compress(lines, self._is_chosen[self._next : self._next + len(lines)])
            self._next += len(lines)
