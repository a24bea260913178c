"""`/batch note ID text…`: write a line about a batch, for the people who look at it later."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, ArgumentHelp, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.values import LONGEST_NOTE, REMOVE, check_note, spelled, words_for
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.transactions import rename


class Noted(Struct, frozen=True):
    """The batch has this note now, or none."""

    batch: MessageBatch
    note: str | None


NoteOutcome = Noted


class Note(ChangingCommand["NoteChange"], frozen=True):
    """Set or remove the note on a batch."""

    verb: ClassVar[str] = "note"
    permission: ClassVar[Permission] = Permission.OPERATE
    prose: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Write a note on a batch, shown on its card.",
        "note last rerun after the prompt fix",
        HelpGroup.RUN,
        (
            BATCH,
            ArgumentHelp("TEXT", f"the note, at most {LONGEST_NOTE} characters"),
        ),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec(REMOVE, "", "remove the note", "note last --remove", is_alternative=True),
    )

    reference: Reference
    note: str | None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the note. Raises UsageError, InvalidBatchId."""
        wanted, words = words_for(arguments)
        return cls(wanted, None if words is None else check_note("note", words))

    def spell(self) -> str:
        """Return `note ID "text"`."""
        return spelled("note", self.reference, self.note)

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "NoteChange":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        return NoteChange(Note(Reference(batch.id), self.note), batch)


class NoteChange(BatchChange[Note, NoteOutcome], frozen=True):
    """Set or remove the note on a batch."""

    async def apply(self, services: Services, caller: Caller) -> Applied[NoteOutcome]:
        """Store the note. Raises StoreUnavailable."""
        batch = self.batch
        note = self.command.note
        now = services.now()
        await services.database.run(
            lambda c: rename.set_name_field(c, services.enqueue, batch.id, "note", note, by=caller.user, at=now)
        )
        return Applied(Noted(batch, note), "done")
