"""The figures of results."""

import pytest
from msgspec.structs import replace

from bot.commands.results import ResultsShown
from bot.results.summary import OutputSizes, StopReason
from bot.ui.components.result_figures import figure_lines
from tests.ui.catalog import OUTCOMES
from tests.ui.result_samples import SUMMARY


@pytest.mark.parametrize(("count", "is_shown"), [(58, False), (59, True), (1_161, True)])
def test_a_high_share_of_cut_answers_has_a_line_of_its_own(count: int, is_shown: bool) -> None:
    summary = replace(SUMMARY, stop_reasons=(StopReason("max_tokens", count),))

    assert any("were cut off at `max_tokens`" in line for line in figure_lines(summary)) is is_shown


def test_answers_of_one_token_are_of_one_token() -> None:
    outcome = OUTCOMES["results"]
    assert isinstance(outcome, ResultsShown)

    lines = figure_lines(replace(outcome.fetched.summary, output=OutputSizes(1, 2)))

    assert "*Answer length:* median 1 token, longest 2" in lines
