"""Failures that differ in details are one cause; failures that differ in kind are several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.results.causes import Cause, CauseTally, generalize_message
from bot.results.lines import ErrorPart
from bot.results.remedies import Remedy, find_remedy

LONG = "words of a prompt " * 300


@pytest.mark.parametrize(
    ("message", "general"),
    [
        (
            "messages.3.content.0: Input should be a valid string",
            "messages.<n>.content.<n>: Input should be a valid string",
        ),
        ("prompt is too long: 213,442 tokens > 200000 maximum", "prompt is too long: <n> tokens > <n> maximum"),
        (
            "max_tokens: 128000 > 64000, which is the maximum allowed number for claude-haiku-4-5-20251001",
            "max_tokens: <n> > <n>, which is the maximum allowed number for claude-haiku-4-5-20251001",
        ),
        ("model: claude-haiku-4.5", "model: claude-haiku-4.5"),
        (
            "messages.5: `tool_use` ids were found without `tool_result` blocks immediately after: "
            "toolu_01A09q90qw90lq917835lq9, toolu_01B09q90qw90lq917835lq9.",
            "messages.<n>: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_<id>.",
        ),
        (
            "tools.0.name: String should match pattern '^[a-z]{1,128}$'",
            "tools.<n>.name: String should match pattern '…'",
        ),
        ("Could not process https://example.com/a/b.png?x=1. Try again.", "Could not process <url>. Try again."),
        ("It's the user's fault: don't send 'abc' twice", "It's the user's fault: don't send '…' twice"),
        ("found 'text', 'image' or 'tool'", "found '…'"),
        ("Request req_011CSHoEeqs5C35K2UUqR7Fy failed", "Request req_<id> failed"),
        ("job 123e4567-e89b-12d3-a456-426614174000 of ann@example.com", "job <id> of <email>"),
        ("hash deadbeef1234 is bad", "hash <id> is bad"),
        ("image.source.base64: image exceeds 5 MB", "image.source.base64: image exceeds <n> MB"),
        ("row-000123 and\n item_17", "row-<n> and item_<n>"),
        ("temperature: 1.5 is more than 1", "temperature: <n> is more than <n>"),
        (f'unexpected value "{LONG}"', 'unexpected value "…"'),
        (f"unexpected value '{LONG}", 'unexpected value "…"'),
        ("Overloaded", "Overloaded"),
        ("", ""),
    ],
)
def test_what_differs_between_requests_is_generalized(message: str, general: str) -> None:
    assert generalize_message(message) == general


def test_one_and_several_of_the_same_are_one_cause() -> None:
    def message(ids: str) -> str:
        return f"messages.3: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}."

    several = message("toolu_01A09q90qw90lq917835lq9, toolu_01B09q90qw90lq917835lq9")
    assert generalize_message(message("toolu_01A09q90qw90lq917835lq9")) == generalize_message(several)


def test_four_thousand_failures_that_differ_in_an_index_are_one_cause() -> None:
    tally = CauseTally()
    for number in range(4_000):
        message = f"messages.{number}.content.{number % 3}: Input should be a valid string"
        tally.add_error(ErrorPart("invalid_request_error", message), f"row-{number}")

    general = "messages.<n>.content.<n>: Input should be a valid string"
    assert tally.list_causes() == (Cause("invalid_request_error", general, 4_000, ("row-0", "row-1", "row-2")),)


@given(st.integers(0, 10**9), st.text(alphabet="abcdefghij", min_size=1), st.uuids())
def test_no_particulars_make_another_cause(number: int, word: str, uuid: object) -> None:
    def message(number: int, word: str, uuid: object) -> str:
        return (
            f'messages.{number}.content: id {uuid} of "{word}" at https://example.com/{word}/{number} exceeds {number}'
        )

    assert generalize_message(message(number, word, uuid)) == generalize_message(
        message(7, "other", "0" * 8 + "-0000-4000-8000-" + "1" * 12)
    )


@given(st.text(max_size=4_000))
def test_any_message_becomes_one_short_line(message: str) -> None:
    general = generalize_message(message)

    assert len(general) <= 300
    assert "\n" not in general


@pytest.mark.parametrize("unit", ["'", "' ", '"', "`", "“", "a@", "a.", "1,", "a-1", "a+://", "<n>, "])
def test_no_message_takes_long(unit: str) -> None:
    assert len(generalize_message(unit * 500_000)) <= 300


def test_failures_of_different_types_are_different_causes() -> None:
    tally = CauseTally()
    tally.add_error(ErrorPart("api_error", "no"), "a")
    tally.add_error(ErrorPart("overloaded_error", "no"), "b")

    assert [(cause.type, cause.count) for cause in tally.list_causes()] == [("api_error", 1), ("overloaded_error", 1)]


def test_the_largest_cause_comes_first_and_expired_and_canceled_are_causes() -> None:
    tally = CauseTally()
    tally.add_expired("a")
    tally.add_canceled("b")
    tally.add_canceled("c")

    assert tally.list_causes() == (Cause("canceled", "", 2, ("b", "c")), Cause("expired", "", 1, ("a",)))


def test_failures_beyond_the_kept_causes_are_still_counted() -> None:
    tally = CauseTally(max_causes=2)
    for letter in "abcab":
        tally.add_error(ErrorPart("api_error", letter), letter)
    tally.add_expired("late")

    assert [(cause.message, cause.count) for cause in tally.list_causes()] == [("a", 2), ("b", 2), ("", 1)]
    assert tally.other_count == 1


@pytest.mark.parametrize(
    ("error_type", "remedy", "retryable"),
    [
        ("invalid_request_error", Remedy.READ_MESSAGE, False),
        ("request_too_large", Remedy.MAKE_SMALLER, False),
        ("not_found_error", Remedy.CHECK_NAME, False),
        ("authentication_error", Remedy.CHECK_KEY, False),
        ("permission_error", Remedy.ASK_PERMISSION, False),
        ("billing_error", Remedy.ADD_CREDIT, False),
        ("overloaded_error", Remedy.RETRY, True),
        ("api_error", Remedy.RETRY, True),
        ("timeout_error", Remedy.RETRY, True),
        ("rate_limit_error", Remedy.RETRY_SLOWER, True),
        ("expired", Remedy.RETRY_SMALLER_BATCHES, True),
        ("canceled", Remedy.RETRY_IF_WANTED, True),
        ("brand_new_error", Remedy.UNKNOWN, False),
        ("", Remedy.UNKNOWN, False),
    ],
)
def test_each_type_has_its_remedy(error_type: str, remedy: Remedy, retryable: bool) -> None:
    assert (find_remedy(error_type), find_remedy(error_type).retryable) == (remedy, retryable)


@pytest.mark.parametrize(
    ("error_type", "code", "remedy"),
    [
        ("rate_limit_error", "enforced_spend_limit_reached", Remedy.RAISE_LIMIT),
        ("rate_limit_error", "contract_spend_limit_reached", Remedy.RAISE_LIMIT),
        ("rate_limit_error", "ramp_limit_exceeded", Remedy.RETRY_SLOWER),
        ("invalid_request_error", "image_dimensions_too_large", Remedy.MAKE_SMALLER),
        ("invalid_request_error", "organization_on_hold", Remedy.FIX_ACCOUNT),
        ("invalid_request_error", "workspace_human_review_disabled", Remedy.FIX_ACCOUNT),
        ("invalid_request_error", "claude_code_key_creator_not_member", Remedy.CHECK_KEY),
        ("invalid_request_error", "storage_quota_exceeded", Remedy.FIX_ACCOUNT),
        ("invalid_request_error", "file_not_downloadable", Remedy.CHECK_NAME),
        ("invalid_request_error", "tool_name_conflict", Remedy.FIX_REQUEST),
        ("invalid_request_error", "compaction_block_misplaced", Remedy.FIX_REQUEST),
        ("invalid_request_error", "thread_continue_in_flight", Remedy.FIX_REQUEST),
        ("invalid_request_error", "user_profile_required", Remedy.FIX_REQUEST),
        ("not_found_error", "thread_not_found", Remedy.FIX_REQUEST),
        ("not_found_error", "user_profile_not_found", Remedy.FIX_REQUEST),
        ("overloaded_error", "compaction_unavailable", Remedy.RETRY),
        ("novel_error", "cmek_key_unreachable", Remedy.RETRY),
        ("novel_error", "cmek_context_unavailable", Remedy.RETRY),
        ("conflict_error", "skill_read_blocked_undecryptable", Remedy.FIX_ACCOUNT),
        ("permission_error", "user_profile_not_billable", Remedy.FIX_ACCOUNT),
        ("permission_error", "user_profile_billing_not_authorized", Remedy.FIX_ACCOUNT),
        ("permission_error", "sandbox_egress_restricted", Remedy.FIX_ACCOUNT),
        ("billing_error", "linked_organization_spend_limit_reached", Remedy.RAISE_LIMIT),
        ("billing_error", "linked_organization_billing_unavailable", Remedy.ADD_CREDIT),
        ("request_too_large", "request_body_too_large_after_decoding", Remedy.MAKE_SMALLER),
        ("not_found_error", "file_expired", Remedy.UPLOAD_AGAIN),
        ("novel_error", "novel_code", Remedy.UNKNOWN),
    ],
)
def test_a_code_that_says_more_than_its_type_has_a_remedy_of_its_own(
    error_type: str, code: str, remedy: Remedy
) -> None:
    assert find_remedy(error_type, code) is remedy


@pytest.mark.parametrize(
    "message",
    [
        "messages: Field required",
        "messages.2.content.0.image.source.base64.data: Image does not match the provided media type image/jpeg",
        "messages[0].content: Input should be a valid list",
        "max_tokens: 128000 > 64000, which is the maximum",
        "The max_tokens parameter is too large",
        "`temperature` is deprecated for this model.",
        "`max_tokens` must be greater than `thinking.budget_tokens`",
        "thinking.type.enabled is not supported for this model",
        "tools.0.custom.name: String should match pattern",
        "novel_key: Extra inputs are not permitted",
    ],
)
def test_an_invalid_request_whose_message_names_a_place_needs_a_fix(message: str) -> None:
    assert find_remedy("invalid_request_error", message=message) is Remedy.FIX_REQUEST
    assert find_remedy("invalid_request_error", message=generalize_message(message)) is Remedy.FIX_REQUEST


def test_a_prompt_that_is_too_long_must_be_made_smaller() -> None:
    message = "prompt is too long: 250000 tokens > 200000 maximum"

    assert find_remedy("invalid_request_error", message=message) is Remedy.MAKE_SMALLER
    assert find_remedy("invalid_request_error", message=generalize_message(message)) is Remedy.MAKE_SMALLER


CREDIT = "Your credit balance is too low to access the Anthropic API. See https://platform.claude.com/settings/billing."
LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        (CREDIT, Remedy.ADD_CREDIT),
        (LIMIT, Remedy.READ_MESSAGE),
        ("You sent too many messages. Wait for the system, or see docs.claude.com/messages.html.", Remedy.READ_MESSAGE),
        ("Batches aren't available in this workspace.", Remedy.READ_MESSAGE),
        ("Error: no access", Remedy.READ_MESSAGE),
    ],
)
def test_an_invalid_request_whose_message_names_no_place_is_not_blamed(message: str, remedy: Remedy) -> None:
    tally = CauseTally()
    for custom_id in ("a", "b"):
        tally.add_error(ErrorPart("invalid_request_error", message), custom_id)

    [cause] = tally.list_causes()

    assert (cause.remedy, cause.retryable, cause.remedy.needs_account) == (remedy, False, True)
    assert cause.shown_message == message


def test_two_dates_of_access_are_two_causes_and_other_figures_one() -> None:
    tally = CauseTally()
    tally.add_error(ErrorPart("invalid_request_error", LIMIT), "a")
    tally.add_error(ErrorPart("invalid_request_error", LIMIT.replace("12-01", "12-02")), "b")
    for figure in (200_100, 264_000):
        tally.add_error(ErrorPart("invalid_request_error", f"prompt is too long: {figure} tokens"), "c")

    assert [cause.shown_message for cause in tally.list_causes()] == [
        "prompt is too long: <n> tokens",
        LIMIT,
        LIMIT.replace("12-01", "12-02"),
    ]


def test_words_shown_whole_have_nothing_that_may_come_from_a_request() -> None:
    tally = CauseTally()
    foreign = 'Cannot read "a secret" at https://example.org/token?x=1 for ada@example.org'
    tally.add_error(ErrorPart("invalid_request_error", foreign), "a")

    assert tally.list_causes()[0].shown_message == 'Cannot read "…" at <url> for <email>'


def test_failures_with_different_codes_are_different_causes() -> None:
    tally = CauseTally()
    tally.add_error(ErrorPart("rate_limit_error", "Wait."), "a")
    tally.add_error(ErrorPart("rate_limit_error", "Wait.", details={"error_code": "enforced_spend_limit_reached"}), "b")
    tally.add_error(ErrorPart("error", error=ErrorPart("rate_limit_error", "Wait.", details=["odd"])), "c")

    assert [(cause.code, cause.samples, cause.retryable) for cause in tally.list_causes()] == [
        ("", ("a", "c"), True),
        ("enforced_spend_limit_reached", ("b",), False),
    ]
    assert len({cause.key.short for cause in tally.list_causes()}) == 2
