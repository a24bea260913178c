"""The rate-limit headers of every answer."""

import re
from datetime import datetime, timedelta

from bot.playground.api_simulator.clock import Clock, format_time

_CALLS_A_MINUTE = 4_000  # docs.anthropic.com, Rate limits: calls to batch endpoints at the Scale tier


class RateLimitHeaders:
    """Counts the calls of a workspace in windows of a simulated minute. It refuses nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window: datetime | None = None
        self._calls = 0

    def count(self) -> None:
        """Count one call."""
        window = self._clock.now().replace(second=0, microsecond=0)
        if window != self._window:
            self._window = window
            self._calls = 0
        self._calls += 1

    def make_headers(self) -> dict[str, str]:
        """Return the three headers (docs.anthropic.com, Rate limits)."""
        reset = self._clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        return {
            "anthropic-ratelimit-requests-limit": str(_CALLS_A_MINUTE),
            "anthropic-ratelimit-requests-remaining": str(max(0, _CALLS_A_MINUTE - self._calls)),
            "anthropic-ratelimit-requests-reset": re.sub(r"\.\d+\+00:00$", "Z", format_time(reset) or ""),
        }
