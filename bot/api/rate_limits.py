"""Read from the API's answers when to call again."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bot.api.retry_policy import read_retry_after

_MOST_DIGITS = 12
_RESERVED_SHARE = 0.1  # of the rate limit, left for commands while polling pauses


class RateLimitHint(Struct, frozen=True):
    """The newest pacing hints: the pause asked for on a success, and the rate limit.

    `retry_after` is in seconds (a retrieve of a running batch says 10); `limit` and `remaining` count calls.

    Source: docs.anthropic.com, Rate limits (`anthropic-ratelimit-requests-…`, `retry-after`).
    """

    retry_after: float | None = None
    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None

    def compute_pause(self, now: datetime) -> float:
        """Return the seconds to wait before polling: the pause asked for, or until a nearly used up limit resets."""
        pause = self.retry_after or 0.0
        if self.limit and self.remaining is not None and self.reset is not None:
            nearly_used_up = self.remaining < self.limit * _RESERVED_SHARE
            return max(pause, (self.reset - now).total_seconds()) if nearly_used_up else pause
        return pause


def read_hint(headers: Mapping[str, str]) -> RateLimitHint:
    """Read the hints of one answer; a missing or unreadable one is None."""
    return RateLimitHint(
        retry_after=read_retry_after(headers),
        limit=_parse_number(headers.get("anthropic-ratelimit-requests-limit", "")),
        remaining=_parse_number(headers.get("anthropic-ratelimit-requests-remaining", "")),
        reset=_parse_moment(headers.get("anthropic-ratelimit-requests-reset", "")),
    )


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _parse_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
