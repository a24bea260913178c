"""`/batch edit ID`: label, owner, note and notifications of a batch in one form, or as options of one line."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Self

from msgspec import UNSET, Struct, UnsetType

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.commands.language.values import check_label, check_note, check_person
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.db.connection import Connection
from bot.store.records import watches
from bot.store.records.labels import NameField
from bot.store.transactions import rename

MUTE_SPANS: Mapping[str, timedelta | None] = {"1d": timedelta(days=1), "7d": timedelta(days=7), "forever": None}
UNMUTE = "off"
_CHECKS = {"label": check_label, "owner": check_person, "note": check_note}


class EditWanted(Struct, frozen=True):
    """Nothing was changed yet: the form opens. `muted`: notices about the batch are muted now."""

    batch: MessageBatch
    muted: bool


class EditUnchanged(Struct, frozen=True):
    """The submitted form changes nothing."""

    batch: MessageBatch


class Edited(Struct, frozen=True):
    """The batch has these values now. What is UNSET was not changed; `mute` is None if it was not."""

    batch: MessageBatch
    label: str | UnsetType | None
    owner: str | UnsetType | None
    note: str | UnsetType | None
    mute: str | None


EditOutcome = EditWanted | EditUnchanged | Edited


class Edit(ChangingCommand["EditChange | EditWanted | EditUnchanged"], frozen=True, kw_only=True):
    """Change what people call a batch and who is notified. None removes a value; what is UNSET stays."""

    verb: ClassVar[str] = "edit"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Change the label, owner, note and notifications of a batch. Without options a form opens.",
        "edit last",
        HelpGroup.RUN,
        (BATCH,),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec("label", "TEXT", "set the label", 'edit last --label "Nightly eval"'),
        OptionSpec("owner", "@who", "set the owner", "edit last --owner @ada"),
        OptionSpec("note", "TEXT", "write the note", 'edit last --note "ask first"'),
        OptionSpec("no-label", "", "remove the label", "edit last --no-label"),
        OptionSpec("no-owner", "", "remove the owner", "edit last --no-owner"),
        OptionSpec("no-note", "", "remove the note", "edit last --no-note"),
        OptionSpec("mute", "1d|7d|forever|off", "mute or unmute its notifications", "edit last --mute 1d"),
    )

    reference: Reference
    label: str | UnsetType | None = UNSET
    owner: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    mute: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and what to change. Raises UsageError, InvalidBatchId."""
        mute = arguments.options.get("mute", "").lower() or None
        if mute is not None and mute != UNMUTE and mute not in MUTE_SPANS:
            raise BadValue("edit", mute, ValueForm.EDIT_MUTE)
        fields = {name: _read_field(arguments, name) for name in _CHECKS}
        return cls(reference=parse_reference(arguments), mute=mute, **fields)

    def spell(self) -> str:
        """Return `edit ID` with an option for each value that it changes."""
        words = [f"edit {self.reference}"]
        for name, value in self.named_changes.items():
            words.append(f"--no-{name}" if value is None else f'--{name} "{value}"')
        words += [f"--mute {self.mute}"] if self.mute else []
        return " ".join(words)

    @property
    def named_changes(self) -> dict[NameField, str | None]:
        """The label, owner and note that it sets, or removes with None."""
        fields: dict[NameField, str | UnsetType | None] = {"label": self.label, "owner": self.owner, "note": self.note}
        return {name: value for name, value in fields.items() if value is not UNSET}

    async def propose(
        self, services: Services, origin: Origin, caller: Caller
    ) -> "EditChange | EditWanted | EditUnchanged":
        """Find the batch. Raises ApiError, StoreUnavailable and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        if not self.named_changes and self.mute is None:
            if origin is Origin.SUBMITTED:
                return EditUnchanged(batch)
            now = services.now()
            is_muted = await services.database.run(lambda connection: watches.is_muted(connection, [batch.id], now))
            return EditWanted(batch, is_muted)
        command = Edit(
            reference=Reference(batch.id), label=self.label, owner=self.owner, note=self.note, mute=self.mute
        )
        return EditChange(command, batch)


class EditChange(BatchChange[Edit, EditOutcome], frozen=True):
    """Set or remove the label, owner and note of a batch, and mute or unmute it, in one transaction."""

    async def apply(self, services: Services, caller: Caller) -> Applied[EditOutcome]:
        """Store what changes. Raises StoreUnavailable."""
        batch = self.batch
        command = self.command
        now = services.now()

        def write(connection: Connection) -> None:
            changes = command.named_changes
            rename.set_name_fields(connection, services.enqueue, batch.id, changes, by=caller.user, at=now)
            if command.mute == UNMUTE:
                watches.unmute(connection, batch.id)
            elif command.mute is not None:
                span = MUTE_SPANS[command.mute]
                watches.mute(connection, batch.id, now + span if span else None)

        await services.database.run(write)
        return Applied(Edited(batch, command.label, command.owner, command.note, command.mute), "done")


def _read_field(arguments: Arguments, name: str) -> str | UnsetType | None:
    """Return the checked value of an option, None to remove the value, or UNSET. Raises BadValue."""
    if arguments.flag(f"no-{name}"):
        return None
    return _CHECKS[name]("edit", arguments.options[name]) if name in arguments.options else UNSET
