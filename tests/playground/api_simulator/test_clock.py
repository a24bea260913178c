"""Simulated time."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.api_simulator.clock import Clock, format_time

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_a_stopped_clock_moves_only_when_advanced() -> None:
    clock = Clock(start=START, speed=0)

    before = clock.now()
    clock.advance(90.5)

    assert before == START
    assert clock.now() == START + timedelta(seconds=90.5)


def test_a_fast_clock_runs_ahead_and_never_back() -> None:
    clock = Clock(start=START, speed=1_000_000)

    moments = [clock.now() for _ in range(100)]

    assert moments == sorted(moments)
    assert moments[-1] > START


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e30])
def test_time_is_not_pushed_back_or_out_of_the_calendar(seconds: float) -> None:
    clock = Clock(start=START, speed=0)

    with pytest.raises(ValueError, match="seconds"):
        clock.advance(seconds)

    assert clock.now() == START


@pytest.mark.parametrize("speed", [-1, float("nan")])
def test_a_speed_below_zero_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed=speed)


def test_times_are_written_with_microseconds_and_offset() -> None:
    assert format_time(START) == "2026-11-21T08:00:00.000000+00:00"
    assert format_time(None) is None
