r"""Chunks of bytes in, decoded result lines out: cut at b"\n" alone, whatever the chunks, in bounded memory."""

from collections.abc import Iterator
from io import BytesIO
from typing import Generic, NamedTuple

import msgspec

from bot.results.lines import NOT_JSON, LineFault, MessageT, ResultLine, decode_line

MAX_RESULT_LINE_BYTES = 16 * 1024 * 1024
"""Bytes. The longest output the API gives (300,000 tokens) makes a tenth of it."""

_PIECE = 256 * 1024
_BLANKS = b" \t\r\n"


class BrokenLine(NamedTuple):
    """A line that is no result: its number, from 1 and with blank lines counted, and why."""

    number: int
    fault: LineFault


class ResultBlock(NamedTuple, Generic[MessageT]):
    """Lines that follow each other: decoded, and as they came, newline included."""

    parts: list[ResultLine[MessageT]]
    raws: list[bytes]


class ResultReader(Generic[MessageT]):
    """Decodes the lines of a stream, which the caller feeds chunk by chunk and finishes.

    Whatever the chunks, the lines are the same. Holds no more than a chunk and `longest` bytes of a line that goes on;
    a longer one is dropped as it arrives and told as broken. `lines` counts the lines that are not blank, the broken
    ones too.
    """

    def __init__(
        self, decoder: "msgspec.json.Decoder[ResultLine[MessageT]]", longest: int = MAX_RESULT_LINE_BYTES
    ) -> None:
        self._decoder, self._longest, self._piece = decoder, longest, min(_PIECE, longest)
        self._carried = bytearray()
        self._carried_size = 0  # of the line that goes on, also when its bytes were dropped
        self._number = 0  # of the last line that has ended
        self.lines = 0
        self.bytes_read = 0

    def feed(self, chunk: bytes) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """What `chunk` completes, in order."""
        self.bytes_read += len(chunk)
        for start in range(0, len(chunk), self._piece):
            # Four times as quick as split, and like it ends a line at b"\n" alone.
            raws = BytesIO(chunk[start : start + self._piece]).readlines()
            rest = b"" if raws[-1].endswith(b"\n") else raws.pop()
            if raws:
                yield from self._completed(raws)
            if rest:
                self._carry(rest)

    def finish(self) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """The last line, if it came without a newline; one that is not whole is told as cut off."""
        if self._carried_size:
            for read in self._completed([b""]):
                cut = isinstance(read, BrokenLine) and read.fault is LineFault.NOT_JSON
                yield BrokenLine(self._number, LineFault.CUT_OFF) if cut else read

    def _carry(self, rest: bytes) -> None:
        self._carried_size += len(rest)
        if self._carried_size > self._longest:
            self._carried = bytearray()
        else:
            self._carried += rest

    def _completed(self, raws: list[bytes]) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """What whole lines hold; what was carried is the beginning of the first."""
        too_long = self._carried_size + len(raws[0].removesuffix(b"\n")) > self._longest
        if too_long:
            self._number, self.lines = self._number + 1, self.lines + 1
            yield BrokenLine(self._number, LineFault.TOO_LONG)
            raws = raws[1:]
        elif self._carried_size:
            raws[0] = bytes(self._carried + raws[0])
        if self._carried_size:
            self._carried, self._carried_size = bytearray(), 0
        if raws:
            yield from self._decoded(raws)

    def _decoded(self, raws: list[bytes]) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """All at once where all are well: one by one only where one is not, or is blank."""
        try:
            parts = list(map(self._decoder.decode, raws))
        except NOT_JSON:
            yield from map(self._one, filter(self._counted, raws))
            return
        self._number, self.lines = self._number + len(raws), self.lines + len(raws)
        yield ResultBlock(parts, raws)

    def _counted(self, raw: bytes) -> bool:
        """Count a line; whether it is one to read, which a blank one is not."""
        self._number += 1
        is_blank = not raw.strip(_BLANKS)
        self.lines += not is_blank
        return not is_blank

    def _one(self, raw: bytes) -> ResultBlock[MessageT] | BrokenLine:
        line = decode_line(raw, self._decoder)
        return BrokenLine(self._number, line) if isinstance(line, LineFault) else ResultBlock([line], [raw])
