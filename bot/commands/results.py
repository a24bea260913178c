"""`/batch results ID`: what came out of an ended batch, why requests failed, what it cost; the file on request."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import BatchNotFound
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import PUBLIC, Help, LongCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import Reference
from bot.operations.merge_family import Family, MergedResults, find_family, merge_results
from bot.operations.progress import Progress, ReadingProgress
from bot.operations.read_results import ReadSummary, ResultsCopy, ResultsNotSaved, cached_summary, read_results
from bot.operations.result_files import DOWNLOADED_FILES, ResultFileKind, make_converter
from bot.operations.services import Services
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.store.records import batches as batch_records
from bot.store.records import summaries

_FILES = ("errors", "csv", "causes", "family", "partial")


class ResultsShown(Struct, frozen=True):
    """What came out; `from_cache`: nothing was read for it now. `readable`: the files can still be had."""

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary
    from_cache: bool
    readable: bool


class ResultsFile(Struct, frozen=True):
    """A file of results, on disk; whoever sends it closes the spool, and calls `arrived` when somebody has it."""

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary
    kind: ResultFileKind
    spool: ScratchFile
    arrived: Callable[[], Awaitable[None]]


class CausesFile(Struct, frozen=True):
    """The causes of failure as a table are wanted."""

    query: "Results"
    batch: MessageBatch
    fetched: ReadSummary


class NothingFailed(Struct, frozen=True):
    """A file of failures was wanted, and there are none."""

    query: "Results"
    batch: MessageBatch


class ResultsNotReady(Struct, frozen=True):
    """The batch has not ended: there are no results before that."""

    query: "Results"
    batch: MessageBatch


class ResultsGone(Struct, frozen=True):
    """The API does not keep the results any more."""

    batch: MessageBatch
    public: bool


class FamilyFile(Struct, frozen=True):
    """The merged results of a family; whoever sends it closes the spool, and calls `arrived` when somebody has it."""

    query: "Results"
    kin: Family
    merged: MergedResults
    arrived: Callable[[], Awaitable[None]]


class FamilyIncomplete(Struct, frozen=True):
    """Not all batches of the family can be read: nothing was read, until somebody says that the others will do."""

    query: "Results"
    kin: Family


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
    """Ask what came out of a batch, or for one file of it."""

    verb: ClassVar[str] = "results"
    help: ClassVar[Help] = Help(
        "results ID [--errors] [--csv] [--file] [--causes] [--family]",
        "what came out: counts, causes of failure, tokens, cost; the file in your messages with me, alone or with "
        "that of its retries",
        "results last --errors",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        *(OptionSpec(name, takes_value=False) for name in (*_FILES, "file")),
    )

    reference: Reference
    file: ResultFileKind | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference and which file is wanted. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments), _file(arguments), public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `results ID` with what was given."""
        return f"results {self.reference}{f' {self.file}' if self.file else ''}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> ResultsOutcome:
        """Read what is not remembered.

        Raises:
            ReadingFailed, ReadingStopped: it was not read to the end.
            ApiError, StoreUnavailable, and what a reference may raise.
        """
        progress = progress or Progress()
        return await progress.follow(self._answer(services, caller, progress))

    async def _answer(self, services: Services, caller: Caller, progress: Progress) -> ResultsOutcome:
        if self.file in (ResultFileKind.FAMILY, ResultFileKind.PART_OF_FAMILY):
            return await self._merge(services, caller, progress)
        batch = (await services.find_batch(self.reference)).batch
        query = replace(self, reference=Reference(batch.id))
        progress.about(batch.id, again=query.spell(), wanted=batch.request_counts.total)
        if not batch.has_ended:
            return ResultsNotReady(query, batch)
        fetched, readable = await cached_summary(services, batch), batch.is_readable(services.now())
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
        return await query._take(services, caller, progress, batch)

    async def _merge(self, services: Services, caller: Caller, progress: Progress) -> FamilyFile | FamilyIncomplete:
        """Merge the results of the family; of a part of it only where that was said."""
        query, kin = await self._family(services)
        if not kin.readable or (kin.absent and self.file is ResultFileKind.FAMILY):
            return FamilyIncomplete(query, kin)
        again, wanted = query.spell(), sum(each.request_counts.total for each in kin.readable)
        progress.about(query.reference, again=again, wanted=wanted, batches_wanted=len(kin.readable))
        try:
            merged = await merge_results(services, caller, progress, kin.readable)
        except ScratchFileFailed as error:
            raise ResultsNotSaved(kin.readable[0], progress.reading, again, error.full, error.reason) from error
        return FamilyFile(query, kin, merged, _note_taken(services, caller, kin.readable, ResultFileKind.FAMILY))

    async def _family(self, services: Services) -> tuple[Self, Family]:
        """Find the family, also that of a batch which was deleted: its retries may be there."""
        gone: BatchNotFound | None = None
        try:
            batch_id = (await services.find_batch(self.reference)).batch.id
        except BatchNotFound as error:
            gone, batch_id = error, error.batch_id
        kin = await find_family(services, batch_id)
        if gone is not None and len(kin.absent) == 1 and not kin.readable:
            raise gone
        return replace(self, reference=Reference(batch_id)), kin

    async def _take(
        self, services: Services, caller: Caller, progress: Progress, batch: MessageBatch
    ) -> ResultsFile | NothingFailed:
        """Read the results into a file; the file is gone again unless all of them came."""
        kind = self.file or ResultFileKind.JSONL
        try:
            spool = ScratchFile(services.open_scratch_file)
        except ScratchFileFailed as error:
            raise ResultsNotSaved(batch, ReadingProgress(), self.spell(), error.full, error.reason) from error
        done = False
        try:
            copy = ResultsCopy(make_converter(kind, services.prices), spool)
            fetched = await read_results(services, batch, caller, progress, copy)
            if kind in (ResultFileKind.ERRORS, ResultFileKind.ERRORS_CSV) and not fetched.summary.counts.failed:
                return NothingFailed(self, batch)
            done = True
            return ResultsFile(self, batch, fetched, kind, spool, _note_taken(services, caller, (batch,), kind))
        finally:
            if not done:
                spool.close()


def _note_taken(
    services: Services, caller: Caller, batches: tuple[MessageBatch, ...], kind: ResultFileKind
) -> Callable[[], Awaitable[None]]:
    taken = DOWNLOADED_FILES[kind]

    async def arrived() -> None:
        now = services.now()
        for id in [batch.id for batch in batches]:
            await services.database.run(
                partial(summaries.record_download, batch_id=id, taken=taken, by=caller.user, at=now)
            )
            # Nobody has to be reminded that they expire.
            await services.database.run(partial(batch_records.mark_fetched, batch_id=id, now=now))

    return arrived


def _file(arguments: Arguments) -> ResultFileKind | None:
    """Return the one file that the options name; `--file` with another says nothing more."""
    given = [f"--{name}" for name in _FILES if arguments.flag(name)]
    typed = " ".join(given or (["--file"] if arguments.flag("file") else []))
    if not typed:
        return None
    try:
        return ResultFileKind(typed)
    except ValueError:
        raise BadValue("results", typed, ValueForm.RESULT_FILE) from None
