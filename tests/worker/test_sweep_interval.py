"""The interval between sweeps: short while something may change soon, and never over a minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.rate_limits import RateLimitHint, read_hint
from bot.store.records.batches import OpenBatches
from bot.worker.sweep_interval import FASTEST, SLOWEST, choose_interval

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def found(age: timedelta, shape: str = "in_progress 1/0/0/0/0", *, missing: bool = False) -> OpenBatches:
    return OpenBatches({"msgbatch_1": shape}, NOW - age, NOW - age, missing)


@given(st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=3)))
def test_it_is_between_ten_seconds_and_a_minute(age: timedelta) -> None:
    assert FASTEST <= choose_interval(found(age), NOW) <= SLOWEST


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 10), (5, 10), (15, 30), (30, 60), (600, 60)])
def test_it_grows_with_the_age_of_the_youngest(minutes: int, seconds: int) -> None:
    assert choose_interval(found(timedelta(minutes=minutes)), NOW) == timedelta(seconds=seconds)


def test_it_is_short_while_something_is_about_to_change() -> None:
    old = timedelta(hours=5)

    assert choose_interval(found(old, "cancelingc 1/0/0/0/0"), NOW) == FASTEST
    assert choose_interval(found(old, "ended 0/1/0/0/0"), NOW) == FASTEST
    assert choose_interval(found(old, missing=True), NOW) == FASTEST
    assert choose_interval(OpenBatches({}, None, None, False), NOW) == SLOWEST


def test_a_hint_on_a_success_is_a_pause() -> None:
    assert read_hint({"retry-after": "10"}).compute_pause(NOW) == 10
    assert read_hint({}).compute_pause(NOW) == 0


def test_the_rest_of_the_minute_is_awaited_when_the_limit_is_nearly_used_up() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "99",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:40Z",
    }

    assert read_hint(headers).compute_pause(NOW) == 40
    assert read_hint(headers | {"anthropic-ratelimit-requests-remaining": "100"}).compute_pause(NOW) == 0


def test_unreadable_headers_are_no_hints() -> None:
    nonsense = {f"anthropic-ratelimit-requests-{name}": "soon" for name in ("limit", "remaining", "reset")}

    assert read_hint(nonsense) == RateLimitHint()
