"""Which requests are worth sending again."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.results.causes import Cause, CauseKey
from bot.results.failures import FailedRequests
from tests.results.result_lines import errored, result


def failures_in(results: bytes, piece: int = 10_000) -> FailedRequests:
    failures = FailedRequests()
    for start in range(0, len(results), piece):
        failures.feed(results[start : start + piece])
    failures.finish()
    return failures


def retryable(failures: FailedRequests) -> frozenset[str]:
    return failures.select(cause.key for cause in failures.retryable)


def named(failures: FailedRequests, word: str) -> frozenset[str]:
    return failures.select(cause.key for cause in failures.causes if cause.key.matches(word))


def not_retryable(failures: FailedRequests) -> list[Cause]:
    return [cause for cause in failures.causes if not cause.retryable]


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

    assert retryable(failures) == {"busy", "crashed", "slow", "late", "stopped"}
    assert failures.succeeded == 1


def test_permanent_causes_are_counted_and_named() -> None:
    failures = failures_in(MIXED + result("wrong2", "invalid_request_error"))

    found = [(cause.type, cause.count, cause.samples) for cause in not_retryable(failures)]
    assert found[0] == ("invalid_request_error", 2, ("wrong", "wrong2"))
    assert {kind for kind, _, _ in found} == {"invalid_request_error", "not_found_error", "brand_new_error"}
    assert {cause.type for cause in failures.retryable} == {
        "overloaded_error",
        "api_error",
        "timeout_error",
        "expired",
        "canceled",
    }


def test_failures_at_the_spend_limit_are_not_retried_unasked() -> None:
    code = "enforced_spend_limit_reached"
    spent = result("spent", "rate_limit_error").replace(
        b'"text"', b'"text","details":{"error_code":"%s"}' % code.encode()
    )

    failures = failures_in(MIXED + spent + result("hasty", "rate_limit_error"))

    assert {"spent", "hasty"} & retryable(failures) == {"hasty"}
    assert named(failures, code) == {"spent"}
    assert code in {cause.code for cause in not_retryable(failures)}


CREDIT = "Your credit balance is too low to access the Anthropic API."
LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."


def error_line(custom_id: str, message: str) -> bytes:
    return json.dumps({"custom_id": custom_id, "result": errored("invalid_request_error", message)}).encode() + b"\n"


def test_an_error_that_names_no_place_in_the_request_waits_for_the_account() -> None:
    lines = [error_line("credit", CREDIT), error_line("limit", LIMIT), error_line("limit2", LIMIT)]
    lines.append(error_line("wrong", "messages.0.content: Input should be a valid list"))

    failures = failures_in(b"".join(lines))

    waiting = failures.about_the_account
    assert [(cause.count, cause.shown_message) for cause in waiting] == [(2, LIMIT), (1, CREDIT)]
    assert failures.select(cause.key for cause in waiting) == {"credit", "limit", "limit2"}
    assert failures.retryable == ()


def test_one_cause_is_chosen_by_its_type_or_alone_by_what_its_button_carries() -> None:
    other = result("wrong2", "invalid_request_error").replace(b'"text"', b'"other text"')

    failures = failures_in(MIXED + other)

    assert named(failures, "invalid_request_error") == {"wrong", "wrong2"}
    assert named(failures, CauseKey("invalid_request_error", "other text").short) == {"wrong2"}
    assert named(failures, "expired") == {"late"}
    assert named(failures, "unheard_of") == frozenset()


def test_answers_that_are_not_complete_are_found_by_why_they_stopped() -> None:
    def stopped(custom_id: str, reason: str | None) -> bytes:
        return result(custom_id, "succeeded").replace(
            b'"content"', b'"stop_reason": %b, "content"' % json.dumps(reason).encode()
        )

    reasons = ("end_turn", "pause_turn", "refusal", "max_tokens", "model_context_window_exceeded", "compaction", None)
    lines = [stopped(f"{reason}-{number}", reason) for reason in reasons for number in range(2)]

    failures = failures_in(b"".join(lines))

    assert failures.answers == {
        reason: [f"{reason}-0", f"{reason}-1"] for reason in reasons if reason not in ("end_turn", None)
    }
    assert (failures.succeeded, failures.causes) == (14, ())


def test_a_file_that_ends_inside_a_line_was_not_read_whole() -> None:
    assert failures_in(MIXED[:-9]).cut_off
    assert not failures_in(MIXED).cut_off


def test_an_error_that_cannot_be_read_is_not_retried_by_itself() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"errored","error":7}}\n'

    failures = failures_in(odd + b"not json\n")

    assert retryable(failures) == frozenset()
    assert [(cause.type, cause.count) for cause in not_retryable(failures)] == [("", 1)]
    assert failures.unreadable == 1


def test_a_success_whose_message_cannot_be_read_is_no_failure() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"succeeded","message":{"usage":null}}}\n'

    failures = failures_in(odd + result("late", "expired"))

    assert retryable(failures) == {"late"}
    assert failures.succeeded == 1


def test_more_causes_than_can_be_kept_apart_are_counted_together() -> None:
    words = b"".join(
        json.dumps({"custom_id": f"r{number}", "result": errored(f"kind_{number}")}).encode() + b"\n"
        for number in range(1_010)
    )

    failures = failures_in(words + result("late", "expired"))

    assert sum(cause.count for cause in not_retryable(failures)) == 1_010
    assert not_retryable(failures)[0].type == ""
    assert retryable(failures) == {"late"}


@given(st.integers(1, 200))
def test_the_chunks_of_results_do_not_matter(piece: int) -> None:
    assert retryable(failures_in(MIXED, piece)) == retryable(failures_in(MIXED))
