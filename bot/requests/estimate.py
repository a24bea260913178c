"""Estimate what a batch will cost: a range in USD, from its likely input alone to an upper bound."""

import asyncio
import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from msgspec import Struct, structs

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError
from bot.api.http import HttpClient
from bot.api.models import ApiModel
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy
from bot.pricing.tokens import Tokens
from bot.requests.sizes import AdviceSize, PriceKind, RequestSize, RequestSizes, SizeGroup, measure_request

CHARACTERS_PER_TOKEN = 3.5
"""A rule of thumb for English (docs.anthropic.com, Glossary: Tokens), used only if tokens could not be counted."""

_COUNT_TOKENS = "/v1/messages/count_tokens"
# Counting accepts these keys; it refuses `max_tokens` and others that are no part of the prompt.
_PROMPT_KEYS = frozenset(
    (
        "cache_control",
        "context_management",
        "mcp_servers",
        "messages",
        "model",
        "output_config",
        "output_format",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    )
)
_MAX_CONCURRENT = 4

FindPrice = Callable[[str, Tokens, str | None], Decimal | None]
"""Return USD for the tokens of one request of a model in a region, None if unknown (`Prices.price_request`)."""
_DEAREST_WRITE: dict[str, tuple[str, ...]] = {"": (), "5m": ("write_5m",), "1h": ("write_5m", "write_1h")}
_SOME_TOKENS = 1_000_000
ATTACHMENTS = "attachments"
WEB_SEARCH = "web_search"


class EstimateBasis(Enum):
    """Where the number of input tokens comes from."""

    COUNTED = "counted on a sample by the API"
    BY_CHARACTERS = "calculated from the number of characters"


class CountedRequest(Struct, frozen=True):
    """The size of a request whose prompt the API counted, and the number of tokens."""

    size: RequestSize
    tokens: int


class CostRules(Struct, frozen=True):
    """What a cost is calculated with.

    `window` returns the most input tokens of a model, None if unknown. `search_price` is USD for a web search, None if
    unknown.
    """

    price: FindPrice
    window: Callable[[str], int | None]
    search_price: Decimal | None


class ModelEstimate(Struct, frozen=True):
    """The estimate for the requests of one model. `low` and `high` are USD, or None without a price.

    `low` is the input alone, at its likely length. `high` is the upper bound for all tokens.
    """

    model: str
    requests: int
    input_tokens: int
    max_output_tokens: int
    low: Decimal | None
    high: Decimal | None
    basis: EstimateBasis


class UnboundedPart(Struct, frozen=True):
    """What has no upper bound, by the name of a tool or parameter, and how many requests use it.

    `ATTACHMENTS`: they are in no token count, and the API does not say how long a prompt of the model can be. An empty
    name: an earlier version made the estimate.
    """

    name: str
    requests: int


class Estimate(Struct, frozen=True):
    """The estimate for a file by model, most requests first.

    `tools` is the most USD for calls of server tools and for advisors. `searches` are the web searches in it.
    """

    models: tuple[ModelEstimate, ...]
    tools: Decimal = Decimal(0)
    searches: int = 0
    unbounded: tuple[UnboundedPart, ...] = ()

    @property
    def low(self) -> Decimal:
        """USD for the likely input of the models that have a price."""
        return sum((model.low for model in self.models if model.low is not None), Decimal())

    @property
    def high(self) -> Decimal:
        """USD at most for what has a price and a bound."""
        return sum((model.high for model in self.models if model.high is not None), self.tools)

    @property
    def bound(self) -> Decimal | None:
        """USD at most, or None if a part has no price or no bound."""
        return self.high if self.models and not self.unbounded and not self.unpriced_models else None

    @property
    def unpriced_models(self) -> tuple[str, ...]:
        """The models that are missing from `low` and `high`."""
        return tuple(model.model for model in self.models if model.high is None)

    @property
    def basis(self) -> EstimateBasis:
        """`COUNTED` if the tokens of every model were counted."""
        return (
            EstimateBasis.COUNTED
            if all(one.basis is EstimateBasis.COUNTED for one in self.models)
            else EstimateBasis.BY_CHARACTERS
        )


class TokenCount(ApiModel):
    """The API's answer to a token count."""

    input_tokens: int


class TokenCounter:
    """Count input tokens through `http` (see `open_http`); it is free (docs.anthropic.com, Token counting)."""

    def __init__(self, http: HttpClient, *, policy: RetryPolicy = RetryPolicy()) -> None:  # noqa: B008 - it is frozen
        self._sender = CallSender(http, policy)

    async def count(self, params: Mapping[str, Any]) -> int:
        """Return the input tokens of a request with these params.

        Raises:
            ApiError: they could not be counted.
        """
        prompt = {key: value for key, value in params.items() if key in _PROMPT_KEYS}
        body = json.dumps(prompt, ensure_ascii=False, separators=(",", ":")).encode()
        return parse_model(TokenCount, await self._sender.send(Call("POST", _COUNT_TOKENS, body=body))).input_tokens

    async def count_all(
        self, samples: Iterable[Mapping[str, Any]], seconds: float = 10.0
    ) -> tuple[CountedRequest, ...]:
        """Return the requests with these params whose tokens can be counted within `seconds`.

        Raises nothing, because an estimate does not need the counts.
        """
        counted: list[CountedRequest] = []
        slots = asyncio.Semaphore(_MAX_CONCURRENT)

        async def add(params: Mapping[str, Any]) -> None:
            async with slots:
                try:
                    tokens = await self.count(params)
                except ApiError:
                    return
            counted.append(CountedRequest(measure_request(params), tokens))

        tasks = [asyncio.create_task(add(one)) for one in samples]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return tuple(counted)


def estimate_cost(sizes: RequestSizes, counted: Iterable[CountedRequest], rules: CostRules) -> Estimate:
    """Return the estimate for requests of these sizes.

    `low` takes the likely length from the `counted` requests of the model, or from the characters. `high` is a bound:
    each token of the input is written to the cache at the dearest rate that the request asks for, a prompt is as long
    as its bytes unless it was counted, and as long as the model allows if it has attachments, or after each use of a
    server tool.
    """
    counted = tuple(counted)
    sizes = copy.deepcopy(sizes)
    for each in counted:
        sizes.set_counted(each.size, each.tokens)
    ratios = _compute_ratios(counted)
    unbounded = Counter(sizes.unbounded)
    found: dict[str, ModelEstimate] = {}
    for kind, group in sizes.list_groups():
        window = rules.window(kind.model) if group.prompts else 0
        if window is None:
            unbounded[ATTACHMENTS] += group.requests
        one = _estimate_group(kind, group, ratios.get(kind.model), window or 0, rules.price)
        found[kind.model] = _add(found[kind.model], one) if kind.model in found else one
    tools = Decimal(0)
    if sizes.searches and rules.search_price is None:
        unbounded[WEB_SEARCH] += sizes.searches
    elif rules.search_price is not None:
        tools += sizes.searches * rules.search_price
    for kind, advice in sizes.advice.items():
        usd = _bound_advice(kind, advice, rules)
        if usd is None:
            unbounded["advisor"] += advice.calls
        tools += usd or 0
    return Estimate(
        tuple(sorted(found.values(), key=lambda model: -model.requests)),
        tools,
        sizes.searches,
        tuple(UnboundedPart(name, requests) for name, requests in unbounded.most_common()),
    )


def estimate_sample(whole: Estimate, sample: Estimate) -> Estimate:
    """Return the estimate for a sample of a file, which costs no more than the file."""
    limits = {one.model: one for one in whole.models}
    models = tuple(
        structs.replace(one, high=min(one.high, limit.high))
        if (limit := limits.get(one.model)) and one.high is not None and limit.high is not None
        else one
        for one in sample.models
    )
    return structs.replace(sample, models=models, tools=min(sample.tools, whole.tools))


def estimate_rest(whole: Estimate, removed: Mapping[str, int], output: Estimate) -> Estimate:
    """Return the estimate without the `removed` requests of each model.

    `low` takes all requests of a model for equal. The bound becomes lower by the `output` of the removed ones alone:
    how long their prompts were is not kept.
    """
    output_cost = {one.model: one.high or Decimal(0) for one in output.models}
    rest = (
        _scale(one, one.requests - removed.get(one.model, 0), output_cost.get(one.model, Decimal(0)))
        for one in whole.models
    )
    return structs.replace(whole, models=tuple(one for one in rest if one.requests > 0))


def add_up_estimates(estimates: Iterable[Estimate]) -> Estimate:
    """Return the estimate for several sets of requests together."""
    models: dict[str, ModelEstimate] = {}
    unbounded: Counter[str] = Counter()
    tools, searches = Decimal(0), 0
    for estimate in estimates:
        for one in estimate.models:
            models[one.model] = _add(models[one.model], one) if one.model in models else one
        for part in estimate.unbounded:
            unbounded[part.name] += part.requests
        tools += estimate.tools
        searches += estimate.searches
    return Estimate(
        tuple(sorted(models.values(), key=lambda model: -model.requests)),
        tools,
        searches,
        tuple(UnboundedPart(name, requests) for name, requests in unbounded.most_common()),
    )


def estimate_output(sizes: RequestSizes, rules: CostRules) -> Estimate:
    """Return the estimate for the answers alone, each at its cheapest rate and of full length."""
    found: dict[str, ModelEstimate] = {}
    for kind, group in sizes.list_groups():
        empty = SizeGroup(requests=group.requests, max_tokens=group.max_tokens)
        one = _estimate_group(kind, empty, None, 0, rules.price)
        found[kind.model] = _add(found[kind.model], one) if kind.model in found else one
    return Estimate(tuple(found.values()))


def _scale(one: ModelEstimate, requests: int, output: Decimal) -> ModelEstimate:
    part = Decimal(requests) / max(one.requests, 1)
    return ModelEstimate(
        one.model,
        requests,
        round(one.input_tokens * part),
        round(one.max_output_tokens * part),
        None if one.low is None else one.low * part,
        None if one.high is None else max(one.high - output, Decimal(0)),
        one.basis,
    )


def _compute_ratios(counted: Iterable[CountedRequest]) -> dict[str, float]:
    """Return tokens per character by model."""
    sums: dict[str, tuple[int, int]] = {}
    for each in counted:
        model = each.size.kind.model
        before = sums.get(model, (0, 0))
        sums[model] = (before[0] + each.size.characters, before[1] + each.tokens)
    return {model: tokens / characters for model, (characters, tokens) in sums.items() if characters}


def _estimate_group(
    kind: PriceKind, group: SizeGroup, ratio: float | None, window: int, price: FindPrice
) -> ModelEstimate:
    """Price the group by its length, because some models' rates depend on it: the mean for `low`, and the longest."""
    basis = EstimateBasis.BY_CHARACTERS if ratio is None else EstimateBasis.COUNTED
    tokens = round(group.characters * (1 / CHARACTERS_PER_TOKEN if ratio is None else ratio))
    mean = -(-tokens // group.requests)
    input_price = price(kind.model, Tokens(input=mean), kind.region)
    low = None if input_price is None else input_price * tokens / max(mean, 1)  # exact: the mean is rounded up
    bound = group.tokens + group.prompts * window
    high = _bound_tokens(kind, bound, group.max_tokens, max(group.longest, window, mean), price)
    if low is not None and high is not None:
        high = max(low, high)
    return ModelEstimate(kind.model, group.requests, tokens, group.max_tokens, low, high, basis)


def _bound_tokens(kind: PriceKind, tokens: int, output: int, longest: int, price: FindPrice) -> Decimal | None:
    """Return the most USD for tokens of requests whose prompts have at most `longest` tokens, or None."""
    rates: list[Decimal] = []
    for name in ("input", *_DEAREST_WRITE[kind.caching]):
        amount = price(kind.model, Tokens(**{name: max(longest, 1)}), kind.region)
        if amount is None:
            return None
        rates.append(amount / max(longest, 1))
    prompt = price(kind.model, Tokens(input=longest), kind.region)
    answered = price(kind.model, Tokens(input=longest, output=_SOME_TOKENS), kind.region)
    if prompt is None or answered is None:
        return None
    return max(rates) * tokens + (answered - prompt) / _SOME_TOKENS * output


def _bound_advice(kind: PriceKind, advice: AdviceSize, rules: CostRules) -> Decimal | None:
    """Return the most USD for an advisor, which reads up to a full prompt in each call; None without price or bound."""
    window = rules.window(kind.model)
    if window is None:
        return None
    return _bound_tokens(kind, advice.calls * window, advice.max_tokens, window, rules.price)


def _add(one: ModelEstimate, other: ModelEstimate) -> ModelEstimate:
    return ModelEstimate(
        one.model,
        one.requests + other.requests,
        one.input_tokens + other.input_tokens,
        one.max_output_tokens + other.max_output_tokens,
        None if one.low is None or other.low is None else one.low + other.low,
        None if one.high is None or other.high is None else one.high + other.high,
        one.basis,
    )


def dump_estimate(estimate: Estimate) -> str:
    """Return an estimate as JSON, for `load_estimate`."""
    rows = [
        [
            one.model,
            one.requests,
            one.input_tokens,
            one.max_output_tokens,
            _dump_amount(one.low),
            _dump_amount(one.high),
            one.basis.name,
        ]
        for one in estimate.models
    ]
    unbounded = [[part.name, part.requests] for part in estimate.unbounded]
    tools = {"usd": str(estimate.tools), "searches": estimate.searches}
    return json.dumps({"models": rows, "tools": tools, "unbounded": unbounded})


def load_estimate(text: str) -> Estimate:
    """Return the estimate that `dump_estimate` wrote, or an empty one if it is damaged.

    What an earlier version wrote, a list, is no upper bound.
    """
    try:
        found = json.loads(text)
        if isinstance(found, list):
            models = _load_models(found)
            unbounded = (UnboundedPart("", sum(one.requests for one in models)),) if models else ()
            return Estimate(models, unbounded=unbounded)
        return Estimate(
            _load_models(found["models"]),
            Decimal(found["tools"]["usd"]),
            found["tools"]["searches"],
            tuple(UnboundedPart(name, requests) for name, requests in found["unbounded"]),
        )
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return Estimate(())


def _load_models(rows: Any) -> tuple[ModelEstimate, ...]:  # Any: JSON
    return tuple(
        ModelEstimate(model, requests, tokens, output, _load_amount(low), _load_amount(high), EstimateBasis[basis])
        for model, requests, tokens, output, low, high, basis in rows
    )


def _dump_amount(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _load_amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
