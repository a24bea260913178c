"""`/batch status ID`: the card of one batch."""

from collections.abc import Mapping
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, PUBLIC, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.operations.stored_facts import read_stored_facts
from bot.operations.whole_batch import retrieve_whole
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames


class BatchShown(Struct, frozen=True):
    """The batch as the API returns it now, who canceled it through the bot, and who watches it.

    `rest`: what is left after this sample, and waits for a confirmation. `parts`: the batches that this one stands for,
    if its file was too large for one; `batch` is then all of them together, and `unsent` what is left of the file.
    """

    batch: MessageBatch
    public: bool
    canceled_by: str | None = None
    watchers: tuple[str, ...] = ()
    rest: Draft | None = None
    parts: tuple[MessageBatch, ...] = ()
    unsent: Draft | None = None
    names: Mapping[str, BatchNames] | None = None
    """What the card shows of names, if that was read already."""


StatusOutcome = BatchShown


class Status(ReadingCommand[StatusOutcome], frozen=True):
    """Show one batch."""

    verb: ClassVar[str] = "status"
    help: ClassVar[Help] = Help(
        "Show one batch: its state, its counts and what you can do.",
        "status last",
        HelpGroup.LOOK,
        (BATCH,),
    )

    options: ClassVar[tuple[OptionSpec, ...]] = (PUBLIC, OptionSpec("part", ""))

    reference: Reference
    part: bool = False
    """Show the first part of a large file alone, not all parts together."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments), arguments.flag("part"), public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `status ID`."""
        return f"status {self.reference}{' --part' if self.part else ''}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller) -> StatusOutcome:
        """Read the batch. Raises ApiError and what a reference may raise."""
        found = await services.find_batch(self.reference)
        stored = await read_stored_facts(services, found.batch)
        people = stored.canceled_by, stored.watchers
        if stored.parts is not None and not self.part:
            whole = await retrieve_whole(services, found.batch, stored.parts)
            return BatchShown(whole.batch, self.public, *people, parts=whole.parts, unsent=whole.unsent)
        return BatchShown(found.batch, self.public, *people, stored.rest, names=stored.names)
