"""Tracked tasks: Bolt keeps no reference to running work, and shutdown and tests must wait for it."""

import asyncio
from collections.abc import Coroutine


class InFlight:
    """The set of tasks that have started and not ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run work in a task that is referenced until it ends. The work handles its own errors."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def count(self) -> int:
        """The number of tasks that have not ended."""
        return len(self._tasks)

    async def drain(self, timeout: float | None = None) -> bool:
        """Wait until every task has ended. Return False if that takes longer than `timeout` seconds."""
        deadline = None if timeout is None else asyncio.get_running_loop().time() + timeout
        while self._tasks:
            left = None if deadline is None else deadline - asyncio.get_running_loop().time()
            if left is not None and left <= 0:
                return False
            await asyncio.wait(self._tasks, timeout=left)
        return True

    async def cut_off(self, timeout: float) -> int:
        """Cancel every task, and wait `timeout` seconds for them to clean up. Return how many were canceled."""
        canceled = set(self._tasks)
        for task in canceled:
            task.cancel()
        if canceled:
            await asyncio.wait(canceled, timeout=timeout)
        return len(canceled)
