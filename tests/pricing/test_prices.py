"""Exact prices of tokens, and no guesses."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.pricing.prices import DEFAULT_PRICES, Prices, PricesUnreadable
from bot.pricing.tokens import Tokens


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices.load()


def test_a_cost_matches_a_calculation_by_hand(prices: Prices) -> None:
    tokens = Tokens(
        input=1_200_000, write_5m=400_000, write_1h=100_000, read=3_000_000, output=250_000, thinking=90_000
    )

    cost = prices.price_request("claude-haiku-4-5-20251001", tokens)

    # 1.2 × 0.50 = 0.60 · 0.4 × 0.625 = 0.25 · 0.1 × 1.00 = 0.10 · 3 × 0.05 = 0.15 · 0.25 × 2.50 = 0.625
    # Thinking is part of the output.
    assert cost == Decimal("1.725")


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("claude-haiku-4-5", "claude-haiku-4-5"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-sonnet-5-latest", "claude-sonnet-5"),
        ("claude-3-5-haiku-20241022", "claude-3-5-haiku"),
        ("claude-mythos-5-1", "claude-fable-5-1"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
    ],
)
def test_a_date_after_a_name_does_not_change_the_price(prices: Prices, model: str, named: str) -> None:
    row = prices.find_row(model)

    assert row is not None
    assert named in row.models


@pytest.mark.parametrize(
    "model",
    ["claude-opus-4-10", "claude-mythos-5-2", "claude-opus-5-7", "claude-haiku-4-55", "gpt-4", "", "claude-opus-4-8x"],
)
def test_the_price_of_another_version_is_unknown_and_never_0(prices: Prices, model: str) -> None:
    assert prices.price_request(model, Tokens(input=1)) is None


@pytest.mark.parametrize(("day", "expected"), [("2026-09-28", "0.10"), ("2026-10-06", "0.10"), ("2026-10-07", "0.05")])
def test_a_price_that_changed_is_that_of_the_day(prices: Prices, day: str, expected: str) -> None:
    cost = prices.select_day(date.fromisoformat(day)).price_request("claude-sonnet-5-5", Tokens(read=1_000_000))

    assert cost == Decimal(expected)


def test_a_long_prompt_is_priced_by_its_own_rates(prices: Prices) -> None:
    at_the_step = Tokens(input=40_000, write_1h=10_000, read=50_000, output=1_000_000)
    over_it = Tokens(input=40_001, write_1h=10_000, read=50_000, output=1_000_000)

    # 0.04 × 0.05 = 0.002 · 0.01 × 0.10 = 0.001 · 0.05 × 0.005 = 0.00025 · 1 × 0.25
    assert prices.price_request("claude-haiku-5-5", at_the_step) == Decimal("0.25325")
    # 0.040001 × 0.25 = 0.01000025 · 0.01 × 0.50 = 0.005 · 0.05 × 0.025 = 0.00125 · 1 × 1.25
    assert prices.price_request("claude-haiku-5-5", over_it) == Decimal("1.26625025")


@pytest.mark.parametrize(
    ("model", "region", "expected"),
    [
        ("claude-opus-4-8", "us", "2.75"),
        ("claude-opus-4-8", "not_available", "2.5"),
        ("claude-opus-4-8", None, "2.5"),
        ("claude-opus-4-5", "us", "2.5"),
        ("claude-opus-4-8", "moon", None),
    ],
)
def test_a_region_costs_more_only_for_models_that_have_regions(
    prices: Prices, model: str, region: str | None, expected: str | None
) -> None:
    cost = prices.price_request(model, Tokens(input=1_000_000), region)

    assert cost == (Decimal(expected) if expected else None)


def test_the_package_s_own_prices_keep_the_documented_proportions(prices: Prices) -> None:
    for row in prices.prices:
        for rates in filter(None, (row, row.long_prompt)):
            assert rates.write_5m == rates.input * Decimal("1.25"), row.models
            assert rates.write_1h == rates.input * 2, row.models
            assert rates.read < rates.input < rates.output, row.models


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("input = 4.00", "input = four"), r"line 1\d"),
        (("input = 4.00", 'input = "four"'), r"prices\.0\.input: .*decimal"),
        (("input = 4.00", "input = -4.00"), r"prices\.0\.input: "),
        (("input = 4.00", "input = nan"), r"prices\.0\.input: "),
        (("output = 20.00\n", ""), r"prices\.0\.output: Field required"),
        (("input = 4.00", "inptu = 4.00"), r"prices\.0\.in"),
        (('"claude-fable-5-1"', '"claude-fable-5-2"'), r"prices\.1\.models: claude-fable-5-2 has a row already"),
        (("us = 1.1", "us = 0"), r"regions\.us: "),
    ],
)
def test_a_malformed_file_is_reported_with_its_line_or_field(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    path = tmp_path / "prices.toml"
    text = DEFAULT_PRICES.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), "utf-8")

    with pytest.raises(PricesUnreadable, match=complaint) as refused:
        Prices.load(path)

    assert str(path) in str(refused.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PricesUnreadable, match="No such file"):
        Prices.load(tmp_path / "none.toml")


def test_a_file_of_the_administrator_s_replaces_the_package_s(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        '[regions]\n[[prices]]\nmodels = ["own"]\ninput = 1\noutput = 2\nwrite_5m = 1\nwrite_1h = 1\nread = 1\n'
        'date = 2026-11-01\nsource = "our contract"\n'
    )

    prices = Prices.load(path)

    assert prices.price_request("own", Tokens(output=500_000)) == 1
    assert prices.price_request("claude-opus-5", Tokens(output=1)) is None
