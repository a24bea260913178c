"""`/batch cancel ID`: cancel a batch, or many of them; requests that are already running may still finish."""

from contextlib import suppress
from typing import ClassVar

from msgspec import Struct

from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused
from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, Help, HelpGroup, Origin, Permission
from bot.commands.bulk_change import LIST_ID, BulkChange, BulkOutcome, NothingMatches, load_list
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.commands.language.values import check_label_filter
from bot.operations.bulk import BatchFilter, FrozenList, freeze_list
from bot.operations.find_batch import Reference
from bot.operations.follow import CardPlace, add_notify_level, find_card_place, follow_batch
from bot.operations.services import Services
from bot.operations.snapshots import describe_ending, snapshot_batch
from bot.operations.whole_batch import add_up_batches, find_whole
from bot.store.db.database import StoreUnavailable
from bot.store.records import watches
from bot.store.transactions.announce import Announcer


class CancelRequested(Struct, frozen=True):
    """The API accepted the cancellation; the batch may even have ended. `notified_in` is where its end is posted.

    `parts`, here and in the other outcomes: the batches that `batch` is the sum of. `failed` of them still run, because
    the API did not accept their cancellation.
    """

    batch: MessageBatch
    notified_in: CardPlace | None = None
    parts: tuple[MessageBatch, ...] = ()
    failed: int = 0


class CancelTooLate(Struct, frozen=True):
    """The batch had ended before. This command canceled nothing."""

    batch: MessageBatch
    parts: tuple[MessageBatch, ...] = ()


class AlreadyCanceling(Struct, frozen=True):
    """The batch was being canceled before. This command changed nothing."""

    batch: MessageBatch
    parts: tuple[MessageBatch, ...] = ()


OneCanceled = CancelRequested | CancelTooLate | AlreadyCanceling
CancelOutcome = OneCanceled | BulkOutcome


class Cancel(ChangingCommand["CancelChange | CancelTooLate | AlreadyCanceling"], frozen=True):
    """Cancel a batch. It asks first, unless the full id was typed: in an emergency, one line on a phone is enough."""

    verb: ClassVar[str] = "cancel"
    permission: ClassVar[Permission] = Permission.OPERATE
    help: ClassVar[Help] = Help(
        "Cancel a running batch, or many of them. You are asked first unless you type the full id.",
        "cancel last",
        HelpGroup.FIX,
        (BATCH,),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec("all", "", "instead of an ID: every running batch", "cancel --all", is_alternative=True),
        OptionSpec("label", "TEXT", "of these, only those whose label contains this", "cancel --all --label nightly"),
        OptionSpec("list", "LIST"),
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> "Cancel | BulkCancel | CancelListed":
        """Read the reference, or which batches to cancel. Raises UsageError, InvalidBatchId."""
        options = arguments.options
        if "list" in options:
            return CancelListed.read(arguments)
        return BulkCancel.read(arguments) if options else cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `cancel ID`."""
        return f"cancel {self.reference}"

    async def propose(
        self, services: Services, origin: Origin, caller: Caller
    ) -> "CancelChange | CancelTooLate | AlreadyCanceling":
        """Read the batch. Raises ApiError and reference errors."""
        found = await services.find_batch(self.reference)
        whole = await find_whole(services, found.batch)
        batch, parts = (whole.batch, whole.parts) if whole is not None else (found.batch, ())
        if batch.has_ended:
            return CancelTooLate(batch, parts)
        if batch.processing_status == "canceling":
            return AlreadyCanceling(batch, parts)
        asks = origin is not Origin.TYPED or not found.exact
        return CancelChange(Cancel(Reference(batch.id)), batch, asks, parts=parts)


class BulkCancel(ChangingCommand["BulkChange | NothingMatches"], frozen=True):
    """Cancel every running batch, or those whose label contains `label`, which is in its normal form."""

    verb: ClassVar[str] = "cancel"
    permission: ClassVar[Permission] = Permission.OPERATE

    label: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> "Cancel | BulkCancel | CancelListed":
        """Read any `cancel`."""
        return Cancel.parse(arguments)

    @classmethod
    def read(cls, arguments: Arguments) -> "BulkCancel":
        """Read which batches to cancel. Raises UsageError."""
        options = arguments.at_most(0).options
        if "all" not in options:
            raise BadValue("cancel", "--label", ValueForm.CANCEL_ALL)
        return cls(check_label_filter("cancel", options["label"]) if "label" in options else None)

    def spell(self) -> str:
        """Return `cancel --all`, and the label."""
        return "cancel --all" + (f' --label "{self.label}"' if self.label is not None else "")

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "BulkChange | NothingMatches":
        """Freeze the list. Raises ApiError, StoreUnavailable."""
        chosen = BatchFilter(self.label)
        found = await freeze_list(services, caller, "cancel", self.spell(), chosen)
        if isinstance(found, FrozenList):
            return BulkChange(found.bulk, found.items, found.batches, found.facts)
        return NothingMatches("cancel", found)


class CancelListed(ChangingCommand["BulkChange"], frozen=True):
    """Cancel the batches of a list. Only the button of its question carries it."""

    verb: ClassVar[str] = "cancel"
    permission: ClassVar[Permission] = Permission.OPERATE

    bulk_id: str

    @classmethod
    def parse(cls, arguments: Arguments) -> "Cancel | BulkCancel | CancelListed":
        """Read any `cancel`."""
        return Cancel.parse(arguments)

    @classmethod
    def read(cls, arguments: Arguments) -> "CancelListed":
        """Read the list. Raises UsageError."""
        options = arguments.at_most(0).options
        if not LIST_ID.fullmatch(options["list"]) or len(options) > 1:
            raise BadValue("cancel", "--list", ValueForm.LISTED)
        return cls(options["list"])

    def spell(self) -> str:
        """Return `cancel --list LIST`."""
        return f"cancel --list {self.bulk_id}"

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "BulkChange":
        """Load the list. Raises BulkUnavailable, StoreUnavailable."""
        bulk, items = await load_list(services, caller, "cancel", self.bulk_id)
        return BulkChange(bulk, tuple(items))


class CancelChange(BatchChange[Cancel, OneCanceled], frozen=True):
    """Cancel a batch that has not ended. `follows`: its caller is notified of its end."""

    asks: bool
    follows: bool = True
    parts: tuple[MessageBatch, ...] = ()

    async def apply(self, services: Services, caller: Caller) -> Applied[OneCanceled]:
        """Ask the API to cancel. It is too late if the batch ended before, whatever the API answers. Raises ApiError.

        A batch that has ended and was canceled was canceled by this call: no one had canceled it when it was proposed.
        Of the parts of a file, every one that still runs is canceled, each on its own.
        """
        if self.parts:
            return await self._cancel_parts(services, caller)
        batch_id = check_batch_id(self.batch.id)
        try:
            batch = await services.workspace.batches.cancel(batch_id)
        except KeyRefused:
            raise
        except ApiRejected as refused:
            batch = await _read_after_refusal(batch_id, services, refused)
            if not batch.has_ended:
                raise
        if not batch.has_ended:
            if self.follows:
                return Applied(CancelRequested(batch, await _follow(services, caller, batch)), "done")
            await _redraw(services, batch)
            return Applied(CancelRequested(batch), "done")
        await _record_end(services, batch)
        if batch.cancel_initiated_at is None:
            return Applied(CancelTooLate(batch), "refused")
        return Applied(CancelRequested(batch), "done")

    async def _cancel_parts(self, services: Services, caller: Caller) -> Applied[OneCanceled]:
        """Cancel all parts that run. Raises ApiError if none of them could be canceled."""
        parts = list(self.parts)
        failed: list[ApiError] = []
        for place, part in enumerate(self.parts):
            if part.has_ended or part.cancel_initiated_at is not None:
                continue
            alone = CancelChange(Cancel(Reference(part.id)), part, asks=False, follows=place == 0 and self.follows)
            try:
                parts[place] = (await alone.apply(services, caller)).outcome.batch
            except ApiError as error:
                failed.append(error)
        batch = add_up_batches(parts)
        if failed and len(failed) == sum(part.processing_status == "in_progress" for part in self.parts):
            raise failed[0]
        place_of_end = await _find_place(services, caller, batch) if self.follows and not batch.has_ended else None
        outcome = CancelRequested(batch, place_of_end, tuple(parts), len(failed))
        return Applied(outcome, "failed" if failed else "done")


async def _find_place(services: Services, caller: Caller, batch: MessageBatch) -> CardPlace | None:
    """Return where the end of the whole is posted; None without the store."""
    with suppress(StoreUnavailable):
        return await _find_notified_place(services, caller, batch, await find_card_place(services, caller))
    return None


async def _read_after_refusal(batch_id: BatchId, services: Services, refused: ApiRejected) -> MessageBatch:
    """Read the batch after a refusal. Raise the refusal if it cannot be read."""
    try:
        return await services.workspace.batches.retrieve(batch_id)
    except ApiUnavailable:
        raise refused from None


async def _follow(services: Services, caller: Caller, batch: MessageBatch) -> CardPlace | None:
    """Post the end of the batch to the caller. A store that fails does not make the cancellation a failure."""
    with suppress(StoreUnavailable):
        place = await find_card_place(services, caller)
        await follow_batch(services, caller, batch, place, "cancel")
        return await _find_notified_place(services, caller, batch, place)
    return None


async def _redraw(services: Services, batch: MessageBatch) -> None:
    """Redraw the cards of a batch, so that they no longer offer to cancel it."""
    now = services.now()
    with suppress(StoreUnavailable):
        await services.database.run(
            lambda connection: Announcer(services.enqueue).record_cancel(connection, snapshot_batch(batch, now), now)
        )


async def _record_end(services: Services, batch: MessageBatch) -> None:
    """Announce the end of a watched batch, so that its cards no longer offer to cancel it."""
    now = services.now()
    announcer = Announcer(services.enqueue)
    with suppress(StoreUnavailable):
        await services.database.run(
            lambda connection: announcer.record_end(connection, snapshot_batch(batch, now), describe_ending(batch), now)
        )


async def _find_notified_place(services: Services, caller: Caller, batch: MessageBatch, place: CardPlace) -> CardPlace:
    """Return where the caller is notified: a place where they watch the batch and that is not muted, else `place`."""
    known = await services.database.run(lambda connection: watches.list_for_batch(connection, batch.id))
    watched = [each.channel_id for each in known if each.user_id == caller.user and each.reason == "watch"]
    others = [CardPlace(id) for id in watched] if place.id not in watched else []
    hushed = [await add_notify_level(services, each, batch.id) for each in [*others, place]]
    return next((each for each in hushed if each.notify_level == "all"), hushed[-1])
