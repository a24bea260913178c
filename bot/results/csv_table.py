"""Results as a table: JSON Lines in, CSV (RFC 4180) out, chunk by chunk, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from bot.api.json_lines import MAX_RESULT_LINE_BYTES
from bot.pricing.prices import Prices
from bot.results.lines import Canceled, Errored, Expired, MessageWithText, ResultLine, Succeeded, Unreadable
from bot.results.reader import BrokenLine, ResultBlock, ResultReader
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
# A spreadsheet takes a cell that begins so for a formula, the full-width signs too (owasp.org, CSV Injection).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NO_MESSAGE = ("",) * 9

Cell = str | int | Decimal


class CsvConverter:
    """Turns the results it is fed into rows; the caller writes what it is given, the header first.

    A line that is no result becomes a row of the outcome `unreadable` with its number and fault. Numbers stay numbers;
    a text that would be a formula gets an apostrophe before it. An unknown cost is an empty cell.
    Memory: `ResultReader`'s.
    """

    def __init__(self, prices: Prices, *, max_line_bytes: int = MAX_RESULT_LINE_BYTES) -> None:
        self._reader = ResultReader(msgspec.json.Decoder(ResultLine[MessageWithText]), max_line_bytes)
        self._prices = prices
        self._is_begun = False

    @property
    def lines(self) -> int:
        """Lines so far, blank ones not counted."""
        return self._reader.lines

    def feed(self, chunk: bytes) -> bytes:
        """The rows of the lines that `chunk` ends, in UTF-8."""
        return self._written(self._reader.feed(chunk))

    def finish(self) -> bytes:
        """The last row, if its line came without a newline; the header, if there was nothing."""
        return self._written(self._reader.finish())

    def _written(self, reads: Iterable[ResultBlock[MessageWithText] | BrokenLine]) -> bytes:
        header = () if self._is_begun else (COLUMNS,)
        self._is_begun = True
        return _csv_bytes((*header, *self._rows(reads)))

    def _rows(self, reads: Iterable[ResultBlock[MessageWithText] | BrokenLine]) -> Iterator[tuple[Cell, ...]]:
        for read in reads:
            if isinstance(read, BrokenLine):
                yield "", "unreadable", read.fault.value, f"line {read.number}", *_NO_MESSAGE, ""
            else:
                yield from map(self._row, read.parts)

    def _row(self, line: ResultLine[MessageWithText]) -> tuple[Cell, ...]:
        match line.result:
            case Unreadable():
                return line.custom_id, "succeeded", "", "", *_NO_MESSAGE, ""
            case Succeeded(message):
                return line.custom_id, "succeeded", "", "", *self._message_cells(message)
            case Errored(error):
                return line.custom_id, "errored", error.real.type, error.real.message or "", *_NO_MESSAGE, ""
            case Canceled():
                return line.custom_id, "canceled", "", "", *_NO_MESSAGE, ""
            case Expired():
                return line.custom_id, "expired", "", "", *_NO_MESSAGE, ""

    def _message_cells(self, message: MessageWithText) -> tuple[Cell, ...]:
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
    """The causes of failure as a table, largest first."""
    rows = [
        (
            cause.count,
            cause.type,
            cause.code,
            cause.message,
            cause.remedy.value,
            str(cause.retryable).lower(),
            "; ".join(cause.samples),
        )
        for cause in summary.causes
    ]
    if summary.other_causes:
        rows.append((summary.other_causes, "", "", "(further causes)", "", "", ""))
    return _csv_bytes((CAUSE_COLUMNS, *rows))


def _csv_bytes(rows: Iterable[Iterable[Cell]]) -> bytes:
    table = io.StringIO(newline="")
    # RFC 4180: CRLF between rows, quotes doubled.
    csv.writer(table, lineterminator="\r\n").writerows(map(_cell, row) for row in rows)
    return table.getvalue().encode()


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, Decimal):
        return f"{cell:f}"  # "1E-7" is no number to every spreadsheet
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
