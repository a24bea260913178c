"""Work that ends early when its process is about to end, so that the person gets a word instead of silence."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.errors import ExpectedError

T = TypeVar("T")


@dataclass(eq=False)
class Interrupted(ExpectedError):
    """The process is about to end.

    `in_change`: a change had begun, which a worker finishes or reports. `before_change`: it certainly had not.
    `again` is the text of the command that repeats the work; it is empty if no text does.
    """

    in_change: bool = False
    before_change: bool = False
    again: str = ""

    def _fact(self) -> str:
        return "the bot stopped while it worked on this"


class Interruption:
    """Ends the work that runs through it, once `interrupt` is called. Work that begins later ends at once."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def interrupt(self) -> None:
        """End all work."""
        self._is_over = True
        for task in self._under_way:
            task.cancel()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of work. Raises Interrupted if it was ended, and what the work raises."""
        if self._is_over:
            work.close()
            raise Interrupted
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if not task.cancelled() or _is_being_canceled():
                raise
            raise Interrupted from None
        finally:
            self._under_way.discard(task)


def _is_being_canceled() -> bool:
    """Return whether someone cancels the task that is running now, not only the work that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
