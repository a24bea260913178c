"""Answers in preparation: Bolt keeps no hold on running work, and shutdown and tests have to wait for it."""

import asyncio
from collections.abc import Coroutine


class InFlight:
    """The set of tasks that were started and have not ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run work in a task that is kept until it ends; it handles its own errors."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def count(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    async def drain(self, timeout: float | None = None) -> bool:
        """Wait until nothing is under way; False when `timeout` seconds were not enough."""
        deadline = None if timeout is None else asyncio.get_running_loop().time() + timeout
        while self._tasks:
            left = None if deadline is None else deadline - asyncio.get_running_loop().time()
            if left is not None and left <= 0:
                return False
            await asyncio.wait(self._tasks, timeout=left)
        return True
