"""Find the result of one request while a results file streams by, and read it for a person."""

from decimal import Decimal
from heapq import heappushpop
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from bot.pricing.prices import Prices
from bot.results.billing import list_billed, list_gaps, price_billed
from bot.results.content import AnswerContent, decode_text, read_content
from bot.results.lines import (
    Canceled,
    Errored,
    Expired,
    LineFault,
    MessageWithContent,
    ResultLine,
    Succeeded,
    Unreadable,
    decode_line,
)
from bot.results.reader import BrokenLine, ResultReader
from bot.results.remedies import CANCELED, EXPIRED

MOST_NEAR = 3
_LEAST_LIKENESS = 3
_MAX_DETAIL = 200
_DECODER = msgspec.json.Decoder(ResultLine[MessageWithContent])


class ResultError(Struct, frozen=True):
    """Why a request errored: the API's type, message, code and request id, each empty if there is none."""

    type: str
    message: str
    code: str = ""
    request_id: str = ""


class OneResult(Struct, frozen=True):
    """The result of one request.

    `outcome`: succeeded, errored, canceled or expired. `category`: why the model refused, if the API says so. `usd` is
    None if nothing of it has a price, and a lower bound unless `is_usd_complete`.
    """

    outcome: str
    model: str = ""
    stop_reason: str | None = None
    content: AnswerContent = AnswerContent()
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal | None = None
    is_usd_complete: bool = False
    category: str = ""
    error: ResultError | None = None
    is_readable: bool = True
    """Whether the message could be read. If not, only the outcome is known."""


class _NearId(NamedTuple):
    """A custom_id that is like another one. Those that differ less in length come first among equals."""

    likeness: int
    less_length: int
    custom_id: str


class ResultFinder:
    """Look for the line of one `custom_id` in results that are fed as they arrive.

    Memory is that of `ResultReader` and a few ids: `near` has those that are most like the one looked for.
    """

    def __init__(self, custom_id: str) -> None:
        self._custom_id = custom_id
        self._reader = ResultReader(_DECODER)
        self._near = [_NearId(_LEAST_LIKENESS - 1, 0, "")] * MOST_NEAR
        self.broken = 0
        """Lines that are no results."""
        self.cut_off = False

    @property
    def lines(self) -> int:
        """The number of lines so far, blank ones not counted."""
        return self._reader.lines

    @property
    def near(self) -> tuple[str, ...]:
        """The custom_ids so far that are most like the one looked for, likest first."""
        return tuple(near.custom_id for near in sorted(self._near, reverse=True) if near.custom_id)

    def feed(self, chunk: bytes) -> bytes | None:
        """Return the line if `chunk` completes it."""
        return self._look(chunk)

    def finish(self) -> bytes | None:
        """Return the line if it is the last one and no newline ended it."""
        return self._look(None)

    def _look(self, chunk: bytes | None) -> bytes | None:
        for read in self._reader.finish() if chunk is None else self._reader.feed(chunk):
            if isinstance(read, BrokenLine):
                self.broken += 1
                self.cut_off = self.cut_off or read.fault is LineFault.CUT_OFF
                continue
            for line, raw in zip(read.parts, read.raws, strict=True):
                if line.custom_id == self._custom_id:
                    return raw
                self._compare(line.custom_id)
        return None

    def _compare(self, custom_id: str) -> None:
        likeness = measure_likeness(self._custom_id, custom_id)
        if likeness >= self._near[0].likeness and 2 * likeness >= len(self._custom_id):
            longer_by = abs(len(custom_id) - len(self._custom_id))
            heappushpop(self._near, _NearId(likeness, -longer_by, custom_id))


def measure_likeness(first: str, second: str) -> int:
    """Return how many characters two texts have in common at their start, and at their end."""
    start = _count_common(first, second)
    return start + _count_common(first[start:][::-1], second[start:][::-1])


def _count_common(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


class _Envelope(Struct):
    request_id: Raw = Raw(b"null")


class _ErroredResult(Struct):
    error: _Envelope


class _ErroredLine(Struct):
    result: _ErroredResult


class _StopDetails(Struct):
    category: Raw = Raw(b"null")


class _StoppedMessage(Struct):
    stop_details: _StopDetails | None = None


class _StoppedResult(Struct):
    message: _StoppedMessage


class _StoppedLine(Struct):
    result: _StoppedResult


def read_result(raw: bytes, prices: Prices) -> OneResult:
    """Read a line that `ResultFinder` found."""
    line = decode_line(raw, _DECODER)
    if isinstance(line, LineFault):  # never for a line that was found
        return OneResult("succeeded", is_readable=False)
    match line.result:
        case Unreadable():
            return OneResult("succeeded", is_readable=False)
        case Succeeded(message):
            return _read_message(raw, message, prices)
        case Errored(error):
            inner = error.inner
            request_id = _read_request_id(raw)
            return OneResult("errored", error=ResultError(inner.type, inner.message or "", inner.code, request_id))
        case Canceled():
            return OneResult(CANCELED)
        case Expired():
            return OneResult(EXPIRED)


def _read_message(raw: bytes, message: MessageWithContent, prices: Prices) -> OneResult:
    billed = list_billed(message, prices.find_row)
    tokens, region = billed.tokens, message.usage.inference_geo
    return OneResult(
        "succeeded",
        message.model,
        message.stop_reason,
        read_content(message.content),
        tokens.input + tokens.write_5m + tokens.write_1h + tokens.read,
        tokens.output,
        price_billed(billed, prices, prices.find_row, region),
        not list_gaps(billed, prices, prices.find_row, region),
        _read_category(raw),
    )


def _read_request_id(raw: bytes) -> str:
    try:
        request_id = msgspec.json.decode(raw, type=_ErroredLine).result.error.request_id
    except msgspec.DecodeError:
        return ""
    return (decode_text(request_id) or "")[:_MAX_DETAIL]


def _read_category(raw: bytes) -> str:
    try:
        details = msgspec.json.decode(raw, type=_StoppedLine).result.message.stop_details
    except msgspec.DecodeError:
        return ""
    return (decode_text(details.category) or "")[:_MAX_DETAIL] if details is not None else ""
