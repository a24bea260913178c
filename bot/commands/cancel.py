"""`/batch cancel ID`: initiate cancellation; what is already running may still finish."""

from contextlib import suppress
from typing import ClassVar, Self

from msgspec import Struct

from bot.api.errors import ApiRejected, ApiUnavailable, KeyRefused
from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import Help, Origin, Permission
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import Reference
from bot.operations.follow import CardPlace, add_notify_level, find_card_place, follow_batch
from bot.operations.services import Services
from bot.store.db.database import StoreUnavailable
from bot.store.records import watches


class CancelRequested(Struct, frozen=True):
    """The API has taken the cancellation. What comes of it will be told in `told_in`; it may be over already."""

    batch: MessageBatch
    told_in: CardPlace | None = None


class CancelTooLate(Struct, frozen=True):
    """The batch had ended before; nothing was canceled by this."""

    batch: MessageBatch


class AlreadyCanceling(Struct, frozen=True):
    """Somebody has canceled it before."""

    batch: MessageBatch


CancelOutcome = CancelRequested | CancelTooLate | AlreadyCanceling


class Cancel(ChangingCommand["CancelChange | CancelTooLate | AlreadyCanceling"], frozen=True):
    """Stop a batch; asks first unless it was typed with the full id, which must be one line on a phone."""

    verb: ClassVar[str] = "cancel"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "cancel ID", "stop a batch that is running; asks first unless you type the full id", "cancel last"
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `cancel ID`."""
        return f"cancel {self.reference}"

    async def propose(self, services: Services, origin: Origin) -> "CancelChange | CancelTooLate | AlreadyCanceling":
        """Read the batch. Raises ApiError and reference errors."""
        found = await services.find_batch(self.reference)
        if found.batch.has_ended:
            return CancelTooLate(found.batch)
        if found.batch.processing_status == "canceling":
            return AlreadyCanceling(found.batch)
        asks = origin is not Origin.TYPED or not found.exact
        return CancelChange(Cancel(Reference(found.batch.id)), found.batch, asks)


class CancelChange(BatchChange[Cancel, CancelOutcome], frozen=True):
    """Cancel a batch that has not ended."""

    asks: bool

    async def apply(self, services: Services, caller: Caller) -> Applied[CancelOutcome]:
        """Ask the API to cancel. It is too late if the batch ended before, whatever the API answers. Raises ApiError.

        A batch that has ended and was canceled was canceled by this call: no one had canceled it when it was proposed.
        """
        batch_id = check_batch_id(self.batch.id)
        try:
            batch = await services.workspace.batches.cancel(batch_id)
        except KeyRefused:
            raise
        except ApiRejected as refused:
            batch = await _look(batch_id, services, refused)
            if not batch.has_ended:
                raise
        if not batch.has_ended:
            return Applied(CancelRequested(batch, await _follow(services, caller, batch)), "done")
        if batch.cancel_initiated_at is None:
            return Applied(CancelTooLate(batch), "refused")
        return Applied(CancelRequested(batch), "done")


async def _look(batch_id: BatchId, services: Services, refused: ApiRejected) -> MessageBatch:
    """Read the batch after a refusal; where that cannot be, the refusal stands."""
    try:
        return await services.workspace.batches.retrieve(batch_id)
    except ApiUnavailable:
        raise refused from None


async def _follow(services: Services, caller: Caller, batch: MessageBatch) -> CardPlace | None:
    """Have the caller told what the cancel really did; a store that fails does not make the cancel a failure."""
    with suppress(StoreUnavailable):
        place = await find_card_place(services, caller)
        await follow_batch(services, caller, batch, place, "cancel")
        return await _told_in(services, caller, batch, place)
    return None


async def _told_in(services: Services, caller: Caller, batch: MessageBatch, place: CardPlace) -> CardPlace:
    """Return where he is told: where he watches anyway if he does and something is told there, else `place`."""
    known = await services.database.run(lambda connection: watches.list_for_batch(connection, batch.id))
    his = [each.channel_id for each in known if each.user_id == caller.user and each.reason == "watch"]
    others = [CardPlace(id) for id in his] if place.id not in his else []
    hushed = [await add_notify_level(services, each, batch.id) for each in [*others, place]]
    return next((each for each in hushed if each.notify_level == "all"), hushed[-1])
