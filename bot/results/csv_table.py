"""Convert results from JSON Lines to CSV, chunk by chunk, safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.pricing.prices import Prices
from bot.results.lines import Canceled, Errored, Expired, MessageWithText, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
from bot.results.spreadsheet import Cell, write_csv
from bot.results.summary import ResultsSummary
from bot.results.usage import count_tokens

COLUMNS = (
    "custom_id",
    "outcome",
    "error_type",
    "message",
    "model",
    "stop_reason",
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
    "thinking_tokens",
    "cost_usd",
    "text",
)
CAUSE_COLUMNS = ("count", "error_type", "error_code", "message", "remedy", "retryable", "sample_custom_ids")
_NO_MESSAGE_CELLS = ("",) * 9


class CsvConverter:
    """Convert the results that are fed into rows; the first call also returns the header.

    A line that is no result becomes a row with the outcome `unreadable`, its fault and its number. No cell
    is a formula, as `write_csv` says. An unknown cost is an empty cell. Memory is
    that of `ResultReader`.
    """

    def __init__(self, prices: Prices, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessageWithText]), max_line_bytes)
        self._prices = prices
        self._has_header = False

    @property
    def lines(self) -> int:
        """The number of lines so far, blank ones not counted."""
        return self._reader.lines

    def feed(self, chunk: bytes) -> bytes:
        """Return the rows of the lines that `chunk` completes, in UTF-8."""
        return self._convert(self._reader.feed(chunk))

    def finish(self) -> bytes:
        """Return the last row if no newline ended its line; the header if there was no line."""
        return self._convert(self._reader.finish())

    def _convert(self, reads: Iterable[ResultBlock[MessageWithText] | BrokenLine]) -> bytes:
        header = () if self._has_header else (COLUMNS,)
        self._has_header = True
        return write_csv((*header, *self._build_rows(reads)))

    def _build_rows(self, reads: Iterable[ResultBlock[MessageWithText] | BrokenLine]) -> Iterator[tuple[Cell, ...]]:
        for read in reads:
            if isinstance(read, BrokenLine):
                yield "", "unreadable", read.fault.value, f"line {read.number}", *_NO_MESSAGE_CELLS, ""
            else:
                yield from map(self._build_row, read.parts)

    def _build_row(self, line: ResultLine[MessageWithText]) -> tuple[Cell, ...]:
        match line.result:
            case Unreadable():
                return line.custom_id, "succeeded", "", "", *_NO_MESSAGE_CELLS, ""
            case Succeeded(message):
                return line.custom_id, "succeeded", "", "", *self._build_message_cells(message)
            case Errored(error):
                return line.custom_id, "errored", error.inner.type, error.inner.message or "", *_NO_MESSAGE_CELLS, ""
            case Canceled():
                return line.custom_id, "canceled", "", "", *_NO_MESSAGE_CELLS, ""
            case Expired():
                return line.custom_id, "expired", "", "", *_NO_MESSAGE_CELLS, ""

    def _build_message_cells(self, message: MessageWithText) -> tuple[Cell, ...]:
        tokens = count_tokens(message.usage)
        cost = self._prices.price_request(message.model, tokens, message.usage.inference_geo)
        return (
            message.model,
            message.stop_reason or "",
            tokens.input,
            tokens.write_5m,
            tokens.write_1h,
            tokens.read,
            tokens.output,
            tokens.thinking,
            "" if cost is None else cost,
            next((part.text for part in message.content if part.type == "text" and part.text), ""),
        )


def format_causes(summary: ResultsSummary) -> bytes:
    """Return the causes of failure as CSV, largest first."""
    rows = [
        (
            cause.count,
            cause.type,
            cause.code,
            cause.shown_message,
            cause.remedy.value,
            str(cause.retryable).lower(),
            "; ".join(cause.samples),
        )
        for cause in summary.causes
    ]
    if summary.other_causes:
        rows.append((summary.other_causes, "", "", "(further causes)", "", "", ""))
    return write_csv((CAUSE_COLUMNS, *rows))
