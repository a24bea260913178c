"""`/batch audit [ID]`: who asked for what, who confirmed it, and the outcome."""

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
from bot.store.records.audit import AuditEntry as AuditEntry

PAGE = 15


class AuditShown(Struct, frozen=True):
    """One page of the audit log, newest first, and the query for the next page."""

    query: "Audit"
    entries: tuple[AuditEntry, ...]
    older: "Audit | None"


class AuditExported(Struct, frozen=True):
    """The whole audit log, oldest first."""

    entries: tuple[AuditEntry, ...]


AuditOutcome = AuditShown | AuditExported


class Audit(ReadingCommand[AuditOutcome], frozen=True):
    """Read the audit log, of everything or of one batch. The batch may be deleted by now."""

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
        """Return `audit` with its arguments."""
        words = ["audit"]
        words += [self.subject] if self.subject else []
        words += ["--export"] if self.export else []
        words += [f"--before {self.before}"] if self.before else []
        return " ".join(words) + self.spell_public()

    async def run(self, services: Services, caller: Caller) -> AuditOutcome:
        """Read the audit log. `last` and labels mean the same batches as elsewhere.

        Raises:
            StoreUnavailable: the log cannot be read.
            ApiError, NoBatches, ReferenceAmbiguous: `last`, or a label of several batches, cannot be looked up.
        """
        query = replace(self, subject=await self._find_subject(services))
        return await (query._read_all(services) if self.export else query._read_page(services))

    async def _find_subject(self, services: Services) -> Reference | None:
        wanted = self.subject
        if wanted is None:
            return None
        labelled = await services.database.run(lambda connection: labels.find_batches(connection, label=wanted))
        begun = await services.database.run(lambda c: audit.find_subjects(c, wanted)) if labelled else frozenset()
        if wanted in begun or not (labelled or wanted == LAST):
            return wanted
        if len(labelled) == 1 and begun <= labelled and wanted != LAST and not wanted.startswith(PREFIX):
            return Reference(*labelled)  # the batch may be deleted
        return Reference((await services.find_batch(wanted)).batch.id)

    async def _read_all(self, services: Services) -> AuditExported:
        return AuditExported(
            await services.database.run(lambda connection: tuple(audit.export(connection, self.subject)))
        )

    async def _read_page(self, services: Services) -> AuditShown:
        entries = await services.database.run(
            lambda connection: audit.list_entries(
                connection, subject=self.subject, before_id=self.before, limit=PAGE + 1
            )
        )
        shown = tuple(entries[:PAGE])
        return AuditShown(self, shown, replace(self, before=shown[-1].id) if len(entries) > PAGE else None)
