"""The figures of a batch's results. They contain no text of a prompt or an output, so they may be stored."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from bot.api.models import RequestCounts
from bot.errors import ExpectedError
from bot.pricing.tokens import Tokens
from bot.results.causes import Cause
from bot.results.lines import LineFault

SUMMARY_VERSION = 1


@dataclass(eq=False)
class SummaryUnreadable(ExpectedError):
    """A stored summary has another version or is damaged; reading the results again makes a new one."""

    reason: str

    def _fact(self) -> str:
        return f"the summary cannot be read: {self.reason}"


class OutcomeCounts(Struct, frozen=True):
    """Lines of the file by outcome; their total is the number of lines that are results."""

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
        """The number of results that did not succeed."""
        return self.total - self.succeeded


class CountDifference(Struct, frozen=True):
    """An outcome that the batch and the file count differently."""

    outcome: str
    in_batch: int
    in_file: int


class CostSummary(Struct, frozen=True):
    """The exact cost in USD of everything with a known price; a lower bound unless `complete`.

    Missing from `amount` are tokens of `unknown_models`, in `unknown_regions`, of `unknown_classes` and of
    `unknown_iterations`, calls of `unknown_tools`, `web_searches` if they have no price, and `unreadable` requests
    whose tokens could not be read. `length_steps` requests have the lower of two prices, because results do not show
    which applies. `outdated` batches were read by a version that knew no iterations, token classes or server tools.
    """

    amount: Decimal
    unknown_models: tuple[str, ...] = ()
    unknown_regions: tuple[str, ...] = ()
    web_searches: int = 0
    unreadable: int = 0
    unknown_classes: tuple[str, ...] = ()
    unknown_iterations: tuple[str, ...] = ()
    unknown_tools: tuple[str, ...] = ()
    length_steps: int = 0
    outdated: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is missing from `amount`."""
        return not (
            self.unknown_models
            or self.unknown_regions
            or self.web_searches
            or self.unreadable
            or self.unknown_classes
            or self.unknown_iterations
            or self.unknown_tools
            or self.length_steps
            or self.outdated
        )


class _CostKeys(Struct):
    unknown_iterations: tuple[str, ...] | UnsetType = UNSET


class _KeysWithCost(Struct):
    cost: _CostKeys


def mark_outdated(cost: CostSummary, text: str) -> CostSummary:
    """Return the cost as it was stored in the JSON `text`, outdated if a version wrote it that knew no iterations.

    Versions before 0.2.0 priced only the top level of `usage`, and wrote no key for what they did not know.
    """
    keys = msgspec.json.decode(text, type=_KeysWithCost).cost
    return replace(cost, outdated=1) if keys.unknown_iterations is UNSET else cost


class ModelUse(Struct, frozen=True):
    """Succeeded requests of one model, and its tokens, also where it compacted or advised in requests of another.

    `cost` is USD, or None if any part has no price. `partial` is then USD for the part that has a price; summaries
    stored before the field existed have 0. `web_searches` have no price and are missing from both; `priced_searches`
    are included.
    """

    model: str
    requests: int
    tokens: Tokens
    cost: Decimal | None
    web_searches: int = 0
    partial: Decimal = Decimal(0)
    priced_searches: int = 0

    @property
    def known_cost(self) -> Decimal:
        """USD for everything that has a price."""
        return self.partial if self.cost is None else self.cost


class OutputSizes(Struct, frozen=True):
    """Output tokens of a succeeded request. `median` is rounded down if it lies between two sizes."""

    median: int
    largest: int


class BrokenLineSample(Struct, frozen=True):
    """A line that is no result, by its number in the file (from 1, blank lines counted), and why."""

    number: int
    fault: LineFault


class BrokenLines(Struct, frozen=True):
    """Lines that are no results: their number, and the first few of them."""

    count: int = 0
    first: tuple[BrokenLineSample, ...] = ()
    cut_off: bool = False
    """The file ends in the middle of a line, so it was not read whole, even if the connection ended normally."""


class StopReason(Struct, frozen=True):
    """The number of succeeded requests that stopped for `reason`, which is None if the API gave none.

    `samples`: some of their custom_ids, if the reason needs attention.
    """

    reason: str | None
    count: int
    samples: tuple[str, ...] = ()


class TextlessAnswers(Struct, frozen=True):
    """Succeeded requests whose answer has no text, `tool_calls` of them with a tool call; samples of the others."""

    count: int = 0
    tool_calls: int = 0
    samples: tuple[str, ...] = ()

    @property
    def empty(self) -> int:
        """The number of answers with neither."""
        return self.count - self.tool_calls


class MissingResults(Struct, frozen=True):
    """Requests that the batch counts and no line has. `first`: some of their custom_ids, if the requests are kept."""

    count: int = 0
    first: tuple[str, ...] = ()


class ResultsSummary(Struct, frozen=True):
    """A results file, read to its end.

    `lines` = `counts.total` + `broken.count`; blank lines count nowhere. `bytes_read` is after decompression.
    `duplicates` are lines whose custom_id an earlier line has; every other figure includes them. `other_causes` are
    failures beyond the causes that are kept. `causes`, `stop_reasons` and `models` are largest first. Summaries stored
    before `textless` and `missing` existed have 0 there.
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
    textless: TextlessAnswers = TextlessAnswers()
    missing: MissingResults = MissingResults()

    @property
    def tokens(self) -> Tokens:
        """The tokens of all models together."""
        return sum((use.tokens for use in self.models), Tokens())

    @property
    def retryable(self) -> int:
        """The number of failures that may succeed when sent again unchanged."""
        return sum(cause.count for cause in self.causes if cause.retryable)

    def find_differences(self, counts: RequestCounts) -> tuple[CountDifference, ...]:
        """Return where the file disagrees with the batch's own counts; empty if they agree."""
        pairs = [("processing", counts.processing, 0)]
        for outcome in ("succeeded", "errored", "canceled", "expired"):
            pairs.append((outcome, getattr(counts, outcome), getattr(self.counts, outcome)))
        return tuple(CountDifference(*pair) for pair in pairs if pair[1] != pair[2])

    def to_json(self) -> str:
        """Return the summary as JSON, for `from_json`."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "ResultsSummary":
        """Return the summary that `to_json` wrote.

        Raises:
            SummaryUnreadable: the text has another version, or is no summary.
        """
        try:
            summary = msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise SummaryUnreadable(str(error)) from None
        if summary.version != SUMMARY_VERSION:
            raise SummaryUnreadable(f"its version is {summary.version}, not {SUMMARY_VERSION}")
        return replace(summary, cost=mark_outdated(summary.cost, text))
