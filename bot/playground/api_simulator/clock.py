"""Simulated time: it runs at a set speed and can be pushed ahead, so that a day passes in a test without waiting."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the simulated time: start + elapsed real time x speed + all it was advanced by; it never goes back."""

    def __init__(self, *, start: datetime | None = None, speed: float = 1.0) -> None:
        """Begin at `start` (an aware datetime; now if left out), `speed` simulated seconds passing a real second.

        Raises:
            ValueError: the speed is negative; 0 is a clock that only moves when it is advanced.
        """
        if not speed >= 0:
            raise ValueError(f"speed must be 0 or more, not {speed}")
        self._start = start or datetime.now(UTC)
        self._speed = speed
        self._advanced = 0.0
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The simulated moment, in UTC, with microseconds."""
        elapsed = (time.monotonic() - self._began) * self._speed
        return self._start + timedelta(seconds=elapsed + self._advanced)

    def advance(self, seconds: float) -> None:
        """Push the time ahead by simulated seconds.

        Raises:
            ValueError: the number is negative or not finite, or the calendar ends before it.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        try:
            self.now() + timedelta(seconds=seconds + 365 * 86_400)
        except OverflowError:
            raise ValueError(f"{seconds} seconds lead beyond the end of the calendar") from None
        self._advanced += seconds


def wire_time(moment: datetime | None) -> str | None:
    """A moment as the API writes it: RFC 3339 with microseconds and `+00:00`, as recorded answers have it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
