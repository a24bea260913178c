"""Which calls are retried, and after how long."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused, RateLimited, SpendLimitReached
from bot.api.retry_policy import Repeatable, RetryPolicy, may_repeat, read_retry_after

FREELY, WHILE_UNCHANGED, UNLESS_SENT = Repeatable
LIMITED = RateLimited("rate_limit_error", "slow down", 429)
SPENT = SpendLimitReached("rate_limit_error", "enough", 429)
OVERLOADED = ApiUnavailable("overloaded_error", "busy", 529)
LOST = ApiUnavailable("timeout", "ReadTimeout")
NEVER_SENT = ApiUnavailable("connection", "ConnectError", may_have_happened=False)
CONFLICT = ApiRejected("conflict_error", "changed", 409)
WRONG = ApiRejected("invalid_request_error", "no", 400)
REFUSED = KeyRefused("authentication_error", "no", 401)


@pytest.mark.parametrize(
    ("error", "may_freely", "may_while_unchanged", "may_unless_sent"),
    [
        (LIMITED, True, True, True),
        (NEVER_SENT, True, True, True),
        (OVERLOADED, True, True, False),
        (LOST, True, True, False),
        (CONFLICT, True, False, False),
        (WRONG, False, False, False),
        (REFUSED, False, False, False),
        (SPENT, False, False, False),
    ],
)
def test_only_what_is_safe_to_repeat_is_repeated(
    error: ApiError, may_freely: bool, may_while_unchanged: bool, may_unless_sent: bool
) -> None:
    assert may_repeat(FREELY, error) is may_freely
    assert may_repeat(WHILE_UNCHANGED, error) is may_while_unchanged
    assert may_repeat(UNLESS_SENT, error) is may_unless_sent


@pytest.mark.parametrize("repeatable", Repeatable)
def test_the_api_can_forbid_a_repeat(repeatable: Repeatable) -> None:
    limited = RateLimited("rate_limit_error", "slow down", 429, should_retry=False)

    assert not may_repeat(repeatable, limited)


@pytest.mark.parametrize(
    ("repeatable", "error", "allowed"),
    [
        (FREELY, ApiRejected("x", "y", 400, should_retry=True), True),
        (WHILE_UNCHANGED, ApiRejected("x", "y", 400, should_retry=True), True),
        (WHILE_UNCHANGED, ApiRejected("x", "y", 409, should_retry=True), False),
        (UNLESS_SENT, ApiUnavailable("x", "y", 503, should_retry=True), False),
        (FREELY, SpendLimitReached("x", "y", 429, should_retry=True), False),
    ],
)
def test_the_api_can_ask_for_a_repeat_but_not_for_a_harmful_one(
    repeatable: Repeatable, error: ApiError, allowed: bool
) -> None:
    assert may_repeat(repeatable, error) is allowed


def test_pauses_double_up_to_the_longest() -> None:
    retries = RetryPolicy(tries=9, random=lambda: 0.0)

    pauses = [retries.choose_pause(FREELY, OVERLOADED, made) for made in range(1, 8)]

    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_chance_shortens_a_pause_by_a_quarter_at_most() -> None:
    retries = RetryPolicy(random=lambda: 1.0)

    assert retries.choose_pause(FREELY, OVERLOADED, 1) == 0.375


def test_the_last_try_is_the_last() -> None:
    assert RetryPolicy(tries=2).choose_pause(FREELY, OVERLOADED, 2) is None


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 0.5), (0.01, 0.01), (30.0, 30.0), (30.1, None), (3600.0, None)])
def test_the_pause_the_api_asks_for_is_kept_unless_it_is_too_long(asked: float, pause: float | None) -> None:
    limited = RateLimited("rate_limit_error", "slow down", 429, retry_after=asked)

    assert RetryPolicy(random=lambda: 0.0).choose_pause(FREELY, limited, 1) == pause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "?", "retry-after": "7"}, 7.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:12 GMT"}, 12.0),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:12 -0000"}, 12.0),
        ({"retry-after": "Fri, 20 Nov 2026 09:00:00 GMT"}, 0.0),
    ],
)
def test_the_asked_pause_is_read_in_each_way_it_is_written(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)

    assert read_retry_after(headers, now) == seconds


@given(text=st.text(max_size=40) | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,5} \d{1,3}:\d\d(:\d\d)? [+\w-]{1,9}"))
def test_a_strange_retry_after_is_a_missing_one_and_never_an_exception(text: str) -> None:
    seconds = read_retry_after({"retry-after": text})

    assert seconds is None or seconds >= 0
