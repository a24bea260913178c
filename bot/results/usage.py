"""Adding up what succeeded requests used: whole numbers while reading, money once at the end."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from bot.pricing.prices import ModelPrice, Prices
from bot.pricing.tokens import Tokens
from bot.results.lines import MessagePart, UsagePart
from bot.results.summary import CostSummary, ModelUse, OutputSizes, StopReason

MAX_GROUPS = 2_000


class UsageGroup(NamedTuple):
    """What makes requests priced alike, but for the length of their prompts."""

    model: str
    region: str | None


_REST = UsageGroup("", None)
"""Where what exceeds `MAX_GROUPS` goes: a model without a name has no price, so the cost is incomplete."""


@dataclass(slots=True)
class _Sums:
    price: ModelPrice | None
    long: "_Sums | None" = None  # of the requests whose prompt is priced as long, where the model has such a price
    requests: int = 0
    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0
    web_searches: int = 0

    def add(self, usages: list[UsagePart]) -> None:
        """Add up requests. Every line of a file passes here, so that sums are local while they grow."""
        if self.long is not None and self.price is not None:
            by_length: dict[bool, list[UsagePart]] = {True: [], False: []}
            for usage in usages:
                by_length[self.price.is_long(count_prompt_tokens(usage))].append(usage)
            self.long.add(by_length[True])
            usages = by_length[False]
        sent = output = read = thinking = 0
        for usage in usages:
            sent += usage.input_tokens
            output += usage.output_tokens
            if cached := usage.cache_read_input_tokens:
                read += cached
            if usage.cache_creation_input_tokens != 0:
                write_5m, write_1h = split_cache_writes(usage)
                self.write_5m += write_5m
                self.write_1h += write_1h
            if (details := usage.output_tokens_details) is not None:
                thinking += details.thinking_tokens or 0
            if (tools := usage.server_tool_use) is not None:
                self.web_searches += tools.web_search_requests or 0
        self.requests += len(usages)
        self.input += sent
        self.output += output
        self.read += read
        self.thinking += thinking

    def tokens(self) -> Tokens:
        return Tokens(self.input, self.write_5m, self.write_1h, self.read, self.output, self.thinking)


class UsageTally:
    """Adds up messages. Holds the sums of each group and, for the median, how often each size of an output came."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._groups: dict[tuple[str, str | None], _Sums] = {}
        self._stops = Counter[str | None]()
        self._outputs = Counter[int]()

    def add_all(self, messages: Sequence[MessagePart]) -> None:
        """Count succeeded requests, best some hundred at a time."""
        parts = defaultdict[tuple[str, str | None], list[UsagePart]](list)
        for message in messages:
            usage = message.usage
            parts[message.model, usage.inference_geo].append(usage)
        for group, usages in parts.items():
            self._sums_of(UsageGroup(*group)).add(usages)
        self._outputs.update([message.usage.output_tokens for message in messages])
        self._stops.update([message.stop_reason for message in messages])
        if len(self._stops) > MAX_GROUPS:
            self._stops = Counter(dict(self._stops.most_common(MAX_GROUPS)))

    def list_stop_reasons(self) -> tuple[StopReason, ...]:
        """Why the requests stopped, most frequent first."""
        return tuple(StopReason(reason, count) for reason, count in self._stops.most_common())

    def list_models(self) -> tuple[ModelUse, ...]:
        """What each model did, most requests first."""
        uses: dict[str, ModelUse] = {}
        for group, sums, cost in self._sums():
            use = uses.get(group.model) or ModelUse(group.model, 0, Tokens(), Decimal(0))
            complete, known = use.cost is not None and cost is not None, use.known + (cost or 0)
            uses[group.model] = ModelUse(
                group.model,
                use.requests + sums.requests,
                use.tokens + sums.tokens(),
                known if complete else None,
                use.web_searches + sums.web_searches,
                Decimal(0) if complete else known,
            )
        return tuple(sorted(uses.values(), key=lambda use: -use.requests))

    def sum_cost(self, unreadable: int) -> CostSummary:
        """What all of it cost; `unreadable` succeeded requests are known to be missing."""
        amount, searches, models, regions = Decimal(0), 0, dict[str, None](), dict[str, None]()
        for group, sums, cost in self._sums():
            searches += sums.web_searches
            if cost is not None:
                amount += cost
            elif sums.price is None:
                models[group.model] = None
            else:
                regions[group.region or ""] = None
        return CostSummary(amount, tuple(models), tuple(regions), searches, unreadable)

    def measure_outputs(self) -> OutputSizes | None:
        """Median and largest output; None where nothing succeeded."""
        if not (count := self._outputs.total()):
            return None
        sizes = sorted(self._outputs)
        ends = list(accumulate([self._outputs[size] for size in sizes]))
        low, high = sizes[bisect(ends, (count - 1) // 2)], sizes[bisect(ends, count // 2)]
        return OutputSizes((low + high) // 2, sizes[-1])

    def _cost(self, group: UsageGroup, sums: _Sums, *, long: bool) -> Decimal | None:
        return self._prices.price_tokens(sums.price, sums.tokens(), group.region, long=long) if sums.price else None

    def _sums(self) -> Iterator[tuple[UsageGroup, _Sums, Decimal | None]]:
        """Each group's sums, those of long prompts apart, with their cost."""
        for group, sums in self._groups.items():
            if sums.requests:
                yield UsageGroup(*group), sums, self._cost(UsageGroup(*group), sums, long=False)
            if sums.long is not None and sums.long.requests:
                yield UsageGroup(*group), sums.long, self._cost(UsageGroup(*group), sums.long, long=True)

    def _sums_of(self, group: UsageGroup) -> _Sums:
        if (sums := self._groups.get(group)) is not None:
            return sums
        if len(self._groups) >= MAX_GROUPS:
            group = _REST
        price = self._prices.find_row(group.model)
        return self._groups.setdefault(group, _Sums(price, _Sums(price) if price and price.long_prompt else None))


def count_tokens(usage: UsagePart) -> Tokens:
    """The tokens of one message: cache writes live five minutes where the API does not say that they live longer."""
    write_5m, write_1h = split_cache_writes(usage)
    details = usage.output_tokens_details
    return Tokens(
        usage.input_tokens,
        write_5m,
        write_1h,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens,
        (details.thinking_tokens or 0) if details else 0,
    )


def split_cache_writes(usage: UsagePart) -> tuple[int, int]:
    """Tokens written for five minutes and for an hour; what the split leaves out of the total is of the first kind."""
    total, split = usage.cache_creation_input_tokens, usage.cache_creation
    if total == 0 or split is None:
        return total or 0, 0
    write_1h = split.ephemeral_1h_input_tokens or 0
    return max(split.ephemeral_5m_input_tokens or 0, (total or 0) - write_1h), write_1h


def count_prompt_tokens(usage: UsagePart) -> int:
    """The length of the whole prompt in tokens."""
    return usage.input_tokens + (usage.cache_read_input_tokens or 0) + sum(split_cache_writes(usage))
