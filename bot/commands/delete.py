"""`/batch delete ID`: remove an ended batch and its results for good; always asks first."""

import asyncio
import logging
from typing import ClassVar, Self, assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import ApiError, ApiUnavailable, BatchNotFound
from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.references import parse_reference
from bot.operations.batch_names import find_names
from bot.operations.find_batch import Reference
from bot.operations.ledger import describe_batch
from bot.operations.read_results import decode_summary
from bot.operations.services import Services
from bot.operations.snapshots import describe_ending, snapshot_batch
from bot.pricing.amounts import format_amount
from bot.store.db.database import StoreUnavailable
from bot.store.records import batches as batch_records
from bot.store.records import ledger, summaries
from bot.store.records.labels import BatchNames
from bot.store.records.summaries import StoredSummary
from bot.store.transactions import deletions
from bot.store.transactions.announce import Announcer

log = logging.getLogger(__name__)


class DeleteRefused(Struct, frozen=True):
    """The batch has not ended. The API deletes only ended ones."""

    batch: MessageBatch


class Deleted(Struct, frozen=True):
    """The batch is deleted. `answered` is False if the answer was lost and the batch turned out to be gone."""

    batch_id: BatchId
    answered: bool
    name: str | None = None
    """Its label or the name of its file; its records are deleted with it."""


class AlreadyGone(Struct, frozen=True):
    """The batch was gone before this DELETE arrived."""

    batch_id: BatchId


class DeleteDidNotHappen(Struct, frozen=True):
    """The answer of the DELETE was lost, and the batch turned out to exist still."""

    batch: MessageBatch


class DeleteUnknown(Struct, frozen=True):
    """The answer of the DELETE was lost, and the batch could not be read afterwards."""

    batch_id: BatchId


DeleteOutcome = DeleteRefused | Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown


class Delete(ChangingCommand["DeleteChange | DeleteRefused"], frozen=True):
    """Delete a batch and its results. This is the only command that cannot be undone."""

    verb: ClassVar[str] = "delete"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    acts_irrevocably: ClassVar[bool] = True
    help: ClassVar[Help] = Help(
        "Delete an ended batch and its results for good. You are asked first.",
        "delete last",
        HelpGroup.ADMIN,
        (BATCH,),
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `delete ID`."""
        return f"delete {self.reference}"

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "DeleteChange | DeleteRefused":
        """Read the batch. Raises ApiError, StoreUnavailable and reference errors."""
        batch = (await services.find_batch(self.reference)).batch
        if not batch.has_ended:
            return DeleteRefused(batch)
        fetched = await services.database.run(lambda connection: summaries.get(connection, batch.id))
        return DeleteChange(Delete(Reference(batch.id)), batch, fetched)


class DeleteChange(BatchChange[Delete, DeleteOutcome], frozen=True):
    """Delete a batch that has ended. `fetched` is the stored summary of its results, if there is one."""

    fetched: StoredSummary | None = None

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: always."""
        return True

    @property
    def audit_detail(self) -> str:
        """Return how many requests and results are deleted, and what they cost if that is known."""
        counts = self.batch.request_counts
        facts = [f"{counts.total:,} request{'' if counts.total == 1 else 's'}"]
        if self.batch.results_url is None or self.batch.archived_at is not None:
            facts.append("results no longer available")
        else:
            results = f"{counts.total:,} result{'' if counts.total == 1 else 's'}"
            facts.append(f"{results} ({counts.succeeded:,} succeeded)")
        read = decode_summary(self.fetched) if self.fetched is not None else None
        if read is not None:
            cost = format_amount(read.summary.cost.amount, complete=read.summary.cost.complete)
            facts += [cost] if cost != "unknown" else []
        return ", ".join(facts)

    async def apply(self, services: Services, caller: Caller) -> Applied[DeleteOutcome]:
        """Send one DELETE. If its answer is lost, read the batch before reporting. Raises ApiError, StoreUnavailable.

        The end of the batch is announced before, and the records of a batch that is gone are deleted.
        """
        batch_id = check_batch_id(self.batch.id)
        names = (await find_names(self, services)).get(batch_id) or BatchNames()
        known = describe_batch(services, self.batch)  # afterwards no one can find out
        await services.database.run(lambda connection: ledger.record_batch(connection, known))
        outcome = await _delete(batch_id, services)
        match outcome:
            case Deleted():
                outcome = replace(outcome, name=names.label or names.file_name)
                await forget(batch_id, services, deleted_here=True)
                return Applied(outcome, "done")
            case AlreadyGone():
                await forget(batch_id, services, deleted_here=False)
                return Applied(outcome, "refused")
            case DeleteDidNotHappen():
                return Applied(outcome, "refused")
            case DeleteUnknown():
                return Applied(outcome, "unknown")
            case unreachable:
                assert_never(unreachable)


async def _delete(batch_id: BatchId, services: Services) -> Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown:
    try:
        await _announce_end(batch_id, services)
        return await _send_delete(batch_id, services)
    except BatchNotFound:
        return AlreadyGone(batch_id)


async def _send_delete(batch_id: BatchId, services: Services) -> Deleted | DeleteDidNotHappen | DeleteUnknown:
    try:
        await services.workspace.batches.delete(batch_id)
    except ApiUnavailable as error:
        if not error.may_have_happened and error.status is None:
            raise
        return await _read_after_lost_answer(batch_id, services)
    return Deleted(batch_id, answered=True)


async def _announce_end(batch_id: BatchId, services: Services) -> None:
    """Announce how the batch ended if no sweep has yet: after the DELETE that cannot be found out."""
    if not await services.database.run(lambda connection: batch_records.is_open(connection, batch_id)):
        return
    try:
        batch = await services.workspace.batches.retrieve(batch_id)
    except ApiUnavailable as error:
        error.may_have_happened = False  # the DELETE was not sent
        raise
    if batch.has_ended:
        now = services.now()
        announcer = Announcer(services.enqueue)
        seen = snapshot_batch(batch, now)
        ending = describe_ending(batch)
        await services.database.run(lambda connection: announcer.record_end(connection, seen, ending, now))


async def forget(batch_id: BatchId, services: Services, *, deleted_here: bool) -> None:
    """Delete what is stored of a batch that is gone. A store that fails now does not make the deletion a failure."""
    enqueue = services.enqueue
    now = services.now()
    try:
        await services.database.run(
            lambda connection: deletions.delete_records(connection, enqueue, batch_id, now, deleted_here=deleted_here)
        )
    except StoreUnavailable:
        log.exception("the summary of %s is not deleted", batch_id)
    try:
        await asyncio.to_thread(services.drafts.archive.remove, batch_id)
    except OSError:
        log.exception("the archived requests of %s are not deleted", batch_id)


async def _read_after_lost_answer(
    batch_id: BatchId, services: Services
) -> Deleted | DeleteDidNotHappen | DeleteUnknown:
    try:
        return DeleteDidNotHappen(await services.workspace.batches.retrieve(batch_id))
    except BatchNotFound:
        return Deleted(batch_id, answered=False)
    except ApiError:
        return DeleteUnknown(batch_id)
