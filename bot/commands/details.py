"""`/batch details ID`: everything that is known about one batch."""

from collections.abc import Mapping
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.operations.stored_facts import read_stored_facts
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary


class DetailsShown(Struct, frozen=True):
    """The batch as the API returns it now, and who did what with it. `read`: what is stored of its results."""

    batch: MessageBatch
    public: bool
    canceled_by: str | None = None
    watchers: tuple[str, ...] = ()
    read: StoredSummary | None = None
    names: Mapping[str, BatchNames] | None = None
    """What the card shows of names, if that was read already."""


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
        stored = await read_stored_facts(services, batch)
        return DetailsShown(batch, self.public, stored.canceled_by, stored.watchers, stored.read, stored.names)
