"""`/batch label ID text…`: name a batch. The API has no field for that."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, ArgumentHelp, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.values import LONGEST_LABEL, REMOVE, check_label, spelled, words_for
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels
from bot.store.transactions import rename


class Labeled(Struct, frozen=True):
    """The batch has this label now, or none. `others` is how many other batches have the same one."""

    batch: MessageBatch
    label: str | None
    others: int = 0


LabelOutcome = Labeled


class Label(ChangingCommand["LabelChange"], frozen=True):
    """Set or remove the label of a batch."""

    verb: ClassVar[str] = "label"
    permission: ClassVar[Permission] = Permission.OPERATE
    prose: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Name a batch. You can type the label instead of the id.",
        "label last nightly eval",
        HelpGroup.RUN,
        (
            BATCH,
            ArgumentHelp("TEXT", f"the label, at most {LONGEST_LABEL} characters"),
        ),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec(REMOVE, "", "remove the label", "label last --remove", is_alternative=True),
    )

    reference: Reference
    label: str | None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the label. Raises UsageError, InvalidBatchId."""
        wanted, words = words_for(arguments)
        return cls(wanted, None if words is None else check_label("label", words))

    def spell(self) -> str:
        """Return `label ID "text"`."""
        return spelled("label", self.reference, self.label)

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "LabelChange":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        return LabelChange(Label(Reference(batch.id), self.label), batch)


class LabelChange(BatchChange[Label, LabelOutcome], frozen=True):
    """Set or remove the label of a batch."""

    async def apply(self, services: Services, caller: Caller) -> Applied[LabelOutcome]:
        """Store the label. Raises StoreUnavailable."""
        batch = self.batch
        label = self.command.label
        now = services.now()
        await services.database.run(
            lambda c: rename.set_name_field(c, services.enqueue, batch.id, "label", label, by=caller.user, at=now)
        )
        same = await services.database.run(lambda c: labels.find_batches(c, label=label)) if label else frozenset()
        return Applied(Labeled(batch, label, len(same - {batch.id})), "done")
