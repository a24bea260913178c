"""Simulated time. It runs at a set speed and can be advanced, so that a test needs no waiting to let a day pass."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Simulated time: start + elapsed real time x speed + every advance. It never goes back."""

    def __init__(self, *, start: datetime | None = None, speed: float = 1.0) -> None:
        """Begin at `start` (an aware datetime, by default now). `speed`: simulated seconds per real second.

        Raises:
            ValueError: the speed is negative. 0 is allowed: then only `advance` moves the clock.
        """
        if not speed >= 0:
            raise ValueError(f"speed must be 0 or more, not {speed}")
        self._start = start or datetime.now(UTC)
        self._speed = speed
        self._advanced = 0.0
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the simulated time, in UTC, with microseconds."""
        elapsed = (time.monotonic() - self._began) * self._speed
        return self._start + timedelta(seconds=elapsed + self._advanced)

    def advance(self, seconds: float) -> None:
        """Advance the clock by simulated seconds.

        Raises:
            ValueError: `seconds` is negative or not finite, or leads beyond the year 9999.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        try:
            self.now() + timedelta(seconds=seconds + 365 * 86_400)
        except OverflowError:
            raise ValueError(f"{seconds} seconds lead beyond the end of the calendar") from None
        self._advanced += seconds


def format_time(moment: datetime | None) -> str | None:
    """Format a time as the API does in recorded answers: RFC 3339 with microseconds and `+00:00`."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
