"""`/batch note ID text…`: a line about a batch, for whoever looks at it later."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.batches.models import MessageBatch
from bot.commands.arguments import Arguments, OptionSpec
from bot.commands.base import Caller, ChangingCommand, Help, Origin, Permission, Proposal, Services
from bot.commands.errors import BadValue, MissingReference
from bot.commands.references import Reference, find_batch, reference
from bot.store import renames
from bot.store.audit import AuditOutcome

LONGEST_NOTE = 500


class Noted(Struct, frozen=True):
    """The batch has this note now; None: it has none any more."""

    batch: MessageBatch
    note: str | None


class Note(ChangingCommand, frozen=True):
    """Write a line about a batch, or take it away."""

    verb: ClassVar[str] = "note"
    permission: ClassVar[Permission] = Permission.OPERATE
    prose: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "note ID text… [--remove]", "a line about a batch, shown on its card", "note last rerun after the prompt fix"
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("remove", takes_value=False),)

    reference: Reference
    note: str | None
    batch: MessageBatch | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the line. Raises UsageError, InvalidBatchId."""
        if not arguments.words:
            raise MissingReference(arguments.verb)
        if arguments.flag("remove"):
            return cls(reference(arguments.at_most(1).words[0]), None)
        note = " ".join(" ".join(arguments.words[1:]).replace('"', "'").split())
        if not note or len(note) > LONGEST_NOTE:
            raise BadValue("note", "note", note, f"1 to {LONGEST_NOTE} characters")
        return cls(reference(arguments.words[0]), note)

    def spell(self) -> str:
        """Return `note ID "text"`."""
        return f"note {self.reference} --remove" if self.note is None else f'note {self.reference} "{self.note}"'

    async def propose(self, services: Services, origin: Origin) -> "Proposal[Note]":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await find_batch(self.reference, services.batches, services.database)).batch
        return Proposal(Note(Reference(batch.id), self.note, batch), batch, asks=False)

    async def run(self, services: Services, caller: Caller) -> Noted:
        """Store the line. Raises StoreUnavailable."""
        assert self.batch is not None  # noqa: S101 - only what was proposed is run
        batch, note, now = self.batch, self.note, services.now()
        await services.database.run(
            lambda c: renames.rename(c, services.enqueue, batch.id, "note", note, by=caller.user, at=now)
        )
        return Noted(batch, note)

    def conclude(self, outcome: object) -> AuditOutcome:
        """It is always done."""
        return "done"
