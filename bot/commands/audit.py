"""`/batch audit [ID]`: who asked for what, who confirmed, what came of it."""

from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import PUBLIC, Help, Permission, ReadingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import reference
from bot.operations.find_batch import LAST, PREFIX, Reference
from bot.operations.services import Services
from bot.store.records import audit, labels
from bot.store.records.audit import AuditEntry as AuditEntry  # what the outcomes are made of

PAGE = 15


class AuditShown(Struct, frozen=True):
    """One page of the record, newest first, and how to ask for what is older."""

    query: "Audit"
    entries: tuple[AuditEntry, ...]
    older: "Audit | None"


class AuditExported(Struct, frozen=True):
    """The whole record, oldest first."""

    entries: tuple[AuditEntry, ...]


AuditOutcome = AuditShown | AuditExported


class Audit(ReadingCommand[AuditOutcome], frozen=True):
    """Ask for the record, of everything or of one batch (also one that is gone: it is looked up in the record)."""

    verb: ClassVar[str] = "audit"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    help: ClassVar[Help] = Help(
        "audit [ID] [--export]", "who asked for what, who confirmed, what came of it", "audit --export"
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec("export", takes_value=False),
        OptionSpec("before"),
    )

    subject: Reference | None = None
    export: bool = False
    before: int | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read an optional reference and the options. Raises UsageError, InvalidBatchId."""
        words = arguments.at_most(1).words
        before = arguments.options.get("before")
        if before is not None and not (before.isascii() and before.isdigit() and len(before) < 16):
            raise BadValue("audit", before, ValueForm.AUDIT_ENTRY)
        return cls(
            reference(words[0]) if words else None,
            arguments.flag("export"),
            int(before) if before else None,
            public=arguments.flag("public"),
        )

    def spell(self) -> str:
        """Return `audit` with whatever was given."""
        words = ["audit"]
        words += [self.subject] if self.subject else []
        words += ["--export"] if self.export else []
        words += [f"--before {self.before}"] if self.before else []
        return " ".join(words) + self.spell_public()

    async def run(self, services: Services, caller: Caller) -> AuditOutcome:
        """Read the record; `last` and labels are looked up, so that they mean what they mean elsewhere.

        Raises:
            StoreUnavailable: it cannot be read.
            ApiError, NoBatches, ReferenceAmbiguous: `last`, or a label of several, cannot be looked up.
        """
        query = replace(self, subject=await self._looked_up(services))
        return await (query._whole(services) if self.export else query._page(services))

    async def _looked_up(self, services: Services) -> Reference | None:
        wanted = self.subject
        if wanted is None:
            return None
        labelled = await services.database.run(lambda connection: labels.find_batches(connection, label=wanted))
        begun = await services.database.run(lambda c: audit.find_subjects(c, wanted)) if labelled else frozenset()
        if wanted in begun or not (labelled or wanted == LAST):
            return wanted
        if len(labelled) == 1 and begun <= labelled and wanted != LAST and not wanted.startswith(PREFIX):
            return Reference(*labelled)  # also one that is gone
        return Reference((await services.find_batch(wanted)).batch.id)

    async def _whole(self, services: Services) -> AuditExported:
        return AuditExported(
            await services.database.run(lambda connection: tuple(audit.export(connection, self.subject)))
        )

    async def _page(self, services: Services) -> AuditShown:
        entries = await services.database.run(
            lambda connection: audit.list_entries(
                connection, subject=self.subject, before_id=self.before, limit=PAGE + 1
            )
        )
        shown = tuple(entries[:PAGE])
        return AuditShown(self, shown, replace(self, before=shown[-1].id) if len(entries) > PAGE else None)
