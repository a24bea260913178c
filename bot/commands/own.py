"""`/batch own ID [@who]`: whose batch it is, which the API has no field for."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import ChangingCommand, Proposal
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import MissingReference
from bot.commands.language.references import reference
from bot.commands.language.values import check_person
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels
from bot.store.records.audit import RecordedOutcome
from bot.store.transactions import rename


class Owned(Struct, frozen=True):
    """The batch is this person's now."""

    batch: MessageBatch
    owner: str


class OwnedAlready(Struct, frozen=True):
    """It is somebody's already; nothing was changed."""

    batch: MessageBatch
    owner: str


OwnOutcome = Owned | OwnedAlready


class Own(ChangingCommand, frozen=True):
    """Adopt a batch that is nobody's, or hand one over; `owner` None: to the caller, and only if it is nobody's."""

    verb: ClassVar[str] = "own"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "own ID [@who]", "make a batch yours that is nobody's, or hand it to somebody", "own last"
    )

    reference: Reference
    owner: str | None = None
    batch: MessageBatch | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the person. Raises UsageError, InvalidBatchId."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        words = arguments.at_most(2).words
        return cls(reference(words[0]), check_person("own", words[1]) if len(words) > 1 else None)

    def spell(self) -> str:
        """Return `own ID` with the person, where one was named."""
        return f"own {self.reference}" + (f" {self.owner}" if self.owner else "")

    async def propose(self, services: Services, origin: Origin) -> "Proposal[Own]":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        return Proposal(Own(Reference(batch.id), self.owner, batch), batch, asks=False)

    async def run(self, services: Services, caller: Caller) -> OwnOutcome:
        """Store it: two who adopt at the same moment are not both told yes. Raises StoreUnavailable."""
        assert self.batch is not None  # noqa: S101 - only what was proposed is run
        batch, owner, now = self.batch, self.owner, services.now()
        database, enqueue = services.database, services.enqueue
        if owner is not None:
            await database.run(
                lambda c: rename.set_name_field(c, enqueue, batch.id, "owner", owner, by=caller.user, at=now)
            )
            return Owned(batch, owner)
        if await database.run(lambda c: rename.set_owner_if_none(c, enqueue, batch.id, caller.user, at=now)):
            return Owned(batch, caller.user)
        named = (await database.run(lambda c: labels.get_names(c, [batch.id])))[batch.id]
        return OwnedAlready(batch, named.owner or caller.user)

    def conclude(self, outcome: object) -> RecordedOutcome:
        """What is somebody's stays so."""
        return "done" if isinstance(outcome, Owned) else "refused"
