"""Add up the tokens of succeeded requests: whole numbers while reading, money once at the end."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from bot.pricing.prices import ModelPrice, Prices
from bot.pricing.tokens import Tokens
from bot.results.billing import (
    UNKNOWN_WRITES,
    BilledMessage,
    count_prompt_tokens,
    has_unknown_writes,
    list_billed,
    split_cache_writes,
)
from bot.results.lines import MessagePart, UsagePart
from bot.results.summary import CostSummary, ModelUse, OutputSizes

MAX_GROUPS = 2_000
_MAX_NAMES = 20
"""How many names of each kind are kept of what has no price. The first one makes the cost incomplete already."""


class UsageGroup(NamedTuple):
    """What decides the price of requests, besides the length of their prompts."""

    model: str
    region: str | None


_OTHER = UsageGroup("", None)
"""The group of everything beyond `MAX_GROUPS`: a model without a name has no price, so the cost is incomplete."""


@dataclass(slots=True)
class _Sums:
    price: ModelPrice | None
    long: "_Sums | None" = None  # requests with a long prompt, if the model prices them separately
    requests: int = 0
    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0
    web_searches: int = 0
    has_gap: bool = False  # something else of these requests has no price
    has_unknown_writes: bool = False

    def add(self, usages: list[UsagePart]) -> None:
        """Add requests. Every line of a file passes here, so the sums are local variables while they grow."""
        if self.long is not None and self.price is not None:
            by_length: dict[bool, list[UsagePart]] = {True: [], False: []}
            for usage in usages:
                by_length[self.price.is_long_prompt(count_prompt_tokens(usage))].append(usage)
            self.long.add(by_length[True])
            usages = by_length[False]
        input_tokens = output = read = thinking = 0
        for usage in usages:
            input_tokens += usage.input_tokens
            output += usage.output_tokens
            if cached := usage.cache_read_input_tokens:
                read += cached
            if usage.cache_creation_input_tokens != 0:
                write_5m, write_1h = split_cache_writes(usage)
                self.write_5m += write_5m
                self.write_1h += write_1h
                self.has_unknown_writes = self.has_unknown_writes or has_unknown_writes(usage)
            if (details := usage.output_tokens_details) is not None:
                thinking += details.thinking_tokens or 0
        self.requests += len(usages)
        self.input += input_tokens
        self.output += output
        self.read += read
        self.thinking += thinking

    def add_tokens(self, tokens: Tokens) -> None:
        """Add tokens that belong to a request that is counted elsewhere."""
        self.input += tokens.input
        self.write_5m += tokens.write_5m
        self.write_1h += tokens.write_1h
        self.read += tokens.read
        self.output += tokens.output
        self.thinking += tokens.thinking

    @property
    def is_used(self) -> bool:
        """Whether there is anything in these sums."""
        return bool(self.requests) or self.tokens() != Tokens()

    def tokens(self) -> Tokens:
        return Tokens(self.input, self.write_5m, self.write_1h, self.read, self.output, self.thinking)


class UsageTally:
    """Add up messages: the sums of each group and, for the median, how often each output size occurred."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._groups: dict[tuple[str, str | None], _Sums] = {}
        self._output_sizes = Counter[int]()
        self._unknown_classes: dict[str, None] = {}  # these in the order of their appearance
        self._unknown_iterations: dict[str, None] = {}
        self._unknown_tools: dict[str, None] = {}
        self._length_steps = 0

    def add_all(self, messages: Sequence[MessagePart]) -> None:
        """Count succeeded requests; some hundred at a time is fastest."""
        parts = defaultdict[tuple[str, str | None], list[UsagePart]](list)
        model, region = None, None
        add: Callable[[UsagePart], None]
        for message in messages:  # each answer passes here, so nothing is called and no group is looked up again
            usage = message.usage
            if (
                usage.iterations is None
                and usage.server_tool_use is None
                and usage.unknown_classes is None
                and message.container is None
            ):
                if message.model != model or usage.inference_geo != region:
                    model, region = message.model, usage.inference_geo
                    add = parts[model, region].append
                add(usage)
            else:
                self._add_billed(message.model, usage.inference_geo, list_billed(message, self._prices.find_row))
        for group, usages in parts.items():
            self._get_sums(UsageGroup(*group)).add(usages)
        self._output_sizes.update([message.usage.output_tokens for message in messages])

    def list_models(self) -> tuple[ModelUse, ...]:
        """Return the use of each model, most requests first."""
        uses: dict[str, ModelUse] = {}
        search_price = self._prices.tools.web_search
        for group, sums, cost in self._list_sums():
            use = uses.get(group.model) or ModelUse(group.model, 0, Tokens(), Decimal(0))
            is_complete = use.cost is not None and cost is not None and not (sums.has_gap or sums.has_unknown_writes)
            searches = search_price.price_calls(sums.web_searches) if search_price else Decimal(0)
            known_cost = use.known_cost + (cost or 0) + searches
            uses[group.model] = ModelUse(
                group.model,
                use.requests + sums.requests,
                use.tokens + sums.tokens(),
                known_cost if is_complete else None,
                use.web_searches + (0 if search_price else sums.web_searches),
                Decimal(0) if is_complete else known_cost,
                use.priced_searches + (sums.web_searches if search_price else 0),
            )
        return tuple(sorted(uses.values(), key=lambda use: -use.requests))

    def sum_cost(self, unreadable: int) -> CostSummary:
        """Return the cost of everything; `unreadable` succeeded requests are missing from it."""
        amount = Decimal(0)
        searches = 0
        unknown_models: dict[str, None] = {}  # in the order of their appearance
        unknown_regions: dict[str, None] = {}
        for group, sums, cost in self._list_sums():
            searches += sums.web_searches
            if cost is not None:
                amount += cost
            elif sums.price is None:
                unknown_models[group.model] = None
            else:
                unknown_regions[group.region or ""] = None
        search_price = self._prices.tools.web_search
        has_unknown_writes = any(sums.has_unknown_writes for _, sums, _ in self._list_sums())
        return CostSummary(
            amount + (search_price.price_calls(searches) if search_price else 0),
            tuple(unknown_models),
            tuple(unknown_regions),
            0 if search_price else searches,
            unreadable,
            (*self._unknown_classes, *((UNKNOWN_WRITES,) if has_unknown_writes else ())),
            tuple(self._unknown_iterations),
            tuple(self._unknown_tools),
            self._length_steps,
        )

    def measure_outputs(self) -> OutputSizes | None:
        """Return the median and largest output, or None if nothing succeeded."""
        if not (count := self._output_sizes.total()):
            return None
        sizes = sorted(self._output_sizes)
        ends = list(accumulate([self._output_sizes[size] for size in sizes]))
        low = sizes[bisect(ends, (count - 1) // 2)]
        high = sizes[bisect(ends, count // 2)]
        return OutputSizes((low + high) // 2, sizes[-1])

    def _add_billed(self, model: str, region: str | None, billed: BilledMessage) -> None:
        """Count a request that is billed for more than the tokens of one call."""
        for part in billed.parts:
            sums = self._get_sums(UsageGroup(part.model, region))
            (sums.long if part.long and sums.long is not None else sums).add_tokens(part.tokens)
        own = self._get_sums(UsageGroup(model, region))
        own.requests += 1
        own.web_searches += billed.web_searches
        own.has_gap = own.has_gap or billed.has_gap
        _add_names(self._unknown_classes, billed.unknown_classes)
        _add_names(self._unknown_iterations, billed.unknown_iterations)
        _add_names(self._unknown_tools, billed.unknown_tools)
        self._length_steps += billed.is_length_unclear

    def _price(self, group: UsageGroup, sums: _Sums, *, long: bool) -> Decimal | None:
        return self._prices.price_tokens(sums.price, sums.tokens(), group.region, long=long) if sums.price else None

    def _list_sums(self) -> Iterator[tuple[UsageGroup, _Sums, Decimal | None]]:
        """Yield the sums and cost of each group, with long prompts separate."""
        for group, sums in self._groups.items():
            if sums.is_used:
                yield UsageGroup(*group), sums, self._price(UsageGroup(*group), sums, long=False)
            if sums.long is not None and sums.long.is_used:
                yield UsageGroup(*group), sums.long, self._price(UsageGroup(*group), sums.long, long=True)

    def _get_sums(self, group: UsageGroup) -> _Sums:
        if (sums := self._groups.get(group)) is not None:
            return sums
        if len(self._groups) >= MAX_GROUPS:
            group = _OTHER
        price = self._prices.find_row(group.model)
        return self._groups.setdefault(group, _Sums(price, _Sums(price) if price and price.long_prompt else None))


def _add_names(known: dict[str, None], names: Sequence[str]) -> None:
    for name in names:
        if len(known) < _MAX_NAMES:
            known[name] = None
