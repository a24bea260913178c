"""When a call is made again, and after how long; decided from the error alone."""

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
    """When a call may be made a second time."""

    FREELY = "it reads, or doing it twice is the same as once"
    WHILE_UNCHANGED = "twice is the same as once, but not after somebody else changed the batch (409)"
    UNLESS_SENT = "twice would do it twice: only when the request certainly was not taken"


class RetryPolicy(Struct, frozen=True):
    """The retry policy of one client.

    Attributes:
        tries: how often a call is made at most, the first time included.
        first_pause: seconds before the second try; doubled for each further one, up to `max_pause`, and shortened
            by up to a quarter at random so that many clients do not come back at the same moment.
        max_retry_after: what the API asks for (`retry-after`) is waited for up to this; above it the error is
            raised at once, with the figure.
        budget: seconds a whole call may take, pauses included; of results, until their first byte.
        upload_budget: the same for a create, whose body may have 256 MB.
        sleep, random: what waits, and what gives numbers from 0 to 1.
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
        """Seconds to wait before the next try, or None where there is to be none."""
        if tries_made >= self.tries or not may_repeat(repeatable, error):
            return None
        if error.retry_after:
            return error.retry_after if error.retry_after <= self.max_retry_after else None
        pause = min(self.first_pause * 2.0 ** (tries_made - 1), self.max_pause)
        return pause * (1 - self.random() / 4)


def may_repeat(repeatable: Repeatable, error: ApiError) -> bool:
    """Whether a call that failed with `error` is safe and worth repeating.

    The API's `x-should-retry` wins over the status, as in the official SDKs, except where a repeat could do harm.
    """
    if isinstance(error, SpendLimitReached) or error.should_retry is False:
        return False
    passes = isinstance(error, RateLimited | ApiUnavailable) or error.should_retry is True
    match repeatable:
        case Repeatable.FREELY:
            return passes or error.status == _CONFLICT
        case Repeatable.WHILE_UNCHANGED:
            return passes and error.status != _CONFLICT
        case Repeatable.UNLESS_SENT:
            never_taken = isinstance(error, ApiUnavailable) and not error.may_have_happened
            return never_taken or isinstance(error, RateLimited)
    assert_never(repeatable)


def read_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds the API asks to wait: `retry-after-ms`, else `retry-after`, in seconds or as a date (RFC 9110, 10.2.3).

    None where neither is there or can be read; never negative. `now` is the moment a date is measured from.
    """
    if (milliseconds := _finite(headers.get("retry-after-ms", ""))) is not None:
        return max(0.0, milliseconds / 1000)
    text = headers.get("retry-after", "")
    if (seconds := _finite(text)) is not None:
        return max(0.0, seconds)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
