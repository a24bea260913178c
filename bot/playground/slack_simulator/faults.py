"""Failures made to order for the next calls of a method."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass

from bot.playground.slack_simulator.records import Json


@dataclass(frozen=True)
class SlackFault:
    """What the next call of a method meets: a delay, an error string, a status, a Retry-After in seconds.

    The delay is so many seconds, or lasts until an event is set.
    """

    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    delay: float | asyncio.Event = 0

    async def wait(self) -> None:
        """Let the delay pass."""
        await (self.delay.wait() if isinstance(self.delay, asyncio.Event) else asyncio.sleep(self.delay))

    @property
    def only_slow(self) -> bool:
        """Whether the call is carried out after the delay."""
        return self.error is None and self.status == 200 and self.retry_after is None

    @property
    def http_status(self) -> int:
        """The status of the answer: 429 whenever there is a Retry-After."""
        return 429 if self.retry_after is not None and self.status == 200 else self.status

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    @property
    def answer(self) -> Json:
        """The body of the answer."""
        usual = "ratelimited" if self.http_status == 429 else "internal_error"
        return {"ok": False, "error": self.error or usual}


class SlackFaults:
    """The orders not yet used up, first come first served a method."""

    def __init__(self) -> None:
        self._orders: dict[str, deque[SlackFault]] = defaultdict(deque)

    def order(self, method: str, fault: SlackFault, times: int) -> None:
        """Let the next `times` calls of a method meet this fault."""
        self._orders[method].extend([fault] * times)

    def take(self, method: str) -> SlackFault | None:
        """The fault the present call meets, if any."""
        waiting = self._orders[method]
        return waiting.popleft() if waiting else None
