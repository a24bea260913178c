"""Money and its picture: to the cent, never 0 for what is unknown, every day in its place."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from bot.commands.cost import Cost as SpendQuery
from bot.commands.cost import CostShown
from bot.operations.cost_totals import CostRow
from bot.results.summary import CostSummary
from bot.ui.components.money import amount_words, cost_gaps, usd
from bot.ui.render import render
from bot.ui.verbs.cost import make_bars
from tests.builders import READER
from tests.ui.catalog import OUTCOMES, message_of, messages
from tests.ui.walk import objects, shown

FIRST = date(2026, 10, 30)


def row(amount: int) -> CostRow:
    return CostRow("", 1, 1, Decimal(amount), complete=True)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "$0.00"),
        ("0.0049", "under $0.01"),
        ("0.01", "$0.01"),
        ("0.125", "$0.13"),
        ("12.494999", "$12.49"),
        ("1234567.895", "$1,234,567.90"),
    ],
)
def test_money_is_rounded_to_the_cent_and_the_smallest_is_not_nothing(amount: str, words: str) -> None:
    assert usd(Decimal(amount)) == words


def test_what_is_not_complete_is_at_least_or_unknown_and_never_nothing() -> None:
    assert amount_words(Decimal("3.2"), complete=False) == "at least $3.20"
    assert amount_words(Decimal(0), complete=False) == "unknown"
    assert amount_words(Decimal(0), complete=True) == "$0.00"


def test_everything_that_is_missing_is_named() -> None:
    cost = CostSummary(Decimal(1), tuple(f"model-{letter}" for letter in "abcdefg"), ("mars",), 1, 2)

    said = cost_gaps(cost)

    assert said[0].endswith("`model-e` and 2 more")
    assert said[1:] == [
        "no price is known for the region `mars`",
        "1 web search not included",
        "the tokens of 2 requests could not be read",
    ]


def test_a_day_without_a_batch_is_a_bar_of_nothing() -> None:
    drawn = make_bars([(FIRST, row(3)), (date(2026, 11, 1), row(4))])

    assert drawn == [("Oct 30", Decimal(3)), ("Oct 31", Decimal(0)), ("Nov 1", Decimal(4))]


@pytest.mark.parametrize("days", [1, 19, 20, 21, 40, 41, 366])
def test_there_are_never_more_bars_than_slack_takes_and_no_money_is_lost(days: int) -> None:
    spending = [(date.fromordinal(FIRST.toordinal() + number), row(1)) for number in range(days)]

    drawn = make_bars(spending)

    assert len(drawn) <= 20
    assert sum(amount for _, amount in drawn) == days
    assert len({label for label, _ in drawn}) == len(drawn)


@pytest.mark.parametrize("name", ["cost", "cost_incomplete"])
def test_what_stands_in_for_the_picture_says_as_much(name: str) -> None:
    message = messages()[name]

    assert message.fallback_blocks is not None
    [picture] = [found for found in objects(message.blocks) if found.get("type") == "data_visualization"]
    assert picture not in message.fallback_blocks
    assert "By day (UTC)" in str(message.fallback_blocks)


def test_an_incomplete_total_says_so_in_the_blocks_and_in_the_notification() -> None:
    message = messages()["cost_incomplete"]

    for said in (shown(message), message.text):
        assert "at least $9.04" in said
        assert "1 of 11 batches could not be read just now" in said
        assert "1 of 11 batches could not be read: the results are no longer kept" in said


def test_of_many_days_a_screen_reader_hears_the_same_as_is_seen() -> None:
    days = [(date.fromordinal(FIRST.toordinal() + number), row(1)) for number in range(20)]
    named = tuple((day, replace(each, name=day.isoformat())) for day, each in days)
    outcome = OUTCOMES["cost_incomplete"]
    assert isinstance(outcome, CostShown)

    said = message_of(render(replace(outcome, query=SpendQuery("4w", "day"), by_day=named), READER))

    for words in (said.text, shown(said)):
        assert "2026-11-18" in words
        assert "2026-10-30" not in words
        assert "and 5 more" in words
