"""What an error's code adds to its type, whatever else the details contain."""

import json

import pytest

from bot.pricing.prices import Prices
from bot.results.causes import Cause
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import ResultsSummary
from tests.results.result_lines import errored

SPENT = "enforced_spend_limit_reached"


def summary_of(*errors: tuple[str, object]) -> ResultsSummary:
    """Summarize a line for each type of error and its details; their custom_ids are a, b, c."""
    reader = ResultsSummarizer(Prices.load())
    for custom_id, (kind, details) in zip("abc", errors, strict=False):
        result = errored(kind)
        result["error"]["error"]["details"] = details
        reader.feed(json.dumps({"custom_id": custom_id, "result": result}).encode() + b"\n")
    return reader.finish()


@pytest.mark.parametrize("details", [None, {"a": [1]}, {"error_code": None}, {"error_code": 7}, "text", [1], 1.5, True])
def test_a_cause_is_counted_whatever_its_details(details: object) -> None:
    assert summary_of(("api_error", details)).causes == (Cause("api_error", "text", 1, ("a",)),)


def test_the_code_of_an_error_decides_its_remedy() -> None:
    details = {"error_code": SPENT, "error_visibility": "user_facing"}

    summary = summary_of(("rate_limit_error", details), ("rate_limit_error", None))

    assert {cause.code: cause.retryable for cause in summary.causes} == {SPENT: False, "": True}
    assert summary.retryable == 1


def test_a_summary_stored_without_codes_can_be_read() -> None:
    summary = summary_of(("api_error", None))
    kept = summary.to_json().replace(',"code":""', "")

    assert '"code"' not in kept
    assert ResultsSummary.from_json(kept) == summary
