"""`/batch own ID [@who]`: set the owner of a batch. The API has no field for that."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, ArgumentHelp, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import MissingReference
from bot.commands.language.references import reference
from bot.commands.language.values import check_person
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels
from bot.store.transactions import rename


class Owned(Struct, frozen=True):
    """The batch belongs to `owner` now."""

    batch: MessageBatch
    owner: str


class OwnedAlready(Struct, frozen=True):
    """The batch belonged to `owner` before. Nothing was changed."""

    batch: MessageBatch
    owner: str


OwnOutcome = Owned | OwnedAlready


class Own(ChangingCommand["OwnChange"], frozen=True):
    """Hand a batch to `owner`; without one, adopt it if it has no owner."""

    verb: ClassVar[str] = "own"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Make a batch yours if no one owns it, or hand it to someone.",
        "own last",
        HelpGroup.RUN,
        (
            BATCH,
            ArgumentHelp("@who", "the new owner, from Slack's @ list", optional=True),
        ),
    )

    reference: Reference
    owner: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the person. Raises UsageError, InvalidBatchId."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        words = arguments.at_most(2).words
        return cls(reference(words[0]), check_person("own", words[1]) if len(words) > 1 else None)

    def spell(self) -> str:
        """Return `own ID`, with the person if one was named."""
        return f"own {self.reference}" + (f" {self.owner}" if self.owner else "")

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "OwnChange":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        return OwnChange(Own(Reference(batch.id), self.owner), batch)


class OwnChange(BatchChange[Own, OwnOutcome], frozen=True):
    """Set the owner of a batch."""

    async def apply(self, services: Services, caller: Caller) -> Applied[OwnOutcome]:
        """Store the owner. Of two people who adopt a batch at once, one becomes the owner. Raises StoreUnavailable."""
        batch = self.batch
        owner = self.command.owner
        now = services.now()
        database = services.database
        enqueue = services.enqueue
        if owner is not None:
            await database.run(
                lambda c: rename.set_name_field(c, enqueue, batch.id, "owner", owner, by=caller.user, at=now)
            )
            return Applied(Owned(batch, owner), "done")
        if await database.run(lambda c: rename.set_owner_if_none(c, enqueue, batch.id, caller.user, at=now)):
            return Applied(Owned(batch, caller.user), "done")
        named = (await database.run(lambda c: labels.get_names(c, [batch.id])))[batch.id]
        return Applied(OwnedAlready(batch, named.owner or caller.user), "refused")
