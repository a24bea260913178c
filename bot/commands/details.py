"""`/batch details ID`: everything that is known about one batch."""

from contextlib import suppress
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.references import parse_reference
from bot.operations.batch_people import find_canceler, find_watchers
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.records import summaries
from bot.store.records.summaries import StoredSummary


class DetailsShown(Struct, frozen=True):
    """The batch as the API returns it now, and who did what with it. `read`: what is stored of its results."""

    batch: MessageBatch
    public: bool
    canceled_by: str | None = None
    watchers: tuple[str, ...] = ()
    read: StoredSummary | None = None


DetailsOutcome = DetailsShown


class Details(ReadingCommand[DetailsOutcome], frozen=True):
    """Show everything about one batch. A press opens it in a modal."""

    verb: ClassVar[str] = "details"
    help: ClassVar[Help] = Help(
        "Show all times, people, counts and related batches of one batch.", "details last", HelpGroup.LOOK, (BATCH,)
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments), public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `details ID`."""
        return f"details {self.reference}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller) -> DetailsOutcome:
        """Read the batch. Raises ApiError and what a reference may raise."""
        batch = (await services.find_batch(self.reference)).batch
        canceled_by = await find_canceler(batch, services)
        watchers = await find_watchers(batch, services)
        return DetailsShown(batch, self.public, canceled_by, watchers, await _find_read(batch, services))


async def _find_read(batch: MessageBatch, services: Services) -> StoredSummary | None:
    """Return what is stored of the results; None if the store fails."""
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: summaries.get(connection, batch.id))
    return None
