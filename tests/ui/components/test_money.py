"""Amounts of money: to the cent, and never 0 for an unknown amount."""

from decimal import Decimal

import pytest

from bot.pricing.amounts import format_amount, format_usd
from bot.results.summary import CostSummary
from bot.ui.components.money import cost_gaps


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "$0.00"),
        ("-0.004", "$0.00"),
        ("-1.2", "−$1.20"),
        ("0.0049", "under $0.01"),
        ("0.01", "$0.01"),
        ("0.125", "$0.13"),
        ("12.494999", "$12.49"),
        ("1234567.895", "$1,234,567.90"),
    ],
)
def test_money_is_rounded_to_the_cent_and_the_smallest_is_not_nothing(amount: str, words: str) -> None:
    assert format_usd(Decimal(amount)) == words


def test_an_incomplete_amount_is_at_least_or_unknown_and_never_zero() -> None:
    assert format_amount(Decimal("3.2"), complete=False) == "at least $3.20"
    assert format_amount(Decimal(0), complete=False) == "unknown"
    assert format_amount(Decimal("0.009"), complete=False) == "unknown"
    assert format_amount(Decimal(0), complete=True) == "$0.00"


def test_every_gap_in_a_cost_is_named() -> None:
    cost = CostSummary(Decimal(1), tuple(f"model-{letter}" for letter in "abcdefg"), ("mars",), 1, 2)

    said = cost_gaps(cost)

    assert said[0].endswith("`model-e` and 2 more")
    assert said[1:] == [
        "no known price for the region `mars`",
        "1 web search is not included",
        "tokens of 2 requests can't be read",
    ]
