"""Convert results from JSON Lines to CSV, chunk by chunk, safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.pricing.prices import Prices
from bot.results.billing import list_billed, list_gaps, price_billed
from bot.results.content import AnswerContent, read_content
from bot.results.lines import Canceled, Errored, Expired, MessageWithContent, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
from bot.results.spreadsheet import Cell, write_csv
from bot.results.summary import ResultsSummary

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
    "cost_left_out",
    "text",
    "tool_calls",
    "left_out",
)
CAUSE_COLUMNS = ("count", "error_type", "error_code", "message", "remedy", "retryable", "sample_custom_ids")
_NO_MESSAGE_CELLS = ("",) * 13


class CsvConverter:
    """Convert the results that are fed into rows; the first call also returns the header.

    A line that is no result becomes a row with the outcome `unreadable`, its fault and its number. No cell is
    a formula, as `write_csv` says. Tokens and cost are those of everything that is billed for a request. An unknown
    cost is an empty cell; `cost_left_out` names what is missing from a cost. `text` is all text of an answer,
    `tool_calls` its tool calls as JSON, and `left_out` names the other blocks. Memory is that of `ResultReader`.
    """

    def __init__(self, prices: Prices, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessageWithContent]), max_line_bytes)
        self._prices = prices
        self._find_row = lru_cache(maxsize=256)(prices.find_row)
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

    def _convert(self, reads: Iterable[ResultBlock[MessageWithContent] | BrokenLine]) -> bytes:
        header = () if self._has_header else (COLUMNS,)
        self._has_header = True
        return write_csv((*header, *self._build_rows(reads)))

    def _build_rows(self, reads: Iterable[ResultBlock[MessageWithContent] | BrokenLine]) -> Iterator[tuple[Cell, ...]]:
        for read in reads:
            if isinstance(read, BrokenLine):
                yield "", "unreadable", read.fault.value, f"line {read.number}", *_NO_MESSAGE_CELLS
            else:
                yield from map(self._build_row, read.parts)

    def _build_row(self, line: ResultLine[MessageWithContent]) -> tuple[Cell, ...]:
        match line.result:
            case Unreadable():
                return line.custom_id, "succeeded", "", "", *_NO_MESSAGE_CELLS
            case Succeeded(message):
                return line.custom_id, "succeeded", "", "", *self._build_message_cells(message)
            case Errored(error):
                return line.custom_id, "errored", error.inner.type, error.inner.message or "", *_NO_MESSAGE_CELLS
            case Canceled():
                return line.custom_id, "canceled", "", "", *_NO_MESSAGE_CELLS
            case Expired():
                return line.custom_id, "expired", "", "", *_NO_MESSAGE_CELLS

    def _build_message_cells(self, message: MessageWithContent) -> tuple[Cell, ...]:
        billed = list_billed(message, self._find_row)
        region = message.usage.inference_geo
        cost = price_billed(billed, self._prices, self._find_row, region)
        tokens = billed.tokens
        content = read_content(message.content)
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
            "; ".join(list_gaps(billed, self._prices, self._find_row, region)),
            content.text,
            _format_calls(content),
            format_left_out(content.left_out),
        )


def _format_calls(content: AnswerContent) -> str:
    """Return the tool calls as a JSON array, each with its input as the API wrote it."""
    return msgspec.json.encode(content.tool_calls).decode("utf-8", "replace") if content.tool_calls else ""


def format_left_out(left_out: Mapping[str, int]) -> str:
    """Return `thinking; server_tool_use x2`."""
    return "; ".join(kind if count == 1 else f"{kind} x{count}" for kind, count in left_out.items())


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
