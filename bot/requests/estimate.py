"""What a batch will cost: a range in USD, from its input alone to its input and all the output it may ask for."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

import httpx
from msgspec import Struct

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError
from bot.api.models import ApiModel
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy
from bot.pricing.tokens import Tokens
from bot.requests.sizes import PriceKind, RequestSizes, SizeGroup, count_prompt_characters

CHARACTERS_PER_TOKEN = 3.5
"""A rule of thumb for English (docs.anthropic.com, Glossary: Tokens), used only where tokens could not be counted."""

_COUNT = "/v1/messages/count_tokens"
# What counting takes; it refuses `max_tokens` and whatever else has no part in the prompt.
_COUNTED = frozenset(
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
_AT_ONCE = 4

# USD for the tokens of one request of a model in a region; None: nobody knows (`Prices.price`).
FindPrice = Callable[[str, Tokens, str | None], Decimal | None]


class EstimateBasis(Enum):
    """Where the number of input tokens is from."""

    COUNTED = "counted on a sample by the API"
    BY_CHARACTERS = "reckoned from the number of characters"


class ModelEstimate(Struct, frozen=True):
    """The estimate for the requests of one model. `low` and `high` are USD, None without a price."""

    model: str
    requests: int
    input_tokens: int
    max_output_tokens: int
    low: Decimal | None
    high: Decimal | None
    basis: EstimateBasis


class Estimate(Struct, frozen=True):
    """The estimate for a file, model by model, the one with most requests first.

    Caching is not reckoned with, which makes input cheaper or dearer; nor is what server tools cost.
    """

    models: tuple[ModelEstimate, ...]

    @property
    def low(self) -> Decimal:
        """USD for the input, of the models that have a price."""
        return sum((model.low for model in self.models if model.low is not None), Decimal())

    @property
    def high(self) -> Decimal:
        """USD if every request uses up its `max_tokens`, of the models that have a price."""
        return sum((model.high for model in self.models if model.high is not None), Decimal())

    @property
    def unpriced_models(self) -> tuple[str, ...]:
        """The models that `low` and `high` know nothing of."""
        return tuple(model.model for model in self.models if model.high is None)

    @property
    def basis(self) -> EstimateBasis:
        """Counted, if that is so for every model."""
        return (
            EstimateBasis.COUNTED
            if all(one.basis is EstimateBasis.COUNTED for one in self.models)
            else EstimateBasis.BY_CHARACTERS
        )


class TokenCount(ApiModel):
    """The API's answer to a count."""

    input_tokens: int


class TokenCounter:
    """Counts input tokens through `http` (see `open_http`); free of charge (docs.anthropic.com, Token counting)."""

    def __init__(self, http: httpx.AsyncClient, *, policy: RetryPolicy = RetryPolicy()) -> None:  # noqa: B008 - it is frozen
        self._sender = CallSender(http, policy)

    async def count(self, params: Mapping[str, Any]) -> int:
        """The input tokens of a request with these params.

        Raises:
            ApiError: in one of its kinds.
        """
        prompt = {key: value for key, value in params.items() if key in _COUNTED}
        body = json.dumps(prompt, ensure_ascii=False, separators=(",", ":")).encode()
        return parse_model(TokenCount, await self._sender.send(Call("POST", _COUNT, body=body))).input_tokens

    async def tokens_a_character(
        self, samples: Mapping[str, Sequence[Mapping[str, Any]]], seconds: float = 10.0
    ) -> dict[str, float]:
        """Tokens for one character by model, from as many of the samples as can be counted within `seconds`.

        A model of which none could be counted is left out. Raises nothing: an estimate does without.
        """
        counted: list[tuple[str, int, int]] = []
        turns = asyncio.Semaphore(_AT_ONCE)

        async def add(model: str, params: Mapping[str, Any]) -> None:
            async with turns:
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
        return _ratios(counted)


def estimate_cost(sizes: RequestSizes, tokens_a_character: Mapping[str, float], price: FindPrice) -> Estimate:
    """The estimate for requests of these sizes, by characters for the models that no ratio is given for."""
    found: dict[str, ModelEstimate] = {}
    for kind, group in sizes.groups():
        one = _of_group(kind, group, tokens_a_character.get(kind.model), price)
        found[kind.model] = _sum(found[kind.model], one) if kind.model in found else one
    return Estimate(tuple(sorted(found.values(), key=lambda model: -model.requests)))


def estimate_rest(whole: Estimate, taken: Mapping[str, int]) -> Estimate:
    """The estimate for what is left when so many requests of each model are taken away: each costs as the others."""
    rest = (_share(one, one.requests - taken.get(one.model, 0)) for one in whole.models)
    return Estimate(tuple(one for one in rest if one.requests > 0))


def _share(one: ModelEstimate, requests: int) -> ModelEstimate:
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


def _ratios(counted: Iterable[tuple[str, int, int]]) -> dict[str, float]:
    sums: dict[str, tuple[int, int]] = {}
    for model, characters, tokens in counted:
        before = sums.get(model, (0, 0))
        sums[model] = (before[0] + characters, before[1] + tokens)
    return {model: tokens / characters for model, (characters, tokens) in sums.items() if characters}


def _of_group(kind: PriceKind, group: SizeGroup, ratio: float | None, price: FindPrice) -> ModelEstimate:
    """Priced as that many requests of the group's mean length: some models' rates depend on the length of each."""
    basis = EstimateBasis.BY_CHARACTERS if ratio is None else EstimateBasis.COUNTED
    tokens = round(group.characters * (1 / CHARACTERS_PER_TOKEN if ratio is None else ratio))
    mean = -(-tokens // group.requests)
    one_in = price(kind.model, Tokens(input=mean), kind.region)
    whole_out = price(kind.model, Tokens(input=mean, output=group.max_tokens), kind.region)
    low = high = None
    if one_in is not None and whole_out is not None:
        low = one_in * tokens / max(mean, 1)  # of the tokens as they are: their mean is rounded up
        high = low + whole_out - one_in
    return ModelEstimate(kind.model, group.requests, tokens, group.max_tokens, low, high, basis)


def _sum(one: ModelEstimate, other: ModelEstimate) -> ModelEstimate:
    return ModelEstimate(
        one.model,
        one.requests + other.requests,
        one.input_tokens + other.input_tokens,
        one.max_output_tokens + other.max_output_tokens,
        None if one.low is None or other.low is None else one.low + other.low,
        None if one.high is None or other.high is None else one.high + other.high,
        one.basis,
    )


def dump_estimate(reckoned: Estimate) -> str:
    """Return an estimate as text."""
    rows = [
        [
            one.model,
            one.requests,
            one.input_tokens,
            one.max_output_tokens,
            _text(one.low),
            _text(one.high),
            one.basis.name,
        ]
        for one in reckoned.models
    ]
    return json.dumps(rows)


def load_estimate(text: str) -> Estimate:
    """Return an estimate from its text; an empty one, of which nothing is known, where another version wrote it."""
    try:
        return _read_estimate(json.loads(text))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return Estimate(())


def _read_estimate(rows: Any) -> Estimate:  # Any: JSON
    return Estimate(
        tuple(
            ModelEstimate(model, requests, tokens, output, _amount(low), _amount(high), EstimateBasis[basis])
            for model, requests, tokens, output, low, high, basis in rows
        )
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
