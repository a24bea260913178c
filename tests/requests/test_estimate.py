"""What a batch will cost: counted if possible, else calculated from characters, and unknown without a price."""

import json
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.client import open_http
from bot.api.errors import ApiRejected
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.pricing.prices import Prices
from bot.pricing.tokens import Tokens
from bot.requests.estimate import (
    ATTACHMENTS,
    CostRules,
    CountedRequest,
    EstimateBasis,
    TokenCounter,
    UnboundedPart,
    dump_estimate,
    estimate_cost,
    estimate_output,
    estimate_rest,
    estimate_sample,
    load_estimate,
)
from bot.requests.request_files import sample_params
from bot.requests.sizes import (
    ATTACHMENT_CHARACTERS,
    IMAGE_TOKENS,
    RequestSizes,
    count_prompt_characters,
    measure_request,
)
from tests.requests.request_lines import GOOD, check, line


def flat(model: str, tokens: Tokens, region: str | None) -> Decimal | None:
    """Return a dollar for each input token and ten for each output token, double in the US; None for a stranger."""
    if model == "stranger":
        return None
    return (Decimal(tokens.input) + 10 * Decimal(tokens.output)) * (2 if region == "us" else 1)


FLAT = CostRules(flat, lambda model: 200_000, Decimal("0.01"))
REAL = CostRules(Prices.load().price_request, lambda model: 200_000, Decimal("0.01"))


def counted(params: dict[str, Any], tokens: int) -> CountedRequest:
    return CountedRequest(measure_request(params), tokens)


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
    several = [asking("x" * 100, max_tokens=10), asking("x" * 100, max_tokens=20)]

    result = estimate_cost(sizes_of(*several), [counted(one, 7) for one in several], FLAT)

    assert (result.low, result.high) == (Decimal(14), Decimal(14 + 300))
    assert (result.models[0].input_tokens, result.models[0].max_output_tokens) == (14, 30)
    assert result.basis is EstimateBasis.COUNTED


def test_without_a_count_the_estimate_uses_characters_and_says_so() -> None:
    result = estimate_cost(sizes_of(asking("x" * 3_500)), (), FLAT)

    assert 1_000 <= result.models[0].input_tokens <= 1_020
    assert result.basis is EstimateBasis.BY_CHARACTERS


def test_a_model_without_a_price_is_unknown_and_not_free() -> None:
    result = estimate_cost(sizes_of(asking("x"), asking("x", model="stranger")), (), FLAT)

    assert result.unpriced_models == ("stranger",)
    assert [one.high for one in result.models if one.model == "stranger"] == [None]
    assert result.high > 0


def test_a_region_has_its_own_price() -> None:
    home = estimate_cost(sizes_of(asking("x")), (), FLAT)
    away = estimate_cost(sizes_of(asking("x", inference_geo="us")), (), FLAT)

    assert away.high == 2 * home.high


def test_each_requests_own_length_decides_over_the_rate_of_long_prompts() -> None:
    short = asking("x" * 1_000, model="claude-haiku-5-5")
    long = asking("x" * 1_000_000, model="claude-haiku-5-5")

    both = estimate_cost(sizes_of(short, long), (), REAL)
    apart = [estimate_cost(sizes_of(one), (), REAL) for one in (short, long)]

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
    counts = await client.count_all([one for each in samples.values() for one in each])
    result = estimate_cost(checked.sizes, counts, FLAT)

    exact = sum(8 + len(json.dumps({"messages": one["messages"]}, ensure_ascii=False)) // 4 for one in requests)
    assert len(simulator.requests) == 8
    assert result.basis is EstimateBasis.COUNTED
    assert sum(one.input_tokens for one in result.models) == pytest.approx(exact, rel=0.05)


async def test_a_model_that_cannot_be_counted_has_no_count(counter: tuple[TokenCounter, ApiSimulator]) -> None:
    client, _ = counter

    counts = await client.count_all([GOOD, GOOD | {"model": "gpt-12"}])

    assert [one.size.kind.model for one in counts] == [GOOD["model"]]


async def test_an_api_that_does_not_answer_costs_the_estimate_nothing_but_time(
    counter: tuple[TokenCounter, ApiSimulator],
) -> None:
    client, simulator = counter
    simulator.add_fault(ApiFault(path="/v1/messages/count_tokens", delay=30, times=5))

    counts = await client.count_all([GOOD] * 5, seconds=0.05)

    assert counts == ()


async def test_one_refused_sample_does_not_spoil_the_others() -> None:
    answers = [httpx.Response(200, json={"input_tokens": 50}), httpx.Response(400, json={})]
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answers.pop()), base_url="https://api.test")

    [count] = await TokenCounter(http).count_all([GOOD, GOOD])

    assert count == counted(GOOD, 50)


def test_the_range_is_that_of_the_tokens_it_names() -> None:
    sizes = RequestSizes()
    request = {"model": "claude-opus-5", "max_tokens": 10, "messages": [{"role": "user", "content": "yes or no"}]}
    for _ in range(100_000):
        sizes.add(request)

    [one] = estimate_cost(sizes, [counted(request, 12)], REAL).models

    assert one.input_tokens == 1_200_000
    assert one.low == one.input_tokens * Decimal("2.5") / 1_000_000
    assert one.high is not None
    assert one.high > one.low + one.max_output_tokens * Decimal("12.5") / 1_000_000


def document(source: dict[str, Any], **more: Any) -> dict[str, Any]:
    block = {"type": "document", "source": source}
    return GOOD | {"messages": [{"role": "user", "content": [block, {"type": "text", "text": "Title?"}]}]} | more


BY_ID = {"type": "file", "file_id": "file_0"}


def cached(ttl: str | None) -> dict[str, Any]:
    block = {"type": "text", "text": "x" * 4_000}
    control = {"type": "ephemeral"} | ({"ttl": ttl} if ttl else {})
    return asking("Go on.", model="claude-haiku-4-5") | {"system": [block | {"cache_control": control}]}


@pytest.mark.parametrize(("ttl", "times"), [(None, Decimal("1.25")), ("5m", Decimal("1.25")), ("1h", 2), ("9h", 2)])
def test_a_cache_write_is_at_its_dearest(ttl: str | None, times: Decimal) -> None:
    params = cached(ttl)

    plain = estimate_cost(sizes_of(params), [counted(params, 1_000)], REAL)

    output = params["max_tokens"] * Decimal("2.5") / 1_000_000
    assert plain.bound == times * 1_000 * Decimal("0.5") / 1_000_000 + output


def test_a_cache_that_the_request_itself_asks_for_is_one_too() -> None:
    params = asking("x", cache_control={"type": "ephemeral", "ttl": "1h"})

    assert measure_request(params).kind.caching == "1h"


def test_a_prompt_that_was_not_counted_is_bounded_by_its_bytes() -> None:
    result = estimate_cost(sizes_of(asking("語" * 1_000, max_tokens=1)), (), FLAT)

    assert 3_000 + 10 <= result.high <= 3_100 + 10
    assert result.low < 400


@pytest.mark.parametrize(
    "source",
    [BY_ID, {"type": "url", "url": "https://a.test/a.pdf"}, {"type": "base64", "media_type": "m", "data": "JVBERi0"}],
)
def test_a_document_may_fill_the_prompt_unless_it_was_counted(source: dict[str, Any]) -> None:
    params = document(source, max_tokens=1)

    uncounted = estimate_cost(sizes_of(params, params), (), FLAT)
    lowered = estimate_cost(sizes_of(params, params), [counted(params, 500)], FLAT)

    assert uncounted.high == 2 * 200_000 + 20
    assert lowered.high == 500 + 200_000 + 20


def test_a_document_has_no_bound_where_the_length_of_prompts_is_unknown() -> None:
    result = estimate_cost(sizes_of(document(BY_ID)), (), CostRules(flat, lambda model: None, None))

    assert result.bound is None
    assert result.unbounded == (UnboundedPart(ATTACHMENTS, 1),)


def test_an_image_in_the_request_has_a_most() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 1_000_000}}
    params = GOOD | {"messages": [{"role": "user", "content": [image]}], "max_tokens": 1}

    assert IMAGE_TOKENS + 10 < estimate_cost(sizes_of(params), (), FLAT).high < IMAGE_TOKENS + 200


def test_text_in_the_form_of_an_attachment_is_text() -> None:
    fake = {"type": "image", "source": {"type": "base64", "data": "x" * 100_000}}
    use = {"type": "tool_use", "id": "t", "name": "n", "input": fake}
    nested = {"type": "file", "text": "x" * 100_000}
    params = GOOD | {"messages": [{"role": "assistant", "content": [use]}, {"role": "user", "content": [nested]}]}

    assert measure_request(params).tokens > 200_000


def using(**tool: Any) -> dict[str, Any]:
    return asking("Name a river.", tools=[tool], max_tokens=1)


def test_web_searches_cost_as_many_as_are_allowed_and_the_prompt_after_each() -> None:
    params = using(type="web_search_20250305", name="web_search", max_uses=3)

    result = estimate_cost(sizes_of(params, params), [counted(params, 10)], FLAT)

    assert result.tools == Decimal("0.06")
    assert result.bound == 2 * (4 * 200_000 + 10) + result.tools


@pytest.mark.parametrize(
    ("params", "name"),
    [
        (using(type="web_search_20250305", name="web_search"), "web_search"),
        (using(type="web_search_20250305", name="web_search", max_uses=True), "web_search"),
        (using(type="web_fetch_20260209", name="web_fetch"), "web_fetch"),
        (using(type="code_execution_20260521", name="code", max_uses=1), "code_execution"),
        (using(type="advisor_20260301", name="a", model="claude-opus-5", max_uses=2), "advisor"),
        (using(type="tool_search_tool_regex_20251119", name="t"), "tool_search_tool_regex"),
        (using(type="mcp_toolset", mcp_server_name="x"), "mcp_toolset"),
        (using(type="not_known_yet_20270101", name="t"), "not_known_yet"),
        (asking("x", mcp_servers=[{"type": "url", "url": "https://m.test", "name": "x"}]), "mcp_servers"),
        (asking("x", container={"skills": []}), "container"),
        (asking("x", context_management={"edits": [{"type": "compact_20260112"}]}), "compaction"),
    ],
)
def test_what_nothing_limits_has_no_bound_and_is_named(params: dict[str, Any], name: str) -> None:
    result = estimate_cost(sizes_of(params), (), FLAT)

    assert result.bound is None
    assert UnboundedPart(name, 1) in result.unbounded


@pytest.mark.parametrize("kind", ["bash_20250124", "text_editor_20250728", "computer_20251124", "custom", None])
def test_a_tool_that_the_caller_runs_only_adds_its_definition(kind: str | None) -> None:
    tool = {"name": "look", "input_schema": {"type": "object"}} | ({"type": kind} if kind else {})

    result = estimate_cost(sizes_of(using(**tool)), (), FLAT)

    assert result.bound is not None
    assert result.bound < 2_500


def test_an_advisor_is_priced_by_its_own_model() -> None:
    tool = {"type": "advisor_20260301", "name": "a", "model": "claude-opus-5", "max_uses": 2, "max_tokens": 1_000}

    result = estimate_cost(sizes_of(using(**tool)), (), REAL)

    assert result.tools == (2 * 200_000 * Decimal(5) + 2_000 * Decimal("12.5")) / 1_000_000


def test_web_searches_without_a_price_have_no_bound() -> None:
    params = using(type="web_search_20250305", name="web_search", max_uses=3)

    assert estimate_cost(sizes_of(params), (), CostRules(flat, lambda model: 1, None)).bound is None


def test_names_from_a_file_are_limited() -> None:
    several = [using(type=f"tool{number}", name="t") for number in range(1_000)]

    result = estimate_cost(sizes_of(*several), (), FLAT)

    assert len(result.unbounded) <= 21
    assert sum(part.requests for part in result.unbounded) == 1_000


def test_an_estimate_is_stored_and_read_again() -> None:
    estimate = estimate_cost(sizes_of(using(type="mcp_toolset", mcp_server_name="x"), asking("x", model="m")), (), FLAT)

    assert load_estimate(dump_estimate(estimate)) == estimate


def test_what_an_earlier_version_estimated_is_no_bound() -> None:
    estimate = load_estimate('[["claude-haiku-4-5", 3, 100, 30, "0.1", "0.2", "COUNTED"]]')

    assert (estimate.bound, estimate.high) == (None, Decimal("0.2"))
    assert estimate.unbounded == (UnboundedPart("", 3),)


@pytest.mark.parametrize("damaged", ["", "{}", "[1]", '{"models": 1}', "null"])
def test_a_damaged_estimate_has_no_bound(damaged: str) -> None:
    assert load_estimate(damaged).bound is None


@given(lengths=st.lists(st.integers(0, 3_000), min_size=1, max_size=30), taken=st.integers(0, 30))
def test_a_sample_and_the_rest_are_never_bounded_below_what_they_may_cost(lengths: list[int], taken: int) -> None:
    several = [asking("x" * length, max_tokens=1 + length % 7, model="claude-haiku-4-5") for length in lengths]
    counts = [counted(one, 1 + len(one["messages"][0]["content"]) // 4) for one in several]
    exact = [estimate_cost(sizes_of(one), [count], REAL).high for one, count in zip(several, counts, strict=True)]
    whole = estimate_cost(sizes_of(*several), counts[:3], REAL)

    sizes = sizes_of(*several[:taken])
    sample = estimate_sample(whole, estimate_cost(sizes, (), REAL))
    rest = estimate_rest(whole, sizes.count_by_model(), estimate_output(sizes, REAL))

    assert sum(exact[:taken]) <= sample.high <= whole.high
    assert sum(exact[taken:]) <= rest.high <= whole.high
