"""Bound how much long work runs at once, for each person and in all, so that no one exhausts the bot."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from bot.caller import Caller, UserId
from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.store.records import drafts
from bot.store.records.drafts import OpenDrafts

MAX_WORK_OF_ONE = 4
"""Readings, checks and uploads of one person that run at the same time."""
MAX_WORK = 12
"""Of everyone, in this process."""

GB = 10**9


class DraftLimits(Struct, frozen=True):
    """How many unsent drafts may be kept, and how many bytes their requests may have."""

    count: int
    size: int


DRAFTS_OF_ONE = DraftLimits(count=25, size=GB)
DRAFTS_OF_ALL = DraftLimits(count=500, size=8 * GB)


class RunningWork(Struct, frozen=True):
    """A piece of long work: the batch id or the file that is read, and the command. Either may not be known yet."""

    subject: str
    command: str


@dataclass(eq=False)
class TooMuchWork(ExpectedError):
    """Too much long work runs already, so this did not start. `own`: what of it is the caller's."""

    own: tuple[RunningWork, ...]
    total: int
    limit: int

    @property
    def is_own(self) -> bool:
        """Whether the caller's own work is at its limit."""
        return len(self.own) >= self.limit

    def _fact(self) -> str:
        return f"{len(self.own)} of {self.total} pieces of long work are the caller's"


@dataclass(eq=False)
class TooManyDrafts(ExpectedError):
    """Too many unsent drafts are kept, or too large ones. `largest` are the caller's."""

    found: OpenDrafts
    limits: DraftLimits
    is_own: bool

    def _fact(self) -> str:
        return f"{self.found.count} drafts of {self.found.size} bytes are not sent yet"


class WorkLimits:
    """The long work that runs in this process, by person."""

    def __init__(self, of_one: int = MAX_WORK_OF_ONE, of_all: int = MAX_WORK) -> None:
        self._of_one = of_one
        self._of_all = of_all
        self._running: dict[Progress, UserId] = {}

    def begin(self, progress: Progress, user: UserId) -> None:
        """Count a piece of work. Raises TooMuchWork."""
        own = [each for each, whose in self._running.items() if whose == user]
        if len(own) >= self._of_one:
            raise TooMuchWork(_describe(own), len(self._running), self._of_one)
        if len(self._running) >= self._of_all:
            raise TooMuchWork(_describe(own), len(self._running), self._of_all)
        self._running[progress] = user

    def end(self, progress: Progress) -> None:
        """Count it no longer, if it was counted."""
        self._running.pop(progress, None)


def _describe(running: Sequence[Progress]) -> tuple[RunningWork, ...]:
    return tuple(RunningWork(each.reading.subject, each.retry_command) for each in running)


async def require_draft_room(services: Services, caller: Caller) -> None:
    """Check that the caller may keep one more draft. Raises TooManyDrafts, StoreUnavailable."""
    own, everyones = await services.database.run(
        lambda connection: (drafts.measure_open(connection, caller.user), drafts.measure_open(connection))
    )
    if own.count >= DRAFTS_OF_ONE.count or own.size >= DRAFTS_OF_ONE.size:
        raise TooManyDrafts(own, DRAFTS_OF_ONE, is_own=True)
    if everyones.count >= DRAFTS_OF_ALL.count or everyones.size >= DRAFTS_OF_ALL.size:
        raise TooManyDrafts(own, DRAFTS_OF_ALL, is_own=False)
