"""Summarize a results file while it streams by, in memory that does not grow with it."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.pricing.prices import Prices
from bot.results.causes import MAX_CAUSES, CauseTally
from bot.results.content import QUOTE, THOUGHT, TextDetector
from bot.results.duplicates import DuplicateCounter
from bot.results.lines import (
    Canceled,
    Errored,
    Expired,
    LineFault,
    MessagePart,
    ResultLine,
    Succeeded,
    Unreadable,
)
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
from bot.results.stops import AnswerTally
from bot.results.summary import BrokenLines, BrokenLineSample, OutcomeCounts, ResultsSummary
from bot.results.usage import UsageTally

MAX_BROKEN_SAMPLES = 5
# Lines are counted in groups, because each step is faster for many lines than for one.
_GROUP_SIZE = 200
_GROUP_BYTES = 1024 * 1024
"""Bytes after which lines are counted, however few, because a line may hold many objects."""


class ResultsSummarizer:
    """Summarize the chunks that are fed (`BatchesClient.result_bytes`); a chunk takes about a millisecond.

    The same bytes give the same summary, however they are chunked. Strings that a summary does not need are skipped,
    even if they are not UTF-8. `lines` and `bytes_read` report the progress.
    """

    def __init__(
        self, prices: Prices, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES, max_causes: int = MAX_CAUSES
    ) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessagePart]), max_line_bytes)
        self._usage = UsageTally(prices)
        self._causes = CauseTally(max_causes)
        self._answers = AnswerTally()
        self._texts = TextDetector()
        self._custom_ids = DuplicateCounter()
        self._pending: list[ResultLine[MessagePart]] = []
        self._messages: list[MessagePart] = []  # of the answers among them
        self._counted_bytes = 0  # how far the lines are counted that were pending
        self._broken: list[BrokenLineSample] = []
        self._broken_count = 0
        self._cut_off = False
        self._succeeded = self._errored = self._canceled = self._expired = self._unreadable = 0

    @property
    def lines(self) -> int:
        """The number of lines so far, blank ones not counted."""
        return self._reader.lines

    @property
    def bytes_read(self) -> int:
        """The number of bytes so far, after decompression."""
        return self._reader.bytes_read

    def feed(self, chunk: bytes) -> None:
        """Add the next chunk."""
        for read in self._reader.feed(chunk):
            self._take(read)

    def finish_in_steps(self) -> Iterator[None]:
        """Prepare for `finish` in steps of 0.1 ms, between which other tasks can run; feed nothing afterwards."""
        self._take_rest()
        yield from self._custom_ids.count_in_steps()

    def finish(self) -> ResultsSummary:
        """Return the summary; call it once, when the stream has come to its end."""
        self._take_rest()
        return ResultsSummary(
            counts=OutcomeCounts(self._succeeded, self._errored, self._canceled, self._expired),
            causes=self._causes.list_causes(),
            other_causes=self._causes.other_count,
            stop_reasons=self._answers.list_stop_reasons(),
            models=self._usage.list_models(),
            output=self._usage.measure_outputs(),
            cost=self._usage.sum_cost(self._unreadable),
            lines=self._reader.lines,
            bytes_read=self._reader.bytes_read,
            broken=BrokenLines(self._broken_count, tuple(self._broken), self._cut_off),
            duplicates=self._custom_ids.count(),
            textless=self._answers.count_textless(),
        )

    def find_absent(self, custom_ids: Iterable[str]) -> list[str]:
        """Return those of `custom_ids` that no line has. It takes some milliseconds: run it in a thread."""
        return self._custom_ids.find_absent(custom_ids)

    def _take_rest(self) -> None:
        for read in self._reader.finish():
            self._take(read)
        if self._pending:
            self._count_pending()

    def _take(self, read: ResultBlock[MessagePart] | BrokenLine) -> None:
        if isinstance(read, BrokenLine):
            self._count_broken(read)
            return
        add_message = self._messages.append
        texts = self._texts
        opening, length, offset = texts.opening, len(texts.opening), texts.offset
        block, block_length, thought_length = texts.block, len(texts.block), len(THOUGHT)
        # Every line of a file passes here, so as little as possible is called for it.
        for line, raw in zip(read.parts, read.raws, strict=True):
            if type(result := line.result) is not Succeeded:
                self._count_other(line)
                continue
            add_message(message := result.message)
            at = offset + len(line.custom_id) + len(message.model)
            if raw.startswith(opening, at):
                if raw[at + length] != QUOTE:
                    continue
            elif raw.startswith(THOUGHT, at):
                after = raw.find(b"{", at + thought_length)
                if raw.startswith(block, after) and raw[after + block_length] != QUOTE:
                    continue
            if not texts.has_text(raw, at - offset):
                self._answers.add_textless(line.custom_id, message.stop_reason)
        self._pending += read.parts
        if len(self._pending) >= _GROUP_SIZE or self._reader.bytes_read - self._counted_bytes >= _GROUP_BYTES:
            self._count_pending()

    def _count_pending(self) -> None:
        lines, messages = self._pending, self._messages
        self._pending, self._messages = [], []
        self._counted_bytes = self._reader.bytes_read
        self._custom_ids.add_all([line.custom_id for line in lines])
        self._succeeded += len(messages)
        self._usage.add_all(messages)
        if self._answers.count_stops(messages):
            self._answers.add_samples(lines)

    def _count_other(self, line: ResultLine[MessagePart]) -> None:
        match line.result:
            case Errored():
                self._errored += 1
                self._causes.add_error(line.result.error, line.custom_id)
            case Unreadable():
                self._succeeded += 1
                self._unreadable += 1
            case Canceled():
                self._canceled += 1
                self._causes.add_canceled(line.custom_id)
            case Expired():
                self._expired += 1
                self._causes.add_expired(line.custom_id)

    def _count_broken(self, line: BrokenLine) -> None:
        self._broken_count += 1
        self._cut_off = self._cut_off or line.fault is LineFault.CUT_OFF
        if len(self._broken) < MAX_BROKEN_SAMPLES:
            self._broken.append(BrokenLineSample(line.number, line.fault))
