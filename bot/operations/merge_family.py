"""Merging the results of a family of batches into one file."""

from enum import Enum, auto

from msgspec import Struct

from bot.api.errors import BatchNotFound
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.operations.progress import Progress
from bot.operations.read_results import ResultsCopy, read_results
from bot.operations.services import Services
from bot.results.merge import ResultsMerger
from bot.scratch_file import ScratchFile
from bot.store.records import labels


class AbsenceReason(Enum):
    """Why the results of a batch cannot be merged."""

    UNFINISHED = auto()
    EXPIRED = auto()
    DELETED = auto()


class AbsentBatch(Struct, frozen=True):
    """A batch of a family whose results cannot be read."""

    batch_id: str
    reason: AbsenceReason


class Family(Struct, frozen=True):
    """A batch with all its ancestors and descendants. The readable batches are ordered from old to new."""

    readable: tuple[MessageBatch, ...]
    absent: tuple[AbsentBatch, ...]


class MergedResults(Struct, frozen=True):
    """A file with one line for each request. `broken` lines of the original files were no results."""

    scratch_file: ScratchFile
    requests: int
    succeeded: int
    broken: int


async def find_family(services: Services, batch_id: str) -> Family:
    """Retrieve every batch of a family, including this one. Raises ApiError, StoreUnavailable."""
    ids = await services.database.run(lambda connection: labels.find_family(connection, batch_id))
    now = services.now()
    readable: list[MessageBatch] = []
    unreadable: list[AbsentBatch] = []
    deleted: list[AbsentBatch] = []
    for each in sorted(ids):
        try:
            batch = await services.workspace.batches.retrieve(check_batch_id(each))
        except BatchNotFound:
            deleted.append(AbsentBatch(each, AbsenceReason.DELETED))
            continue
        if batch.is_readable(now):
            readable.append(batch)
        else:
            reason = AbsenceReason.EXPIRED if batch.has_ended else AbsenceReason.UNFINISHED
            unreadable.append(AbsentBatch(batch.id, reason))
    readable.sort(key=lambda batch: batch.created_at)
    return Family(tuple(readable), (*deleted, *unreadable))


async def merge_results(
    services: Services, caller: Caller, progress: Progress, batches: tuple[MessageBatch, ...]
) -> MergedResults:
    """Read the results of these batches, oldest first, and merge them. The caller closes the scratch file.

    Raises:
        ReadingFailed: one of them was not read to its end; nothing is left on the disk.
        ScratchFileFailed: the disk did not take the files.
        ApiError, StoreUnavailable.
    """
    merger = ResultsMerger()
    everything = ScratchFile(services.open_scratch_file)
    try:
        for batch in batches:
            await read_results(services, batch, caller, progress, ResultsCopy(merger, everything))
            progress.count_batch()
        merged = await _copy_chosen_lines(services, merger, everything)
        return MergedResults(merged, merger.requests, merger.succeeded, merger.broken_count)
    finally:
        everything.close()


async def _copy_chosen_lines(services: Services, merger: ResultsMerger, everything: ScratchFile) -> ScratchFile:
    merged = ScratchFile(services.open_scratch_file)
    chosen = merger.select_lines()
    done = False
    try:
        async for piece in everything.pieces(0, everything.size):
            await merged.write(chosen.feed(piece))
        await merged.flush()
        done = True
        return merged
    finally:
        if not done:
            merged.close()
