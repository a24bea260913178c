"""Work that may take long: what it says of itself while it goes on, and how it hears that it is to stop."""

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
    """How a long work stands."""

    UNDER_WAY = auto()
    DONE = auto()
    FAILED = auto()
    STOPPED = auto()
    CLOSING = auto()


class ReadingProgress(Struct, frozen=True):
    """How much was read so far: lines and bytes; `wanted` lines, and batches, as far as one knows beforehand."""

    subject: str = ""
    lines: int = 0
    bytes: int = 0
    wanted: int | None = None
    batches: int = 0
    batches_wanted: int | None = None


@dataclass(eq=False)
class ReadingStopped(ExpectedError):
    """Somebody stopped a reading, or the bot is `closing`; nothing that was half read is kept.

    `again` spells the command that begins anew; empty where it had not been read yet what is meant.
    """

    reading: ReadingProgress
    again: str
    closing: bool

    def _fact(self) -> str:
        return "the reading was stopped because the bot is closing" if self.closing else "someone stopped the reading"


class Progress:
    """One long work: whoever works notes; whoever shows looks at `reading` and `phase`, and may `stop`."""

    def __init__(self, began: Callable[["Progress"], object] = lambda progress: None) -> None:
        self.reading = ReadingProgress()
        self.phase = Phase.UNDER_WAY
        self.again = ""
        self._began = began
        self._ended = asyncio.Event()
        self._stop: asyncio.Event = asyncio.Event()
        self._closing = False

    def about(self, subject: str, *, again: str, wanted: int | None = None, batches_wanted: int | None = None) -> None:
        """Say what is being read, how much it will be where that is known, and what spells the same wish again."""
        self.again = again
        self.reading = replace(self.reading, subject=subject, wanted=wanted, batches_wanted=batches_wanted)

    def note(self, lines: int, size: int) -> None:
        """Count what has newly been read: whole lines and bytes. Cheap enough for every chunk."""
        reading = self.reading
        self.reading = replace(reading, lines=reading.lines + lines, bytes=reading.bytes + size)

    def note_batch(self) -> None:
        """Count a batch that is done with."""
        self.reading = replace(self.reading, batches=self.reading.batches + 1)

    def stop(self, *, closing: bool = False) -> None:
        """Ask the work to stop; at once, also while it waits for the next bytes."""
        self._closing = closing
        self._stop.set()

    async def ended_within(self, seconds: float) -> bool:
        """Wait for the end of the work, `seconds` at most; tell whether it has ended."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def follow(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work and return what comes of it.

        Raises:
            ReadingStopped: it was asked to stop; the work has been cancelled and has cleaned up.
        """
        self._began(self)
        doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        phase = Phase.FAILED
        try:
            await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                phase = Phase.CLOSING if self._closing else Phase.STOPPED
                raise ReadingStopped(self.reading, self.again, self._closing)
            outcome = doing.result()
            phase = Phase.DONE
            return outcome
        finally:
            stopping.cancel()
            doing.cancel()
            await asyncio.gather(doing, stopping, return_exceptions=True)
            self.phase = phase
            self._ended.set()
