"""Decide from its error whether to repeat a call, and after how long."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import assert_never

from msgspec import Struct

from bot.api.errors import ApiError, ApiUnavailable, RateLimited, SpendLimitReached

_CONFLICT = 409


class Repeatable(Enum):
    """When a call may be sent a second time."""

    FREELY = "a read, or a change that has the same effect twice as once"
    WHILE_UNCHANGED = "the same effect twice as once, unless someone else changed the batch (409)"
    UNLESS_SENT = "a second one would have a second effect: only if the API certainly did not accept the first"


class RetryPolicy(Struct, frozen=True):
    """The retry policy of one client.

    Attributes:
        tries: how often a call is sent at most, the first time included.
        first_pause: seconds before the second try. Each further pause is twice as long, up to `max_pause`, and
            shortened by up to a quarter at random so that many clients do not return at the same moment.
        max_pause: seconds of the longest pause.
        max_retry_after: the longest `retry-after` to wait for, in seconds; with a longer one the error is raised at
            once.
        budget: seconds that a whole call may take, pauses included; for results, until their first byte.
        upload_budget: the same for a call with a body, which may have 256 MB.
        sleep: waits for a number of seconds.
        random: returns numbers from 0 to 1.
    """

    tries: int = 3
    first_pause: float = 0.5
    max_pause: float = 8.0
    max_retry_after: float = 30.0
    budget: float = 60.0
    upload_budget: float = 600.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random

    def choose_pause(self, repeatable: Repeatable, error: ApiError, tries_made: int) -> float | None:
        """Return the seconds to wait before the next try, or None if there must be none."""
        if tries_made >= self.tries or not may_repeat(repeatable, error):
            return None
        if error.retry_after:
            return error.retry_after if error.retry_after <= self.max_retry_after else None
        pause = min(self.first_pause * 2.0 ** (tries_made - 1), self.max_pause)
        return pause * (1 - self.random() / 4)


def may_repeat(repeatable: Repeatable, error: ApiError) -> bool:
    """Return whether repeating a call that failed with `error` is safe and useful.

    The API's `x-should-retry` overrides the status, as in the official SDKs, unless a repeat could do harm.
    """
    if isinstance(error, SpendLimitReached) or error.should_retry is False:
        return False
    is_temporary = isinstance(error, RateLimited | ApiUnavailable) or error.should_retry is True
    match repeatable:
        case Repeatable.FREELY:
            return is_temporary or error.status == _CONFLICT
        case Repeatable.WHILE_UNCHANGED:
            return is_temporary and error.status != _CONFLICT
        case Repeatable.UNLESS_SENT:
            never_sent = isinstance(error, ApiUnavailable) and error.status is None and not error.may_have_happened
            return never_sent or isinstance(error, RateLimited)
    assert_never(repeatable)


def read_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds the API asks to wait: `retry-after-ms`, else `retry-after` as seconds or a date.

    None if both are missing or unreadable; never negative. A date counts from `now`. Source: RFC 9110, 10.2.3.
    """
    if (milliseconds := _parse_finite(headers.get("retry-after-ms", ""))) is not None:
        return max(0.0, milliseconds / 1000)
    text = headers.get("retry-after", "")
    if (seconds := _parse_finite(text)) is not None:
        return max(0.0, seconds)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a zone beyond all zones
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _parse_finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
