"""What a batch will cost: counted if possible, else calculated from characters, and unknown without a price."""

import json
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.api.client import open_http
from bot.api.errors import ApiRejected
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.pricing.prices import Prices
from bot.pricing.tokens import Tokens
from bot.requests.estimate import EstimateBasis, TokenCounter, estimate_cost
from bot.requests.request_files import sample_params
from bot.requests.sizes import ATTACHMENT_CHARACTERS, RequestSizes, count_prompt_characters
from tests.requests.request_lines import GOOD, check, line


def flat(model: str, tokens: Tokens, region: str | None) -> Decimal | None:
    """Return a dollar for each input token and ten for each output token, double in the US; None for a stranger."""
    if model == "stranger":
        return None
    return (Decimal(tokens.input) + 10 * Decimal(tokens.output)) * (2 if region == "us" else 1)


def sizes_of(*several: dict[str, Any]) -> RequestSizes:
    sizes = RequestSizes()
    for params in several:
        sizes.add(params)
    return sizes


def asking(text: str, **more: Any) -> dict[str, Any]:
    return GOOD | {"messages": [{"role": "user", "content": text}]} | more


@pytest.fixture
async def counter() -> AsyncIterator[tuple[TokenCounter, ApiSimulator]]:
    """Open a token counter at a simulated API."""
    async with ApiSimulator(speed=0) as simulator, open_http("sk-test", base_url=simulator.base_url) as http:
        yield TokenCounter(http, policy=RetryPolicy(tries=1)), simulator


def test_the_range_goes_from_input_alone_to_all_the_output_asked_for() -> None:
    sizes = sizes_of(asking("x" * 100, max_tokens=10), asking("x" * 100, max_tokens=20))
    characters = count_prompt_characters(asking("x" * 100))

    result = estimate_cost(sizes, {GOOD["model"]: 1 / characters * 7}, flat)

    assert (result.low, result.high) == (Decimal(14), Decimal(14 + 300))
    assert (result.models[0].input_tokens, result.models[0].max_output_tokens) == (14, 30)
    assert result.basis is EstimateBasis.COUNTED


def test_without_a_count_the_estimate_uses_characters_and_says_so() -> None:
    result = estimate_cost(sizes_of(asking("x" * 3_500)), {}, flat)

    assert 1_000 <= result.models[0].input_tokens <= 1_020
    assert result.basis is EstimateBasis.BY_CHARACTERS


def test_a_model_without_a_price_is_unknown_and_not_free() -> None:
    result = estimate_cost(sizes_of(asking("x"), asking("x", model="stranger")), {}, flat)

    assert result.unpriced_models == ("stranger",)
    assert [one.high for one in result.models if one.model == "stranger"] == [None]
    assert result.high > 0


def test_a_region_has_its_own_price() -> None:
    home = estimate_cost(sizes_of(asking("x")), {}, flat)
    away = estimate_cost(sizes_of(asking("x", inference_geo="us")), {}, flat)

    assert away.high == 2 * home.high


def test_each_requests_own_length_decides_over_the_rate_of_long_prompts() -> None:
    prices = Prices.load()
    short = asking("x" * 1_000, model="claude-haiku-5-5")
    long = asking("x" * 1_000_000, model="claude-haiku-5-5")

    both = estimate_cost(sizes_of(short, long), {"claude-haiku-5-5": 0.25}, prices.price_request)
    apart = [estimate_cost(sizes_of(one), {"claude-haiku-5-5": 0.25}, prices.price_request) for one in (short, long)]

    assert both.low == apart[0].low + apart[1].low
    assert apart[1].low > 1_000 * apart[0].low


def test_many_requests_make_few_groups_and_keep_their_sums() -> None:
    several = [asking("x" * length, max_tokens=length) for length in range(1, 3_000)]

    groups = [group for _, group in sizes_of(*several).list_groups()]

    assert len(groups) < 100
    assert sum(group.requests for group in groups) == len(several)
    assert sum(group.max_tokens for group in groups) == sum(one["max_tokens"] for one in several)
    assert sum(group.characters for group in groups) == sum(map(count_prompt_characters, several))


def test_an_attachment_counts_for_its_tokens_and_not_for_its_bytes() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "A" * 1_000_000}
    with_image = GOOD | {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}

    characters = count_prompt_characters(with_image)

    assert ATTACHMENT_CHARACTERS <= characters < ATTACHMENT_CHARACTERS + 100


async def test_only_what_counts_is_sent_to_be_counted(counter: tuple[TokenCounter, ApiSimulator]) -> None:
    client, _ = counter

    plain = await client.count(GOOD | {"temperature": 0.5, "metadata": {"user_id": "u"}, "stop_sequences": ["x"]})
    longer = await client.count(GOOD | {"system": "x" * 4_000})

    assert longer - plain > 990


async def test_what_cannot_be_counted_is_refused(counter: tuple[TokenCounter, ApiSimulator]) -> None:
    with pytest.raises(ApiRejected):
        await counter[0].count({"model": "claude-opus-5"})


async def test_a_sample_of_every_model_is_counted_and_extrapolated(
    counter: tuple[TokenCounter, ApiSimulator], tmp_path: Path
) -> None:
    client, simulator = counter
    models = ["claude-opus-5", "claude-haiku-4-5"]
    requests = [asking("word " * (50 + number), model=models[number % 2]) for number in range(200)]
    file = b"".join(line(f"r{number}", params) for number, params in enumerate(requests))
    checked, content = check(file)
    checked_file = tmp_path / "checked"
    checked_file.write_bytes(content)

    samples = sample_params(checked_file, checked.sizes.count_by_model(), 4, random.Random(1))
    ratios = await client.measure_token_ratios(samples)
    result = estimate_cost(checked.sizes, ratios, flat)

    exact = sum(8 + len(json.dumps({"messages": one["messages"]}, ensure_ascii=False)) // 4 for one in requests)
    assert len(simulator.requests) == 8
    assert result.basis is EstimateBasis.COUNTED
    assert sum(one.input_tokens for one in result.models) == pytest.approx(exact, rel=0.05)


async def test_a_model_that_cannot_be_counted_has_no_ratio(counter: tuple[TokenCounter, ApiSimulator]) -> None:
    client, _ = counter

    ratios = await client.measure_token_ratios({"claude-opus-5": [GOOD], "gpt-12": [GOOD | {"model": "gpt-12"}]})

    assert list(ratios) == ["claude-opus-5"]


async def test_an_api_that_does_not_answer_costs_the_estimate_nothing_but_time(
    counter: tuple[TokenCounter, ApiSimulator],
) -> None:
    client, simulator = counter
    simulator.add_fault(ApiFault(path="/v1/messages/count_tokens", delay=30, times=5))

    ratios = await client.measure_token_ratios({"claude-opus-5": [GOOD] * 5}, seconds=0.05)

    assert ratios == {}


async def test_one_refused_sample_does_not_spoil_the_others() -> None:
    answers = [httpx.Response(200, json={"input_tokens": 50}), httpx.Response(400, json={})]
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answers.pop()), base_url="https://api.test")

    ratios = await TokenCounter(http).measure_token_ratios({"m": [GOOD, GOOD]})

    assert ratios == {"m": 50 / count_prompt_characters(GOOD)}


def test_the_range_is_that_of_the_tokens_it_names() -> None:
    sizes = RequestSizes()
    for _ in range(100_000):
        sizes.add({"model": "claude-opus-5", "max_tokens": 10, "messages": [{"role": "user", "content": "yes or no"}]})

    [one] = estimate_cost(sizes, {"claude-opus-5": 0.41}, Prices.load().price_request).models

    assert one.low == one.input_tokens * Decimal("2.5") / 1_000_000
    assert one.high == one.low + one.max_output_tokens * Decimal("12.5") / 1_000_000
