"""`/batch label ID text…`: a name for a batch, which the API has no field for."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import ChangingCommand, Proposal
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.values import REMOVE, check_label, spelled, words_for
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import labels
from bot.store.records.audit import RecordedOutcome
from bot.store.transactions import rename


class Labelled(Struct, frozen=True):
    """The batch has this label now; None: it has none any more. `others`: how many more have the same one."""

    batch: MessageBatch
    label: str | None
    others: int = 0


LabelOutcome = Labelled


class Label(ChangingCommand, frozen=True):
    """Name a batch, or take its name away. `batch` is known once it was proposed."""

    verb: ClassVar[str] = "label"
    permission: ClassVar[Permission] = Permission.OPERATE
    prose: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "label ID text… [--remove]",
        "a name for a batch, which you can type instead of its id",
        "label last nightly eval",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (REMOVE,)

    reference: Reference
    label: str | None
    batch: MessageBatch | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the name. Raises UsageError, InvalidBatchId."""
        wanted, words = words_for(arguments)
        return cls(wanted, None if words is None else check_label("label", words))

    def spell(self) -> str:
        """Return `label ID "text"`."""
        return spelled("label", self.reference, self.label)

    async def propose(self, services: Services, origin: Origin) -> "Proposal[Label]":
        """Find the batch. Raises ApiError and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        return Proposal(Label(Reference(batch.id), self.label, batch), batch, asks=False)

    async def run(self, services: Services, caller: Caller) -> LabelOutcome:
        """Store the name. Raises StoreUnavailable."""
        assert self.batch is not None  # noqa: S101 - only what was proposed is run
        batch, label, now = self.batch, self.label, services.now()
        await services.database.run(
            lambda c: rename.set_name_field(c, services.enqueue, batch.id, "label", label, by=caller.user, at=now)
        )
        same = await services.database.run(lambda c: labels.find_batches(c, label=label)) if label else frozenset()
        return Labelled(batch, label, len(same - {batch.id}))

    def conclude(self, outcome: object) -> RecordedOutcome:
        """It is always done."""
        return "done"
