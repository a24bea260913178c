"""`/batch delete ID`: remove an ended batch and its results for good; always asks first."""

from dataclasses import dataclass
from typing import ClassVar, Self

from bot.batches.errors import ApiError, ApiUnavailable, BatchNotFound
from bot.batches.models import BatchId, MessageBatch, check_batch_id
from bot.commands.arguments import Arguments
from bot.commands.base import Caller, ChangingCommand, Help, Origin, Permission, Proposal, Services
from bot.commands.references import Reference, find_batch, parse_reference
from bot.store.audit import AuditOutcome


@dataclass(frozen=True)
class DeleteRefused:
    """The batch has not ended; the API deletes ended ones only."""

    batch: MessageBatch


@dataclass(frozen=True)
class Deleted:
    """The batch is gone. `answered` is False when the DELETE's answer was lost and a look found it gone."""

    batch_id: BatchId
    answered: bool


@dataclass(frozen=True)
class AlreadyGone:
    """It was gone before this DELETE arrived."""

    batch_id: BatchId


@dataclass(frozen=True)
class DeleteDidNotHappen:
    """The DELETE's answer was lost, and a look found the batch still there."""

    batch: MessageBatch


@dataclass(frozen=True)
class DeleteUnknown:
    """The DELETE's answer was lost, and looking failed as well."""

    batch_id: BatchId


DeleteOutcome = Deleted | AlreadyGone | DeleteDidNotHappen | DeleteUnknown


@dataclass(frozen=True)
class Delete(ChangingCommand):
    """The one act that cannot be undone."""

    verb: ClassVar[str] = "delete"
    permission: ClassVar[Permission] = Permission.ADMINISTER
    help: ClassVar[Help] = Help(
        "delete ID", "remove an ended batch and its results for good; always asks first", "delete last"
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `delete ID`."""
        return f"delete {self.reference}"

    async def propose(self, services: Services, origin: Origin) -> "Proposal[Delete] | DeleteRefused":
        """Read the batch; an unfinished one is refused. Raises ApiError and reference errors."""
        batch = (await find_batch(self.reference, services.batches)).batch
        if not batch.has_ended:
            return DeleteRefused(batch)
        return Proposal(Delete(Reference(batch.id)), batch, asks=True)

    async def run(self, services: Services, caller: Caller) -> DeleteOutcome:
        """Send one DELETE, and look before saying anything when its answer is lost. Raises ApiError."""
        batch_id = check_batch_id(self.reference)
        try:
            await services.batches.delete(batch_id)
        except BatchNotFound:
            return AlreadyGone(batch_id)
        except ApiUnavailable as error:
            if not error.may_have_happened:
                raise
            return await _look(batch_id, services)
        return Deleted(batch_id, answered=True)

    def conclude(self, outcome: object) -> AuditOutcome:
        """Return what the audit says of the outcome."""
        match outcome:
            case Deleted():
                return "done"
            case DeleteUnknown():
                return "unknown"
            case _:
                return "refused"


async def _look(batch_id: BatchId, services: Services) -> Deleted | DeleteDidNotHappen | DeleteUnknown:
    try:
        return DeleteDidNotHappen(await services.batches.retrieve(batch_id))
    except BatchNotFound:
        return Deleted(batch_id, answered=False)
    except ApiError:
        return DeleteUnknown(batch_id)
