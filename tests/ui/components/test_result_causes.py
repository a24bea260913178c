"""The causes of failure on the card of results."""

from msgspec.structs import replace

from bot.results.causes import Cause
from bot.ui.components.result_causes import cause_blocks
from tests.ui.result_samples import SUMMARY


def test_the_code_of_an_error_is_shown_next_to_its_type() -> None:
    cause = Cause("rate_limit_error", "Limit <n> reached", 40_000, ("a-1",), "enforced_spend_limit_reached")
    summary = replace(SUMMARY, causes=(cause,))

    said = str(cause_blocks(summary, lambda _: None))

    assert "*40,000* × `rate_limit_error` `enforced_spend_limit_reached`" in said
    assert "The spend limit was reached" in said
