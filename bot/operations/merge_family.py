"""The results of a whole family of batches, merged into one file."""

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
    """A batch with all that it was made from and all that was made from it: those that can be read, oldest first."""

    readable: tuple[MessageBatch, ...]
    absent: tuple[AbsentBatch, ...]


class MergedResults(Struct, frozen=True):
    """A merged file: a line for each request. `broken` lines of the batches' files were no results."""

    spool: ScratchFile
    requests: int
    succeeded: int
    broken: int


async def find_family(services: Services, batch_id: str) -> Family:
    """Look up every batch of the family, the one that it is asked of too. Raises ApiError, StoreUnavailable."""
    ids = await services.database.run(lambda connection: labels.find_family(connection, batch_id))
    found, absent, now = [], [], services.now()
    for id in sorted(ids):
        try:
            found.append(await services.workspace.batches.retrieve(check_batch_id(id)))
        except BatchNotFound:
            absent.append(AbsentBatch(id, AbsenceReason.DELETED))
    readable = sorted((each for each in found if each.is_readable(now)), key=lambda each: each.created_at)
    unread = (each for each in found if each not in readable)
    absent += [
        AbsentBatch(each.id, AbsenceReason.EXPIRED if each.has_ended else AbsenceReason.UNFINISHED) for each in unread
    ]
    return Family(tuple(readable), tuple(absent))


async def merge_results(
    services: Services, caller: Caller, progress: Progress, batches: tuple[MessageBatch, ...]
) -> MergedResults:
    """Read the results of these batches, oldest first, and merge them; whoever is handed the spool closes it.

    Raises:
        ReadingFailed: one of them was not read to its end; nothing is left on the disk.
        SpoolFailed: the disk did not take the files.
        ApiError, StoreUnavailable.
    """
    family, everything = ResultsMerger(), ScratchFile(services.open_scratch_file)
    try:
        for batch in batches:
            await read_results(services, batch, caller, progress, ResultsCopy(family, everything))
            progress.note_batch()
        return MergedResults(
            await _copy_chosen_lines(services, family, everything),
            family.requests,
            family.succeeded,
            family.broken_count,
        )
    finally:
        everything.close()


async def _copy_chosen_lines(services: Services, family: ResultsMerger, everything: ScratchFile) -> ScratchFile:
    merged, picked, done = ScratchFile(services.open_scratch_file), family.select_lines(), False
    try:
        async for piece in everything.pieces(0, everything.size):
            await merged.write(picked.feed(piece))
        await merged.flush()
        done = True
        return merged
    finally:
        if not done:
            merged.close()
