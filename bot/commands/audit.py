"""`/batch audit [ID]`: who asked for what, who confirmed it, and the outcome."""

from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import BATCH_MEANING, PUBLIC, ArgumentHelp, Help, HelpGroup, Permission, ReadingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, UnknownVerb, ValueForm
from bot.commands.language.references import reference
from bot.commands.language.values import check_person, parse_span
from bot.operations.find_batch import MOVING_REFERENCES, Reference
from bot.operations.services import Services
from bot.store.records import audit, labels
from bot.store.records.audit import AuditEntry as AuditEntry
from bot.store.records.audit import AuditFilter
from bot.store.records.audit import RecordedAct as RecordedAct

PAGE = 10


class AuditShown(Struct, frozen=True):
    """One page of the audit log, newest first, and the query for the next page.

    `verbs` are the verbs on record, if a verb was asked for and the page is empty.
    """

    query: "Audit"
    acts: tuple[RecordedAct, ...]
    older: "Audit | None"
    verbs: tuple[str, ...] = ()


class AuditExported(Struct, frozen=True):
    """Every entry that the query asks for, oldest first."""

    entries: tuple[AuditEntry, ...]
    subject: Reference | None = None


AuditOutcome = AuditShown | AuditExported


class Audit(ReadingCommand[AuditOutcome], frozen=True):
    """Read the audit log, of everything or of one batch, which may be deleted by now; by person, verb and age."""

    verb: ClassVar[str] = "audit"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    help: ClassVar[Help] = Help(
        "Show who asked for what, who approved it, and the outcome.",
        "audit --command delete --since 7d",
        HelpGroup.ADMIN,
        (ArgumentHelp("ID", BATCH_MEANING, optional=True),),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec("export", "", "the whole record as a file", "audit --export"),
        OptionSpec("by", "@who", "only what this person did", "audit --by @ada"),
        OptionSpec("command", "COMMAND", "only this command", "audit --command delete", former_name="verb"),
        OptionSpec("since", "SPAN", "how far back: a number and h, d or w", "audit --since 7d"),
        OptionSpec("before", "ENTRY"),
    )

    subject: Reference | None = None
    export: bool = False
    before: int | None = None
    by: str | None = None
    only_verb: str | None = None
    since: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read an optional reference and the options. Raises UsageError, InvalidBatchId."""
        words = arguments.at_most(1).words
        options = arguments.options
        before = options.get("before")
        since = options.get("since")
        if since is not None:
            parse_span("audit", since)
        only_verb = options.get("command", "").lower()
        if only_verb and not (only_verb.isascii() and only_verb.isalpha()):
            raise UnknownVerb("audit", only_verb, None)
        if before is not None and not (before.isascii() and before.isdigit() and len(before) < 16):
            raise BadValue("audit", before, ValueForm.AUDIT_ENTRY)
        return cls(
            reference(words[0]) if words else None,
            arguments.flag("export"),
            int(before) if before else None,
            check_person("audit", options["by"]) if "by" in options else None,
            only_verb or None,
            since.lower() if since else None,
            public=arguments.flag("public"),
        )

    def spell(self) -> str:
        """Return `audit` with its arguments."""
        words = ["audit"]
        words += [self.subject] if self.subject else []
        words += [f"--by {self.by}"] if self.by else []
        words += [f"--command {self.only_verb}"] if self.only_verb else []
        words += [f"--since {self.since}"] if self.since else []
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
        labelled = await services.database.run(lambda connection: labels.find_labeled(connection, wanted))
        begun = await services.database.run(lambda c: audit.find_subjects(c, wanted)) if labelled else frozenset()
        if wanted in begun or not (labelled or wanted in MOVING_REFERENCES):
            return wanted
        if len(labelled) == 1 and begun <= labelled and wanted not in MOVING_REFERENCES:
            return Reference(*labelled)  # the batch may be deleted
        return Reference((await services.find_batch(wanted)).batch.id)

    def _filter(self, services: Services) -> AuditFilter:
        since = services.now() - parse_span("audit", self.since) if self.since else None
        return AuditFilter(subject=self.subject, by=self.by, verb=self.only_verb, since=since)

    async def _read_all(self, services: Services) -> AuditExported:
        wanted = self._filter(services)
        entries = await services.database.run(lambda connection: tuple(audit.export(connection, wanted)))
        return AuditExported(entries, self.subject)

    async def _read_page(self, services: Services) -> AuditShown:
        wanted = self._filter(services)
        acts = await services.database.run(
            lambda connection: audit.list_acts(connection, wanted, before_id=self.before, limit=PAGE + 1)
        )
        if not acts and self.only_verb:
            return AuditShown(self, (), None, tuple(await services.database.run(audit.find_verbs)))
        shown = tuple(acts[:PAGE])
        return AuditShown(self, shown, replace(self, before=shown[-1].entry.id) if len(acts) > PAGE else None)
