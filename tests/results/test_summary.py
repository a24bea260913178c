"""The summary of a complete and well-formed file."""

import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bot.api.models import RequestCounts
from bot.pricing.prices import Prices
from bot.pricing.tokens import Tokens
from bot.results.billing import count_tokens
from bot.results.causes import Cause
from bot.results.lines import CacheCreationPart, UsagePart
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import (
    CostSummary,
    CountDifference,
    ModelUse,
    OutcomeCounts,
    OutputSizes,
    ResultsSummary,
    StopReason,
    SummaryUnreadable,
)

HAIKU = "claude-haiku-4-5-20251001"


def line(custom_id: str, result: dict[str, object]) -> bytes:
    return msgspec.json.encode({"custom_id": custom_id, "result": result}) + b"\n"


def succeeded(custom_id: str, *, model: str = HAIKU, stop_reason: str = "end_turn", **usage: object) -> bytes:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "secret words\u2028of a model"}],
        "model": model,
        "stop_reason": stop_reason,
        "usage": {"input_tokens": 10, "output_tokens": 20} | usage,
    }
    return line(custom_id, {"type": "succeeded", "message": message})


def errored(custom_id: str, kind: str, message: str) -> bytes:
    error = {"type": "error", "error": {"type": kind, "message": message, "details": {"a": [1]}}, "request_id": None}
    return line(custom_id, {"type": "errored", "error": error})


def summary_of(*lines: bytes) -> ResultsSummary:
    reader = ResultsSummarizer(Prices.load())
    for each in lines:
        reader.feed(each)
    return reader.finish()


def test_a_summary_covers_the_whole_file() -> None:
    summary = summary_of(
        succeeded("a", output_tokens=20),
        succeeded("b", output_tokens=40, stop_reason="max_tokens", output_tokens_details={"thinking_tokens": 5}),
        succeeded("c", output_tokens=90),
        errored("d", "invalid_request_error", "messages.1: bad"),
        errored("e", "invalid_request_error", "messages.2: bad"),
        line("f", {"type": "canceled"}),
        line("g", {"type": "expired"}),
    )

    assert summary.counts == OutcomeCounts(succeeded=3, errored=2, canceled=1, expired=1)
    assert (summary.lines, summary.broken.count, summary.duplicates) == (7, 0, 0)
    assert summary.causes[0] == Cause("invalid_request_error", "messages.<n>: bad", 2, ("d", "e"))
    assert {cause.type for cause in summary.causes[1:]} == {"canceled", "expired"}
    assert summary.stop_reasons == (StopReason("end_turn", 2), StopReason("max_tokens", 1, ("b",)))
    assert summary.output == OutputSizes(median=40, largest=90)
    tokens = Tokens(input=30, output=150, thinking=5)
    assert summary.models == (ModelUse(HAIKU, 3, tokens, Decimal("0.00039")),)
    assert summary.tokens == tokens
    assert summary.retryable == 2


def test_the_cost_of_a_file_matches_a_calculation_by_hand() -> None:
    cached: dict[str, Any] = {
        "input_tokens": 100_000,
        "output_tokens": 20_000,
        "cache_creation_input_tokens": 60_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 40_000, "ephemeral_1h_input_tokens": 20_000},
        "cache_read_input_tokens": 400_000,
    }
    summary = summary_of(
        succeeded("a", **cached),
        succeeded("b", model="claude-opus-4-8", inference_geo="us", **cached),
        succeeded("c", model="claude-haiku-5-5", input_tokens=100_000, output_tokens=10_000),
        succeeded("d", model="claude-haiku-5-5", input_tokens=100_001, output_tokens=10_000),
        errored("e", "api_error", "not billed"),
    )

    # a: 0.1 × 0.50 = 0.05 · 0.02 × 2.50 = 0.05 · 0.04 × 0.625 = 0.025 · 0.02 × 1.00 = 0.02 · 0.4 × 0.05 = 0.02 → 0.165
    # b: 0.1 × 2.50 = 0.25 · 0.02 × 12.50 = 0.25 · 0.04 × 3.125 = 0.125 · 0.02 × 5 = 0.10 · 0.4 × 0.25 = 0.10
    #    → 0.825, in the US × 1.1 → 0.9075
    # c: 0.1 × 0.05 = 0.005 · 0.01 × 0.25 = 0.0025 → 0.0075
    # d: 0.100001 × 0.25 = 0.02500025 · 0.01 × 1.25 = 0.0125 → 0.03750025
    assert summary.cost == CostSummary(Decimal("1.11750025"))
    assert summary.cost.complete
    assert f"{summary.cost.amount:.2f}" == "1.12"


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        ([succeeded("a", model="claude-mythos-5-2")], {"unknown_models": ("claude-mythos-5-2",)}),
        ([succeeded("a", inference_geo="moon")], {"unknown_regions": ("moon",)}),
        ([succeeded("a", server_tool_use={"web_search_requests": -3})], {"unknown_tools": ("web_search",)}),
        ([line("a", {"type": "succeeded", "message": {"usage": None}})], {"unreadable": 1}),
    ],
)
def test_what_has_no_price_makes_the_total_incomplete(lines: list[bytes], missing: dict[str, object]) -> None:
    cost = summary_of(succeeded("priced", input_tokens=2_000_000, output_tokens=0), *lines).cost

    assert not cost.complete
    assert cost.amount >= 1
    assert {name: getattr(cost, name) for name in missing} == missing


def test_a_model_without_a_price_has_no_cost_and_a_known_cost_of_0() -> None:
    [use] = summary_of(succeeded("a", model="claude-mythos-5-2")).models

    assert (use.cost, use.known_cost) == (None, Decimal(0))


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_model_with_a_price_for_some_of_its_requests_that_part_is_known(order: int) -> None:
    lines = [succeeded("a"), succeeded("b", inference_geo="moon"), succeeded("c", inference_geo="us")][::order]

    [use] = summary_of(*lines).models

    assert (use.cost, use.known_cost) == (None, Decimal("0.00011"))  # 10 × 0.50 + 20 × 2.50 a million, twice


def test_a_summary_from_before_the_known_part_was_kept_means_the_same() -> None:
    summary = summary_of(succeeded("a"), succeeded("b", inference_geo="moon"), succeeded("c", model="claude-opus-4-8"))
    text = re.sub(r',"partial":"[^"]*"', "", summary.to_json())

    partly, wholly = ResultsSummary.from_json(text).models

    assert (partly.cost, partly.known_cost) == (None, Decimal(0))
    assert wholly == summary.models[1]
    assert wholly.known_cost == wholly.cost


@pytest.mark.parametrize(
    ("usage", "writes"),
    [
        ({}, (0, 0)),
        ({"cache_creation_input_tokens": 9}, (9, 0)),
        ({"cache_creation_input_tokens": 9, "cache_creation": CacheCreationPart(4, 5)}, (4, 5)),
        ({"cache_creation_input_tokens": 9, "cache_creation": CacheCreationPart(None, 5)}, (4, 5)),
        ({"cache_creation": CacheCreationPart(4, 5)}, (4, 5)),
        ({"cache_creation_input_tokens": 0, "cache_creation": CacheCreationPart(0, 0)}, (0, 0)),
    ],
)
def test_cache_writes_are_split_where_the_api_splits_them(usage: dict[str, object], writes: tuple[int, int]) -> None:
    tokens = count_tokens(
        msgspec.convert({"input_tokens": 1, "output_tokens": 2} | usage, UsagePart, from_attributes=True)
    )

    assert (tokens.write_5m, tokens.write_1h) == writes


@pytest.mark.parametrize(
    ("outputs", "median"),
    [([7], 7), ([1, 2], 1), ([3, 1, 2], 2), ([255, 256], 255), ([1, 300, 9_000, 70_000], 4_650), ([5] * 9, 5)],
)
def test_the_median_output_is_the_one_in_the_middle(outputs: list[int], median: int) -> None:
    summary = summary_of(*(succeeded(f"r{place}", output_tokens=size) for place, size in enumerate(outputs)))

    assert summary.output == OutputSizes(median, max(outputs))


def test_nothing_succeeded_is_no_output() -> None:
    summary = summary_of(line("a", {"type": "expired"}))

    assert (summary.output, summary.models, summary.cost) == (None, (), CostSummary(Decimal(0)))


def test_a_summary_survives_being_stored() -> None:
    summary = summary_of(succeeded("a"), succeeded("b", model="?"), errored("c", "api_error", "x"), b"broken\n")

    assert ResultsSummary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize("text", ["", "{}", "null", '{"version": 1}'])
def test_a_damaged_summary_is_refused(text: str) -> None:
    with pytest.raises(SummaryUnreadable):
        ResultsSummary.from_json(text)


def test_a_summary_of_another_version_is_refused() -> None:
    text = summary_of(succeeded("a")).to_json().replace('"version":1', '"version":2')

    with pytest.raises(SummaryUnreadable, match="version is 2"):
        ResultsSummary.from_json(text)


def test_no_word_of_an_output_is_kept() -> None:
    text = summary_of(succeeded("a"), errored("b", "invalid_request_error", 'bad value "secret words"')).to_json()

    assert "secret" not in text


def test_counts_that_disagree_with_the_batch_are_named() -> None:
    summary = summary_of(succeeded("a"), line("b", {"type": "expired"}))

    same = summary.find_differences(RequestCounts(processing=0, succeeded=1, errored=0, canceled=0, expired=1))
    other = summary.find_differences(RequestCounts(processing=2, succeeded=3, errored=0, canceled=0, expired=1))

    assert same == ()
    assert other == (CountDifference("processing", 2, 0), CountDifference("succeeded", 3, 1))


def test_getting_ready_in_steps_gives_the_same_summary() -> None:
    lines = [*(succeeded(f"id-{number}") for number in range(300)), succeeded("id-7"), errored("e", "a", "b")[:-1]]
    reader = ResultsSummarizer(Prices.load())
    reader.feed(b"".join(lines))

    steps = sum(1 for _ in reader.finish_in_steps())
    summary = reader.finish()

    assert steps > 10
    assert (summary.lines, summary.duplicates) == (302, 1)
    assert summary == summary_of(*lines)


def test_progress_is_reported_while_reading() -> None:
    reader = ResultsSummarizer(Prices.load())
    first = succeeded("a")

    reader.feed(first + b'{"cus')

    assert (reader.lines, reader.bytes_read) == (1, len(first) + 5)


def test_a_tier_that_is_not_known_loses_no_cost() -> None:
    summary = summary_of(succeeded("a", service_tier="flex"), succeeded("b", service_tier={"x": 1}))

    assert summary.cost.complete
    assert summary.models[0].requests == 2
