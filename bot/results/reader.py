"""Decode the lines of a results file while it arrives, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple

import msgspec

from bot.api.json_lines import BLANKS, MAX_RESULT_LINE_BYTES, LineCutter, LongLine
from bot.results.lines import NOT_JSON, LineFault, MessageT, ResultLine, decode_line, decode_outcome, is_too_intricate


class BrokenLine(NamedTuple):
    """A line that is no result: its number, from 1 and with blank lines counted, and why."""

    number: int
    fault: LineFault


class ResultBlock(NamedTuple, Generic[MessageT]):
    """Consecutive lines: decoded, and as they came, newline included."""

    parts: list[ResultLine[MessageT]]
    raws: list[bytes]


class ResultReader(Generic[MessageT]):
    """Decode the results that the caller feeds chunk by chunk and then finishes.

    The same bytes give the same lines, however they are chunked. Memory is that of `LineCutter`; a line that is too
    long is reported as broken. `lines` counts the lines that are not blank, the broken ones included; `bytes_read`
    counts bytes after decompression.
    """

    def __init__(
        self,
        decoder: "msgspec.json.Decoder[ResultLine[MessageT]]",
        max_line_bytes: int = MAX_RESULT_LINE_BYTES,
    ) -> None:
        self._decoder = decoder
        self._cutter = LineCutter(max_line_bytes)
        self._number = 0  # of the last line that has ended
        self.lines = 0
        self.bytes_read = 0

    def feed(self, chunk: bytes) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """Yield what `chunk` completes, in order."""
        self.bytes_read += len(chunk)
        return self._decode_all(self._cutter.feed(chunk))

    def finish(self) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """Yield the last line if no newline ended it; one that is not whole is reported as cut off."""
        for read in self._decode_all(self._cutter.finish()):
            is_cut = isinstance(read, BrokenLine) and read.fault is LineFault.NOT_JSON
            yield BrokenLine(self._number, LineFault.CUT_OFF) if is_cut else read

    def _decode_all(self, cut: Iterable[list[bytes] | LongLine]) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        for raws in cut:
            if isinstance(raws, LongLine):
                self._number += 1
                self.lines += 1
                yield BrokenLine(self._number, LineFault.TOO_LONG)
            else:
                yield from self._decode(raws)

    def _decode(self, raws: list[bytes]) -> Iterator[ResultBlock[MessageT] | BrokenLine]:
        """Decode lines together if all are sound, because that is faster; one by one only if one is broken or blank.

        Only the first can be long: the others fit a piece of the stream.
        """
        if is_too_intricate(raws[0]):
            yield from map(self._decode_outcome, filter(self._count, raws[:1]))
            raws = raws[1:]
        try:
            parts = list(map(self._decoder.decode, raws))
        except NOT_JSON:
            parts = []
        if not parts:
            yield from map(self._decode_one, filter(self._count, raws))
            return
        self._number += len(raws)
        self.lines += len(raws)
        yield ResultBlock(parts, raws)

    def _count(self, raw: bytes) -> bool:
        """Count a line; return whether it is not blank."""
        self._number += 1
        has_text = bool(raw.strip(BLANKS))
        self.lines += has_text
        return has_text

    def _decode_one(self, raw: bytes) -> ResultBlock[MessageT] | BrokenLine:
        return self._number_line(raw, decode_line(raw, self._decoder))

    def _decode_outcome(self, raw: bytes) -> ResultBlock[MessageT] | BrokenLine:
        return self._number_line(raw, decode_outcome(raw))

    def _number_line(self, raw: bytes, line: ResultLine[MessageT] | LineFault) -> ResultBlock[MessageT] | BrokenLine:
        return BrokenLine(self._number, line) if isinstance(line, LineFault) else ResultBlock([line], [raw])
