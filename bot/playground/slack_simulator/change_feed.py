"""News of every change, for the pages that watch and for tests that wait."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.playground.slack_simulator.records import Json

T = TypeVar("T")


class ChangeFeed:
    """Hands each frame to every listening page, and wakes whoever waits for something to become true."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json]] = set()
        self._waiting: set[asyncio.Event] = set()

    def publish(self, frame: Json) -> None:
        """Tell every listener; never blocks."""
        for listener in self._listeners:
            listener.put_nowait(frame)
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again, for a change that is no page's business."""
        for event in self._waiting:
            event.set()

    def listen(self) -> "asyncio.Queue[Json]":
        """A queue that gets every frame from now on; give it back with `leave`."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def stop_listening(self, queue: "asyncio.Queue[Json]") -> None:
        """Stop a listener's frames."""
        self._listeners.discard(queue)

    async def next_change(self) -> None:
        """Come back after the next change of anything."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await event.wait()
        finally:
            self._waiting.discard(event)

    async def wait_for(self, condition: Callable[[], T], timeout: float) -> T:
        """The condition's first truthy value, looked at after every change; TimeoutError after `timeout` seconds."""
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
