"""`/batch watch [ID]` and `/batch unwatch ID`: be told how a batch goes on, or not any more."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import DirectCommand, Help, Permission
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import CANDIDATES_SHOWN, LAST, PREFIX, Reference, ReferenceAmbiguous
from bot.operations.follow import (
    CardPlace,
    WatchDestination,
    WatchedBatch,
    add_notify_level,
    find_card_place,
    follow_batch,
)
from bot.operations.services import Services
from bot.operations.snapshots import restore_batch
from bot.store.records import labels
from bot.store.records.batches import SeenBatch
from bot.store.records.watches import StoredWatch as StoredWatch
from bot.store.transactions import preferences


class WatchBegun(Struct, frozen=True):
    """The caller watches the batch; `already`: he did before. The card is, or will be, in `place`."""

    batch: MessageBatch
    place: CardPlace
    already: bool


class WatchTooLate(Struct, frozen=True):
    """The batch has ended: there is nothing to wait for."""

    batch: MessageBatch


class WatchesShown(Struct, frozen=True):
    """What the caller watches, newest first."""

    watched: tuple[WatchedBatch, ...]


class Unwatched(Struct, frozen=True):
    """The caller is not told of the batch any more; its cards stay in their places. None: he was not before either."""

    batch_id: BatchId
    places: tuple[str, ...]


WatchOutcome = WatchBegun | WatchTooLate | WatchesShown
UnwatchOutcome = Unwatched


class Watch(DirectCommand[WatchOutcome], frozen=True):
    """Watch a batch, or without one ask what one watches. It changes only what the caller is told."""

    verb: ClassVar[str] = "watch"
    permission: ClassVar[Permission] = Permission.READ
    help: ClassVar[Help] = Help(
        "watch [ID] [--here | --dm]",
        "one card that stays up to date, one mention when the batch has ended; without ID: what you watch",
        "watch last",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (OptionSpec("here", False), OptionSpec("dm", False))

    reference: Reference | None = None
    wish: WatchDestination = "here"

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read an optional reference and where the card is to be. Raises UsageError, InvalidBatchId."""
        if arguments.flag("here") and arguments.flag("dm"):
            raise BadValue("watch", "--here --dm", ValueForm.HERE_OR_DM)
        wish: WatchDestination = "dm" if arguments.flag("dm") else "here"
        return cls(parse_reference(arguments) if arguments.words else None, wish)

    def spell(self) -> str:
        """Return `watch`, and what was given."""
        return f"watch {self.reference or ''}".strip() + (" --dm" if self.wish == "dm" else "")

    async def run(self, services: Services, caller: Caller) -> WatchOutcome:
        """Begin to watch. Raises ApiError, StoreUnavailable and what a reference may raise."""
        if self.reference is None:
            return await _shown(services, caller)
        batch = (await services.find_batch(self.reference)).batch
        if batch.has_ended:
            return WatchTooLate(batch)
        place = await add_notify_level(services, await find_card_place(services, caller, self.wish), batch.id)
        return WatchBegun(batch, place, already=not await follow_batch(services, caller, batch, place, "watch"))


async def _shown(services: Services, caller: Caller) -> WatchesShown:
    rows = await _remembered(services, caller)
    places: dict[str, list[str]] = {}
    for watch, _ in rows:
        places.setdefault(watch.batch_id, []).append(watch.channel_id)
    batches = {seen.id: restore_batch(seen) for _, seen in rows}
    return WatchesShown(
        tuple(WatchedBatch(batches[batch_id], tuple(dict.fromkeys(where))) for batch_id, where in places.items())
    )


class Unwatch(DirectCommand[UnwatchOutcome], frozen=True):
    """Watch a batch no more. It changes only what the caller is told."""

    verb: ClassVar[str] = "unwatch"
    permission: ClassVar[Permission] = Permission.READ
    help: ClassVar[Help] = Help("unwatch ID", "be told of a batch no more", "unwatch last")

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `unwatch ID`."""
        return f"unwatch {self.reference}"

    async def run(self, services: Services, caller: Caller) -> UnwatchOutcome:
        """End the watch, also of a batch that is gone. Raises StoreUnavailable and what a reference may raise."""
        batch_id = await self._find(services, caller)
        places = await services.database.run(
            lambda connection: preferences.end_watches(
                connection, services.enqueue, batch_id, caller.user, services.now()
            )
        )
        return Unwatched(batch_id, tuple(places))

    async def _find(self, services: Services, caller: Caller) -> BatchId:
        """Look among what the caller watches first: an id, also of a batch that is gone, or the beginning of one.

        What another batch is called too is looked up as everywhere.
        """
        wanted = self.reference
        if wanted != LAST:
            mine = {seen.id: seen for _, seen in await _remembered(services, caller)}
            fitting = [id for id in mine if id == wanted] or [id for id in mine if _begins(id, wanted)]
            called = await services.database.run(lambda connection: labels.find_batches(connection, label=wanted))
            if fitting == [wanted] or (len(fitting) == 1 and called <= {*fitting}):
                return check_batch_id(fitting[0])
            if len(fitting) > 1 and called <= {*fitting}:
                candidates = tuple(restore_batch(mine[id]) for id in fitting[:CANDIDATES_SHOWN])
                raise ReferenceAmbiguous(wanted, candidates, len(fitting))
        return (await services.find_batch(wanted)).batch.id


def _begins(id: str, wanted: str) -> bool:
    return id.startswith((wanted, PREFIX + wanted))


async def _remembered(services: Services, caller: Caller) -> list[tuple[StoredWatch, SeenBatch]]:
    return await services.database.run(lambda connection: preferences.list_watched_batches(connection, caller.user))
