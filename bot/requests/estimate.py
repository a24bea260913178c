"""Estimate what a batch will cost: a range in USD, from its input alone to all the output that it allows."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from msgspec import Struct

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError
from bot.api.http import HttpClient
from bot.api.models import ApiModel
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy
from bot.pricing.tokens import Tokens
from bot.requests.sizes import PriceKind, RequestSizes, SizeGroup, count_prompt_characters

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


class EstimateBasis(Enum):
    """Where the number of input tokens comes from."""

    COUNTED = "counted on a sample by the API"
    BY_CHARACTERS = "calculated from the number of characters"


class ModelEstimate(Struct, frozen=True):
    """The estimate for the requests of one model. `low` and `high` are USD, or None without a price."""

    model: str
    requests: int
    input_tokens: int
    max_output_tokens: int
    low: Decimal | None
    high: Decimal | None
    basis: EstimateBasis


class Estimate(Struct, frozen=True):
    """The estimate for a file by model, most requests first.

    It leaves out caching, which makes input cheaper or more expensive, and the cost of server tools.
    """

    models: tuple[ModelEstimate, ...]

    @property
    def low(self) -> Decimal:
        """USD for the input of the models that have a price."""
        return sum((model.low for model in self.models if model.low is not None), Decimal())

    @property
    def high(self) -> Decimal:
        """USD if every request uses all its `max_tokens`, for the models that have a price."""
        return sum((model.high for model in self.models if model.high is not None), Decimal())

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

    async def measure_token_ratios(
        self, samples: Mapping[str, Sequence[Mapping[str, Any]]], seconds: float = 10.0
    ) -> dict[str, float]:
        """Return tokens per character by model, from the samples that can be counted within `seconds`.

        A model without a counted sample is left out. Raises nothing, because an estimate does not need the ratios.
        """
        counted: list[tuple[str, int, int]] = []
        slots = asyncio.Semaphore(_MAX_CONCURRENT)

        async def add(model: str, params: Mapping[str, Any]) -> None:
            async with slots:
                try:
                    tokens = await self.count(params)
                except ApiError:
                    return
            counted.append((model, count_prompt_characters(params), tokens))

        tasks = [asyncio.create_task(add(model, one)) for model, several in samples.items() for one in several]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return _compute_ratios(counted)


def estimate_cost(sizes: RequestSizes, token_ratios: Mapping[str, float], price: FindPrice) -> Estimate:
    """Return the estimate for requests of these sizes; a model without a ratio is estimated from its characters."""
    found: dict[str, ModelEstimate] = {}
    for kind, group in sizes.list_groups():
        one = _estimate_group(kind, group, token_ratios.get(kind.model), price)
        found[kind.model] = _add(found[kind.model], one) if kind.model in found else one
    return Estimate(tuple(sorted(found.values(), key=lambda model: -model.requests)))


def estimate_rest(whole: Estimate, removed: Mapping[str, int]) -> Estimate:
    """Return the estimate without the `removed` requests of each model, all requests of a model costing the same."""
    rest = (_scale(one, one.requests - removed.get(one.model, 0)) for one in whole.models)
    return Estimate(tuple(one for one in rest if one.requests > 0))


def _scale(one: ModelEstimate, requests: int) -> ModelEstimate:
    part = Decimal(requests) / max(one.requests, 1)
    return ModelEstimate(
        one.model,
        requests,
        round(one.input_tokens * part),
        round(one.max_output_tokens * part),
        None if one.low is None else one.low * part,
        None if one.high is None else one.high * part,
        one.basis,
    )


def _compute_ratios(counted: Iterable[tuple[str, int, int]]) -> dict[str, float]:
    sums: dict[str, tuple[int, int]] = {}
    for model, characters, tokens in counted:
        before = sums.get(model, (0, 0))
        sums[model] = (before[0] + characters, before[1] + tokens)
    return {model: tokens / characters for model, (characters, tokens) in sums.items() if characters}


def _estimate_group(kind: PriceKind, group: SizeGroup, ratio: float | None, price: FindPrice) -> ModelEstimate:
    """Price the group as requests of its mean length, because some models' rates depend on a request's length."""
    basis = EstimateBasis.BY_CHARACTERS if ratio is None else EstimateBasis.COUNTED
    tokens = round(group.characters * (1 / CHARACTERS_PER_TOKEN if ratio is None else ratio))
    mean = -(-tokens // group.requests)
    input_price = price(kind.model, Tokens(input=mean), kind.region)
    full_price = price(kind.model, Tokens(input=mean, output=group.max_tokens), kind.region)
    low = high = None
    if input_price is not None and full_price is not None:
        low = input_price * tokens / max(mean, 1)  # for the exact tokens, because the mean is rounded up
        high = low + full_price - input_price
    return ModelEstimate(kind.model, group.requests, tokens, group.max_tokens, low, high, basis)


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
    return json.dumps(rows)


def load_estimate(text: str) -> Estimate:
    """Return the estimate that `dump_estimate` wrote, or an empty one if another version wrote it."""
    try:
        return _load_rows(json.loads(text))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return Estimate(())


def _load_rows(rows: Any) -> Estimate:  # Any: JSON
    return Estimate(
        tuple(
            ModelEstimate(model, requests, tokens, output, _load_amount(low), _load_amount(high), EstimateBasis[basis])
            for model, requests, tokens, output, low, high, basis in rows
        )
    )


def _dump_amount(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _load_amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
