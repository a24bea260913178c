"""The progress of long work, and how to stop it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import ExpectedError

T = TypeVar("T")


class Phase(Enum):
    """The state of long work."""

    UNDER_WAY = auto()
    DONE = auto()
    FAILED = auto()
    STOPPED = auto()
    CLOSING = auto()


class ReadingProgress(Struct, frozen=True):
    """What has been read so far. The totals are None if they are unknown."""

    subject: str = ""
    lines: int = 0
    bytes: int = 0
    total_lines: int | None = None
    batches: int = 0
    total_batches: int | None = None


@dataclass(eq=False)
class ReadingStopped(ExpectedError):
    """Someone stopped the work, or the bot is `closing`. Nothing that was half read is kept.

    `retry_command` starts it again; it is empty if the work stopped before its subject was known.
    """

    reading: ReadingProgress
    retry_command: str
    closing: bool

    def _fact(self) -> str:
        return "the reading was stopped because the bot is closing" if self.closing else "someone stopped the reading"


class Progress:
    """One piece of long work: the work counts, a display shows `reading` and `phase`, and anyone may `stop` it."""

    def __init__(self, on_start: Callable[["Progress"], object] | None = None) -> None:
        self.reading = ReadingProgress()
        self.phase = Phase.UNDER_WAY
        self.retry_command = ""
        self.has_begun = False
        """Whether something long began, so that what was true before it may have changed."""
        self.display = asyncio.Lock()
        """Held while the progress is being shown, so that the answer does not overtake it."""
        self.is_in_place = False
        """Whether it is shown in place of the message whose button was pressed, so that the answer must replace it."""
        self._on_start = on_start
        self._ended = asyncio.Event()
        self._stop = asyncio.Event()
        self._closing = False

    def set_subject(
        self, subject: str, *, retry_command: str, total_lines: int | None = None, total_batches: int | None = None
    ) -> None:
        """Set what is being read, the command that would start it again, and the totals that are known."""
        self.retry_command = retry_command
        self.reading = replace(self.reading, subject=subject, total_lines=total_lines, total_batches=total_batches)

    def count(self, lines: int, size: int) -> None:
        """Add whole lines and bytes that were read. Cheap enough for every chunk."""
        reading = self.reading
        self.reading = replace(reading, lines=reading.lines + lines, bytes=reading.bytes + size)

    def count_batch(self) -> None:
        """Add a finished batch."""
        self.reading = replace(self.reading, batches=self.reading.batches + 1)

    def stop(self, *, closing: bool = False) -> None:
        """Stop the work immediately, even while it waits for bytes."""
        self._closing = closing
        self._stop.set()

    async def wait_for_end(self, seconds: float) -> bool:
        """Wait for the end of the work, at most `seconds`; return whether it has ended."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work and return its result.

        Raises:
            ReadingStopped: the work was stopped; it has been canceled and has cleaned up.
            TooMuchWork: it did not start.
        """
        self.has_begun = True
        if self._on_start is not None:
            try:
                self._on_start(self)
            except BaseException:
                work.close()
                raise
        doing = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stop.wait())
        phase = Phase.FAILED
        try:
            await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                phase = Phase.CLOSING if self._closing else Phase.STOPPED
                raise ReadingStopped(self.reading, self.retry_command, self._closing)
            outcome = doing.result()
            phase = Phase.DONE
            return outcome
        finally:
            stopping.cancel()
            doing.cancel()
            await asyncio.gather(doing, stopping, return_exceptions=True)
            self.phase = phase
            self._ended.set()
