"""The figures of results."""

from msgspec.structs import replace

from bot.commands.results import ResultsShown
from bot.results.summary import OutputSizes
from bot.ui.components.result_figures import figure_lines
from tests.ui.catalog import OUTCOMES


def test_answers_of_one_token_are_of_one_token() -> None:
    outcome = OUTCOMES["results"]
    assert isinstance(outcome, ResultsShown)

    lines = figure_lines(replace(outcome.fetched.summary, output=OutputSizes(1, 2)))

    assert "*Answer length:* median 1 token, longest 2" in lines
