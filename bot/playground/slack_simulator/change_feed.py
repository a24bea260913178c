"""Publish every change, to open pages and to waiting tests."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.playground.slack_simulator.records import Json

T = TypeVar("T")


class ChangeFeed:
    """Sends each frame to every listening page, and wakes everything that waits for a condition."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json]] = set()
        self._waiting: set[asyncio.Event] = set()

    def publish(self, frame: Json) -> None:
        """Send a frame to every listener. Never blocks."""
        for listener in self._listeners:
            listener.put_nowait(frame)
        self.wake()

    def wake(self) -> None:
        """Recheck every awaited condition, after a change that no page shows."""
        for event in self._waiting:
            event.set()

    def listen(self) -> "asyncio.Queue[Json]":
        """Return a queue that receives every later frame. End it with `stop_listening`."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def stop_listening(self, queue: "asyncio.Queue[Json]") -> None:
        """Send no more frames to this queue."""
        self._listeners.discard(queue)

    async def next_change(self) -> None:
        """Wait for the next change of anything."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await event.wait()
        finally:
            self._waiting.discard(event)

    async def wait_for(self, condition: Callable[[], T], timeout: float) -> T:
        """Return the condition's first truthy value, checked after every change. Raises TimeoutError."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(timeout):
                while not (value := condition()):
                    await event.wait()
                    event.clear()
                return value
        finally:
            self._waiting.discard(event)
