"""What the API's answers say about when to come again, besides the answer itself."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bot.api.retry_policy import read_retry_after

_SHARE_KEPT = 0.1


class RateLimitHint(Struct, frozen=True):
    """The newest hints: seconds asked for on a success (a retrieve of a running batch says 10), and the rate limit.

    Source: docs.anthropic.com, Rate limits (`anthropic-ratelimit-requests-…`, `retry-after`).
    """

    retry_after: float | None = None
    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None

    def pause(self, now: datetime) -> float:
        """Return the seconds to leave the API alone: the pause asked for, or the rest of a minute nearly used up."""
        pause = self.retry_after or 0.0
        if self.limit and self.remaining is not None and self.reset is not None:
            nearly_used_up = self.remaining < self.limit * _SHARE_KEPT
            return max(pause, (self.reset - now).total_seconds()) if nearly_used_up else pause
        return pause


def read_hint(headers: Mapping[str, str]) -> RateLimitHint:
    """Read the hints of one answer; what is missing or unreadable is None."""
    return RateLimitHint(
        retry_after=read_retry_after(headers),
        limit=_number(headers.get("anthropic-ratelimit-requests-limit", "")),
        remaining=_number(headers.get("anthropic-ratelimit-requests-remaining", "")),
        reset=_moment(headers.get("anthropic-ratelimit-requests-reset", "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
