"""`/batch results ID`: the counts, failures and cost of an ended batch, and its files on request."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import BatchNotFound
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, PUBLIC, Help, HelpGroup, LongCommand, Permission, Stricter
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import Reference
from bot.operations.merge_family import Family, MergedResults, find_family, merge_results
from bot.operations.progress import Progress, ReadingProgress
from bot.operations.read_results import (
    ReadSummary,
    ResultsCopy,
    ResultsNotSaved,
    add_up_read,
    cached_summary,
    read_results,
    select_prices,
)
from bot.operations.result_files import DOWNLOADED_FILES, ResultFileKind, make_converter
from bot.operations.services import Services
from bot.operations.whole_batch import WholeBatch, find_whole
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.store.records import batches as batch_records
from bot.store.records import summaries

_FILES = ("errors", "csv", "causes", "merged", "partial")


class ResultsShown(Struct, frozen=True):
    """The summary of the results. `from_cache`: it was stored before. `readable`: the files are still available.

    `parts`, here and in the other outcomes: the batches that `batch` is the sum of, or itself.
    """

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary
    from_cache: bool
    readable: bool
    parts: tuple[MessageBatch, ...] = ()


class ResultsFile(Struct, frozen=True):
    """A file of results, on disk. Its sender closes the scratch file and awaits `on_delivered` once it arrived."""

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary
    kind: ResultFileKind
    scratch_file: ScratchFile
    on_delivered: Callable[[bool], Awaitable[None]]
    parts: tuple[MessageBatch, ...] = ()


class CausesFile(Struct, frozen=True):
    """The causes of failure, to be shown as a table."""

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary
    parts: tuple[MessageBatch, ...] = ()


class NothingFailed(Struct, frozen=True):
    """A file of failures was requested, and nothing failed."""

    query: "Results"
    batch: MessageBatch
    parts: tuple[MessageBatch, ...] = ()


class ResultsNotReady(Struct, frozen=True):
    """The batch has not ended, so it has no results yet."""

    query: "Results"
    batch: MessageBatch
    parts: tuple[MessageBatch, ...] = ()


class ResultsGone(Struct, frozen=True):
    """The API has deleted the results."""

    batch: MessageBatch
    public: bool
    parts: tuple[MessageBatch, ...] = ()


class FamilyFile(Struct, frozen=True):
    """The merged results of a family. Its sender closes the file, and awaits `on_delivered` once it arrived."""

    query: "Results"
    family: Family
    merged: MergedResults
    on_delivered: Callable[[bool], Awaitable[None]]


class FamilyIncomplete(Struct, frozen=True):
    """Some batches of the family cannot be read. Nothing is read until someone asks for the others alone."""

    query: "Results"
    family: Family


ResultsOutcome = (
    ResultsShown
    | ResultsFile
    | CausesFile
    | NothingFailed
    | ResultsNotReady
    | ResultsGone
    | FamilyFile
    | FamilyIncomplete
)


class Results(LongCommand[ResultsOutcome], frozen=True):
    """Show the results of a batch, or return one file of them."""

    verb: ClassVar[str] = "results"
    help: ClassVar[Help] = Help(
        "Show what came out: counts, causes of failure, tokens and cost.",
        "results last --errors",
        HelpGroup.LOOK,
        (BATCH,),
        "Everyone sees counts and cost. Only readers get files and causes.",
    )
    stricter: ClassVar[Stricter | None] = Stricter("every file and `--full`", Permission.READ_CONTENTS)
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec("file", "", "all results as a file, in JSON Lines", "results last --file"),
        OptionSpec("errors", "", "only the failures, as a file", "results last --errors"),
        OptionSpec("csv", "", "the file as a table for spreadsheets", "results last --errors --csv"),
        OptionSpec("causes", "", "every cause of failure, as a table", "results last --causes"),
        OptionSpec(
            "merged",
            "",
            "the results of the batch and its retries in one file",
            "results last --merged",
            former_name="family",
        ),
        OptionSpec("full", "", "every cause with examples, and all figures", "results last --full"),
        OptionSpec("partial", ""),
    )

    reference: Reference
    file: ResultFileKind | None = None
    full: bool = False
    """Show every cause and figure instead of the most important ones. A press opens them in a modal."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and the kind of file. Raises UsageError, InvalidBatchId."""
        reference, file, full = parse_reference(arguments), _parse_file(arguments), arguments.flag("full")
        if file is not None and full:
            raise BadValue("results", f"{file} --full", ValueForm.RESULT_FILE)
        return cls(reference, file, full, public=arguments.flag("public"))

    @property
    def needed_permission(self) -> Permission:
        """Return READ_CONTENTS for every file and the full report. The counts and the cost are open."""
        return Permission.READ_CONTENTS if self.file or self.full else self.permission

    def spell(self) -> str:
        """Return `results ID` with its options."""
        what = f" {self.file}" if self.file else " --full" if self.full else ""
        return f"results {self.reference}{what}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> ResultsOutcome:
        """Read the results unless their summary is stored and no file is wanted.

        Raises:
            ReadingFailed, ReadingStopped: the results were not read to the end.
            ApiError, StoreUnavailable, and what a reference may raise.
        """
        progress = progress or Progress()
        return await progress.run(self._read(services, caller, progress))

    async def _read(self, services: Services, caller: Caller, progress: Progress) -> ResultsOutcome:
        if self.file in (ResultFileKind.FAMILY, ResultFileKind.PART_OF_FAMILY):
            return await self._merge(services, caller, progress)
        batch = (await services.find_batch(self.reference)).batch
        query = replace(self, reference=Reference(batch.id))
        progress.set_subject(batch.id, retry_command=query.spell(), total_lines=batch.request_counts.total)
        whole = await find_whole(services, batch)
        if whole is not None:
            return await query._read_whole(services, caller, progress, whole)
        if not batch.has_ended:
            return ResultsNotReady(query, batch)
        fetched = await cached_summary(services, batch)
        readable = batch.is_readable(services.now())
        if not readable and (fetched is None or query.file not in (None, ResultFileKind.CAUSES)):
            return ResultsGone(batch, self.public)
        if query.file in (None, ResultFileKind.CAUSES):
            known = fetched or await read_results(services, batch, caller, progress)
            if query.file:
                return CausesFile(query, batch, known) if known.summary.counts.failed else NothingFailed(query, batch)
            return ResultsShown(query, batch, known, fetched is not None, readable)
        if (
            query.file in (ResultFileKind.ERRORS, ResultFileKind.ERRORS_CSV)
            and fetched
            and not fetched.summary.counts.failed
        ):
            return NothingFailed(query, batch)
        return await query._read_file(services, caller, progress, batch, (batch,))

    async def _read_whole(
        self, services: Services, caller: Caller, progress: Progress, whole: WholeBatch
    ) -> ResultsOutcome:
        """Read the results of all parts of a file that was too large for one batch, as those of one batch."""
        batch, parts = whole.batch, whole.parts
        progress.set_subject(batch.id, retry_command=self.spell(), total_lines=batch.request_counts.total)
        if not batch.has_ended:
            return ResultsNotReady(self, batch, parts)
        readable = all(part.is_readable(services.now()) for part in parts)
        known = [await cached_summary(services, part) for part in parts]
        if not readable and (None in known or self.file not in (None, ResultFileKind.CAUSES)):
            return ResultsGone(batch, self.public, parts)
        if self.file not in (None, ResultFileKind.CAUSES):
            return await self._read_file(services, caller, progress, batch, parts)
        read = [
            each or await read_results(services, part, caller, progress)
            for part, each in zip(parts, known, strict=True)
        ]
        fetched = add_up_read(read)
        if self.file:
            failed = fetched.summary.counts.failed
            return CausesFile(self, batch, fetched, parts) if failed else NothingFailed(self, batch, parts)
        return ResultsShown(self, batch, fetched, None not in known, readable, parts)

    async def _merge(self, services: Services, caller: Caller, progress: Progress) -> FamilyFile | FamilyIncomplete:
        """Merge the results of the family, or of its readable part if that was asked for."""
        query, family = await self._find_family(services)
        if not family.readable or (family.absent and self.file is ResultFileKind.FAMILY):
            return FamilyIncomplete(query, family)
        again = query.spell()
        wanted = sum(each.request_counts.total for each in family.readable)
        progress.set_subject(
            query.reference, retry_command=again, total_lines=wanted, total_batches=len(family.readable)
        )
        try:
            merged = await merge_results(services, caller, progress, family.readable)
        except ScratchFileFailed as error:
            raise ResultsNotSaved(family.readable[0], progress.reading, again, error.full, error.reason) from error
        return FamilyFile(
            query, family, merged, _record_delivery(services, caller, family.readable, ResultFileKind.FAMILY)
        )

    async def _find_family(self, services: Services) -> tuple[Self, Family]:
        """Find the family, also of a deleted batch: its retries may still exist."""
        gone: BatchNotFound | None = None
        try:
            batch_id = (await services.find_batch(self.reference)).batch.id
        except BatchNotFound as error:
            gone = error
            batch_id = error.batch_id
        family = await find_family(services, batch_id)
        if gone is not None and len(family.absent) == 1 and not family.readable:
            raise gone
        return replace(self, reference=Reference(batch_id)), family

    async def _read_file(
        self,
        services: Services,
        caller: Caller,
        progress: Progress,
        batch: MessageBatch,
        parts: tuple[MessageBatch, ...],
    ) -> ResultsFile | NothingFailed:
        """Read the results of all parts into a file. It is removed unless all of them were read."""
        kind = self.file or ResultFileKind.JSONL
        try:
            scratch_file = ScratchFile(services.open_scratch_file)
        except ScratchFileFailed as error:
            raise ResultsNotSaved(batch, ReadingProgress(), self.spell(), error.full, error.reason) from error
        done = False
        try:
            copy = ResultsCopy(make_converter(kind, select_prices(services, batch)), scratch_file)
            fetched = add_up_read([await read_results(services, part, caller, progress, copy) for part in parts])
            if kind in (ResultFileKind.ERRORS, ResultFileKind.ERRORS_CSV) and not fetched.summary.counts.failed:
                return NothingFailed(self, batch, parts)
            done = True
            delivered = _record_delivery(services, caller, parts, kind)
            return ResultsFile(self, batch, fetched, kind, scratch_file, delivered, parts)
        finally:
            if not done:
                scratch_file.close()


def _record_delivery(
    services: Services, caller: Caller, batches: tuple[MessageBatch, ...], kind: ResultFileKind
) -> Callable[[bool], Awaitable[None]]:

    async def on_delivered(is_confirmed: bool) -> None:
        taken = DOWNLOADED_FILES[kind] if is_confirmed else "unconfirmed"
        now = services.now()
        for id in [batch.id for batch in batches]:
            await services.database.run(
                partial(summaries.record_download, batch_id=id, taken=taken, by=caller.user, at=now)
            )
            if not is_confirmed:
                continue
            # No one needs a reminder any more that they expire.
            await services.database.run(partial(batch_records.mark_fetched, batch_id=id, now=now))

    return on_delivered


def _parse_file(arguments: Arguments) -> ResultFileKind | None:
    """Return the one kind of file that the options name. `--file` adds nothing to another option."""
    given = [f"--{name}" for name in _FILES if arguments.flag(name)]
    typed = " ".join(given or (["--file"] if arguments.flag("file") else []))
    if not typed:
        return None
    try:
        return ResultFileKind(typed)
    except ValueError:
        raise BadValue("results", typed, ValueForm.RESULT_FILE) from None
