"""`/batch status ID`: the card of one batch."""

from contextlib import suppress
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, PUBLIC, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.references import parse_reference
from bot.operations.batch_people import find_canceler, find_watchers
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.operations.whole_batch import find_whole
from bot.store.db.database import StoreUnavailable
from bot.store.records.drafts import Draft
from bot.store.transactions import split_draft


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
        canceled_by = await find_canceler(found.batch, services)
        watchers = await find_watchers(found.batch, services)
        whole = None if self.part else await find_whole(services, found.batch)
        if whole is not None:
            return BatchShown(whole.batch, self.public, canceled_by, watchers, parts=whole.parts, unsent=whole.unsent)
        rest = await _find_rest(found.batch, services)
        return BatchShown(found.batch, self.public, canceled_by, watchers, rest)


async def _find_rest(batch: MessageBatch, services: Services) -> Draft | None:
    """Return what is left after this sample; None if the store fails."""
    with suppress(StoreUnavailable):
        return await services.database.run(lambda connection: split_draft.find_rest(connection, batch.id))
    return None
