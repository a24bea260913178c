"""`/batch` alone, and the App Home tab: the batches that are still running, and what waits for the caller."""

from contextlib import suppress
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import ReadingCommand
from bot.commands.language.arguments import Arguments
from bot.operations.find_batch import incomplete_list
from bot.operations.services import Services
from bot.operations.waiting import Waiting, read_waiting
from bot.store.db.database import StoreUnavailable

LOOKED_AT = 100
"""Batches that are read. A batch runs for 24 hours at most, so unfinished ones are among the newest."""


class OverviewShown(Struct, frozen=True):
    """The unfinished batches among the newest LOOKED_AT, newest first, and the newest ended one.

    `more`: older ones, which were not read, may be running as well.
    """

    unfinished: tuple[MessageBatch, ...]
    last_ended: MessageBatch | None
    public: bool = False
    more: bool = False
    waiting: Waiting = Waiting()
    """What waits for the caller. An answer that others see leaves it out."""


OverviewOutcome = OverviewShown


class Overview(ReadingCommand[OverviewOutcome], frozen=True):
    """Show what is running."""

    verb: ClassVar[str] = ""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the optional `--public`."""
        arguments.at_most(0)
        return cls(public=arguments.flag("public"))

    def spell(self) -> str:
        """Return the options alone: this command has no verb."""
        return self.spell_public().strip()

    async def run(self, services: Services, caller: Caller) -> OverviewOutcome:
        """Read one page of the newest batches. Raises ApiError."""
        page = await services.workspace.batches.list(limit=LOOKED_AT)
        if not page.data and (page.has_more or page.unreadable):
            raise incomplete_list()
        unfinished = tuple(batch for batch in page.data if not batch.has_ended)
        last_ended = next((batch for batch in page.data if batch.has_ended), None)
        more = page.has_more and page.data[-1].expires_at > services.now()
        waiting = Waiting() if self.public else await _find_waiting(services, caller)
        return OverviewShown(unfinished, last_ended, self.public, more, waiting)


async def _find_waiting(services: Services, caller: Caller) -> Waiting:
    """Return what waits for a person; nothing without the store."""
    now = services.now()
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: read_waiting(connection, caller.user, now))
    return Waiting()
