"""Ordered faults for the next calls of a method."""

import asyncio
import socket
import struct
from collections import defaultdict, deque
from dataclasses import dataclass

from aiohttp import web

from bot.playground.slack_simulator.records import Json


@dataclass(frozen=True)
class SlackFault:
    """What happens to the next call of a method: a delay, an error code, a status, a Retry-After in seconds.

    The delay is a number of seconds, or lasts until an event is set. `loses_answer`: the call is carried out, and the
    connection is reset before the answer. `body`: the call is not carried out, and this text is the answer.
    `location`: the call is not carried out, and the answer redirects there.
    """

    error: str | None = None
    status: int = 200
    retry_after: int | None = None
    delay: float | asyncio.Event = 0
    loses_answer: bool = False
    body: str | None = None
    location: str | None = None

    async def wait(self) -> None:
        """Wait for the delay to pass."""
        await (self.delay.wait() if isinstance(self.delay, asyncio.Event) else asyncio.sleep(self.delay))

    @property
    def carries_out(self) -> bool:
        """Whether the call is carried out after the delay."""
        return self.error is None and self.status == 200 and self.retry_after is None and self.body is None

    @property
    def http_status(self) -> int:
        """The status of the answer: 429 whenever there is a Retry-After."""
        return 429 if self.retry_after is not None and self.status == 200 else self.status

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        named = {"Retry-After": self.retry_after, "Location": self.location}
        return {name: str(value) for name, value in named.items() if value is not None}

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
        """Order this fault for the next `times` calls of a method."""
        self._orders[method].extend([fault] * times)

    def clear(self) -> None:
        """Drop every order."""
        self._orders.clear()

    def take(self, method: str) -> SlackFault | None:
        """Return the fault for the current call, or None."""
        waiting = self._orders[method]
        return waiting.popleft() if waiting else None


def reset_connection(request: web.Request) -> web.Response:
    """Reset the connection of a request. The returned response reaches no one."""
    if request.transport is not None:
        linger_not = struct.pack("ii", 1, 0)  # on, for 0 seconds: closing sends RST instead of FIN
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        request.transport.abort()
    return web.Response()
