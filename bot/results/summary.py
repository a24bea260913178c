"""What came out of a batch, in numbers: nothing in it is text of a prompt or of an output, so that it may be kept."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
from msgspec import Struct

from bot.api.models import RequestCounts
from bot.errors import ExpectedError
from bot.pricing.tokens import Tokens
from bot.results.causes import Cause
from bot.results.lines import LineFault

SUMMARY_VERSION = 1


@dataclass(eq=False)
class SummaryUnreadable(ExpectedError):
    """A kept summary is of another version or damaged; reading the results again makes a new one."""

    reason: str

    def _fact(self) -> str:
        return f"the summary cannot be read: {self.reason}"


class OutcomeCounts(Struct, frozen=True):
    """Lines of the file by outcome; the four add up to the lines that are results."""

    succeeded: int
    errored: int
    canceled: int
    expired: int

    @property
    def total(self) -> int:
        """The number of lines that are results."""
        return self.succeeded + self.errored + self.canceled + self.expired

    @property
    def failed(self) -> int:
        """Those that did not succeed."""
        return self.total - self.succeeded


class CountDifference(Struct, frozen=True):
    """An outcome the batch and the file count differently."""

    outcome: str
    in_batch: int
    in_file: int


class CostSummary(Struct, frozen=True):
    """USD, exact, of all that has a known price; "at least" unless `complete`.

    What is not in `amount`: requests of `unknown_models` and in `unknown_regions`, `web_searches` (priced by the piece;
    at which rate in a batch is not documented), and `unreadable` requests whose tokens could not be read.
    """

    amount: Decimal
    unknown_models: tuple[str, ...] = ()
    unknown_regions: tuple[str, ...] = ()
    web_searches: int = 0
    unreadable: int = 0

    @property
    def complete(self) -> bool:
        """Nothing is missing from `amount`."""
        return not (self.unknown_models or self.unknown_regions or self.web_searches or self.unreadable)


class ModelUse(Struct, frozen=True):
    """Succeeded requests of one model. `cost` is USD without web searches; None where any part of it has no price.

    `partial` is then USD of the part that has one; summaries from before it was told have 0 there.
    """

    model: str
    requests: int
    tokens: Tokens
    cost: Decimal | None
    web_searches: int = 0
    partial: Decimal = Decimal(0)

    @property
    def known(self) -> Decimal:
        """USD of all that has a price."""
        return self.partial if self.cost is None else self.cost


class OutputSizes(Struct, frozen=True):
    """Output tokens a succeeded request. `median` is rounded down where it lies between two."""

    median: int
    largest: int


class BrokenLineSample(Struct, frozen=True):
    """A line that is no result, by its number in the file (from 1, blank lines counted), and why."""

    number: int
    fault: LineFault


class BrokenLines(Struct, frozen=True):
    """Lines that are no results: how many, the first few of them."""

    count: int = 0
    first: tuple[BrokenLineSample, ...] = ()
    cut_off: bool = False
    """The file ends in the middle of a line: it was not read whole, whatever the connection said."""


class StopReason(Struct, frozen=True):
    """How many succeeded requests stopped for `reason`; None where the API gave none."""

    reason: str | None
    count: int


class ResultsSummary(Struct, frozen=True):
    """A results file, read to its end.

    `lines` = `counts.total` + `broken.count`; blank lines count nowhere. `bytes_read` is after decompression.
    `duplicates` are lines whose custom_id an earlier line had; they are in every other figure as well. `other_causes`
    are failures beyond the causes kept. `causes`, `stop_reasons` and `models` are largest first.
    """

    counts: OutcomeCounts
    causes: tuple[Cause, ...]
    other_causes: int
    stop_reasons: tuple[StopReason, ...]
    models: tuple[ModelUse, ...]
    output: OutputSizes | None
    cost: CostSummary
    lines: int
    bytes_read: int
    broken: BrokenLines
    duplicates: int
    version: int = SUMMARY_VERSION

    @property
    def tokens(self) -> Tokens:
        """The tokens of all models together."""
        return sum((use.tokens for use in self.models), Tokens())

    @property
    def retryable(self) -> int:
        """Failures that may well succeed when sent again as they are."""
        return sum(cause.count for cause in self.causes if cause.retryable)

    def find_differences(self, counts: RequestCounts) -> tuple[CountDifference, ...]:
        """Where the file disagrees with what the batch says of itself; empty where they agree."""
        pairs = [("processing", counts.processing, 0)]
        for outcome in ("succeeded", "errored", "canceled", "expired"):
            pairs.append((outcome, getattr(counts, outcome), getattr(self.counts, outcome)))
        return tuple(CountDifference(*pair) for pair in pairs if pair[1] != pair[2])

    def to_json(self) -> str:
        """The summary as JSON, for `from_json`."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "ResultsSummary":
        """The summary that `to_json` wrote.

        Raises:
            SummaryUnreadable: it is of another version, or no summary.
        """
        try:
            summary = msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise SummaryUnreadable(str(error)) from None
        if summary.version != SUMMARY_VERSION:
            raise SummaryUnreadable(f"its version is {summary.version}, not {SUMMARY_VERSION}")
        return summary
