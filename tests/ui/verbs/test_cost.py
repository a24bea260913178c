"""The cost of batches: every day in its place, and nothing that is missing goes unsaid."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from bot.commands.cost import Cost as SpendQuery
from bot.commands.cost import CostShown
from bot.operations.cost_totals import CostRow
from bot.ui.render import render
from bot.ui.verbs.cost import make_bars
from tests.builders import READER
from tests.ui.catalog import MESSAGES, OUTCOMES, message_of
from tests.ui.walk import objects, shown

FIRST = date(2026, 10, 30)


def row(amount: int) -> CostRow:
    return CostRow("", 1, 1, Decimal(amount), complete=True)


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
def test_the_fallback_for_the_chart_holds_the_same_figures(name: str) -> None:
    message = MESSAGES[name]

    assert message.fallback_blocks is not None
    [picture] = [found for found in objects(message.blocks) if found.get("type") == "data_visualization"]
    assert picture not in message.fallback_blocks
    assert "By day (UTC)" in str(message.fallback_blocks)


def test_an_incomplete_total_says_so_in_the_blocks_and_in_the_notification() -> None:
    message = MESSAGES["cost_incomplete"]

    for said in (shown(message), message.text):
        assert "at least $9.04" in said
        assert "1 of 42 batches couldn't be read just now" in said
        assert "1 of 42 batches couldn't be read, because the results have expired" in said


def test_a_screen_reader_hears_the_same_days_as_are_shown() -> None:
    days = [(date.fromordinal(FIRST.toordinal() + number), row(1)) for number in range(20)]
    named = tuple((day, replace(each, name=day.isoformat())) for day, each in days)
    outcome = OUTCOMES["cost_incomplete"]
    assert isinstance(outcome, CostShown)

    said = message_of(render(replace(outcome, query=SpendQuery("4w", "day"), by_day=named), READER))

    for words in (said.text, shown(said)):
        assert "2026-11-18" in words
        assert "2026-10-30" not in words
        assert "and 5 more" in words
