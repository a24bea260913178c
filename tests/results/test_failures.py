"""Which requests are worth sending again."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.results.causes import CauseKey
from bot.results.failures import FailedRequests
from tests.results.result_lines import errored, result


def failures_in(results: bytes, piece: int = 10_000) -> FailedRequests:
    failures = FailedRequests()
    for start in range(0, len(results), piece):
        failures.feed(results[start : start + piece])
    failures.finish()
    return failures


MIXED = b"".join(
    [
        result("fine", "succeeded"),
        result("busy", "overloaded_error"),
        result("crashed", "api_error"),
        result("slow", "timeout_error"),
        result("late", "expired"),
        result("stopped", "canceled"),
        result("wrong", "invalid_request_error"),
        result("misspelt", "not_found_error"),
        result("strange", "brand_new_error"),
    ]
)


def test_only_retryable_failures_are_selected() -> None:
    failures = failures_in(MIXED)

    assert failures.select_retryable() == {"busy", "crashed", "slow", "late", "stopped"}
    assert failures.succeeded == 1


def test_permanent_causes_are_counted_and_named() -> None:
    failures = failures_in(MIXED + result("wrong2", "invalid_request_error"))

    named = [(cause.type, cause.count, cause.samples) for cause in failures.permanent]
    assert named[0] == ("invalid_request_error", 2, ("wrong", "wrong2"))
    assert {kind for kind, _, _ in named} == {"invalid_request_error", "not_found_error", "brand_new_error"}
    assert {cause.type for cause in failures.retryable} == {
        "overloaded_error",
        "api_error",
        "timeout_error",
        "expired",
        "canceled",
    }


def test_a_permanent_cause_is_included_by_choice() -> None:
    failures = failures_in(MIXED)
    key = CauseKey("invalid_request_error", "text")

    assert failures.select_retryable(also=[key]) == failures.select_retryable() | {"wrong"}


def test_failures_at_the_spend_limit_are_not_retried_unasked() -> None:
    code = "enforced_spend_limit_reached"
    spent = result("spent", "rate_limit_error").replace(
        b'"text"', b'"text","details":{"error_code":"%s"}' % code.encode()
    )

    failures = failures_in(MIXED + spent + result("hasty", "rate_limit_error"))

    assert {"spent", "hasty"} & failures.select_retryable() == {"hasty"}
    assert failures.select_cause(code) == {"spent"}
    assert code in {cause.code for cause in failures.permanent}


def test_one_cause_is_chosen_by_its_type_or_alone_by_what_its_button_carries() -> None:
    other = result("wrong2", "invalid_request_error").replace(b'"text"', b'"other text"')

    failures = failures_in(MIXED + other)

    assert failures.select_cause("invalid_request_error") == {"wrong", "wrong2"}
    assert failures.select_cause(CauseKey("invalid_request_error", "other text").short) == {"wrong2"}
    assert failures.select_cause("expired") == {"late"}
    assert failures.select_cause("unheard_of") == frozenset()


def test_a_file_that_ends_inside_a_line_was_not_read_whole() -> None:
    assert failures_in(MIXED[:-9]).cut_off
    assert not failures_in(MIXED).cut_off


def test_an_error_that_cannot_be_read_is_not_retried_by_itself() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"errored","error":7}}\n'

    failures = failures_in(odd + b"not json\n")

    assert failures.select_retryable() == frozenset()
    assert [(cause.type, cause.count) for cause in failures.permanent] == [("", 1)]
    assert failures.unreadable == 1


def test_a_success_whose_message_cannot_be_read_is_no_failure() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"succeeded","message":{"usage":null}}}\n'

    failures = failures_in(odd + result("late", "expired"))

    assert failures.select_retryable() == {"late"}
    assert failures.succeeded == 1


def test_more_causes_than_can_be_kept_apart_are_counted_together() -> None:
    words = b"".join(
        json.dumps({"custom_id": f"r{number}", "result": errored(f"kind_{number}")}).encode() + b"\n"
        for number in range(1_010)
    )

    failures = failures_in(words + result("late", "expired"))

    assert sum(cause.count for cause in failures.permanent) == 1_010
    assert failures.permanent[0].type == ""
    assert failures.select_retryable() == {"late"}


@given(st.integers(1, 200))
def test_the_chunks_of_results_do_not_matter(piece: int) -> None:
    assert failures_in(MIXED, piece).select_retryable() == failures_in(MIXED).select_retryable()
