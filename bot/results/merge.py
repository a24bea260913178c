"""The results of a batch and of those that were made from it, as one file: a line for each `custom_id`."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import compress

import msgspec

from bot.results.lines import MessagePart, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader

_DECODER = msgspec.json.Decoder(ResultLine[MessagePart])


class ResultsMerger:
    """Picks the line of each `custom_id`: the last success, or the last outcome where nothing succeeded.

    Fed with the results of one batch after another, oldest first, it passes on the lines that are results, as they
    came; those go back to `picked` afterwards. In memory there is a number for each `custom_id`, and no results.
    """

    def __init__(self) -> None:
        self._reader = ResultReader(_DECODER)
        self._picked: dict[str, int] = {}
        self._succeeded = bytearray()  # for each line that was passed on, whether it is a success
        self.broken_count = 0
        """Lines that are no results, left out."""

    @property
    def requests(self) -> int:
        """How many requests there are, each counted once."""
        return len(self._picked)

    @property
    def succeeded(self) -> int:
        """How many of them succeeded in the end."""
        return sum(self._succeeded[line] for line in self._picked.values())

    def feed(self, chunk: bytes) -> bytes:
        """The results that `chunk` completes."""
        return b"".join(self._passed(self._reader.feed(chunk)))

    def finish(self) -> bytes:
        """The last result of one batch, with a newline; the next batch may follow."""
        rest = b"".join(self._passed(self._reader.finish()))
        self._reader = ResultReader(_DECODER)
        return rest

    def select_lines(self) -> "LineSelector":
        """What leaves of all that was passed on the picked lines alone."""
        is_picked = bytearray(len(self._succeeded))
        for line in self._picked.values():
            is_picked[line] = True
        return LineSelector(is_picked)

    def _passed(self, reads: Iterable[ResultBlock[MessagePart] | BrokenLine]) -> Iterator[bytes]:
        for read in reads:
            if isinstance(read, BrokenLine):
                self.broken_count += 1
                continue
            for part, raw in zip(read.parts, read.raws, strict=True):
                self._pick(part.custom_id, isinstance(part.result, Succeeded | Unreadable))
                yield raw if raw.endswith(b"\n") else raw + b"\n"

    def _pick(self, custom_id: str, is_success: bool) -> None:
        before = self._picked.get(custom_id)
        if before is None or is_success or not self._succeeded[before]:
            self._picked[custom_id] = len(self._succeeded)
        self._succeeded.append(is_success)


class LineSelector:
    """Leaves the picked lines of whole lines, which come in the order in which they were passed on."""

    def __init__(self, is_picked: bytearray) -> None:
        self._is_picked = is_picked
        self._before = 0

    def filter_block(self, block: bytes) -> bytes:
        """The picked ones of the next lines; `block` ends where a line ends."""
        lines = BytesIO(block).readlines()
        after = self._before + len(lines)
        wanted, self._before = self._is_picked[self._before : after], after
        return b"".join(compress(lines, wanted))
