"""`/batch watch [ID]` and `/batch unwatch ID`: follow a batch, or stop following it."""

from typing import ClassVar, Self

from msgspec import Struct

from bot.api.ids import BatchId, check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import BATCH, BATCH_MEANING, ArgumentHelp, DirectCommand, Help, HelpGroup, Permission
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.references import parse_reference
from bot.operations.find_batch import (
    CANDIDATES_SHOWN,
    MOVING_REFERENCES,
    PREFIX,
    Reference,
    ReferenceAmbiguous,
    stand_for_whole,
)
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
from bot.operations.whole_batch import find_whole
from bot.store.records import labels
from bot.store.records.batches import SeenBatch
from bot.store.records.watches import StoredWatch as StoredWatch
from bot.store.transactions import preferences


class WatchBegun(Struct, frozen=True):
    """The caller watches the batch. Its card is, or will be, in `place`. `already`: they watched it before."""

    batch: MessageBatch
    place: CardPlace
    already: bool


class WatchTooLate(Struct, frozen=True):
    """The batch has ended, so there is nothing to watch."""

    batch: MessageBatch


class WatchesShown(Struct, frozen=True):
    """What the caller watches, newest first."""

    watched: tuple[WatchedBatch, ...]


class Unwatched(Struct, frozen=True):
    """The caller does not watch the batch any more. Its cards stay in `places`; without any, they did not watch it."""

    batch_id: BatchId
    places: tuple[str, ...]


WatchOutcome = WatchBegun | WatchTooLate | WatchesShown
UnwatchOutcome = Unwatched


class Watch(DirectCommand[WatchOutcome], frozen=True):
    """Watch a batch, or without one list the watched batches. It concerns the caller alone."""

    verb: ClassVar[str] = "watch"
    permission: ClassVar[Permission] = Permission.READ
    help: ClassVar[Help] = Help(
        "Watch a batch: one card that stays up to date, and one mention when it has ended.",
        "watch last",
        HelpGroup.NOTIFY,
        (ArgumentHelp("ID", f"{BATCH_MEANING}. Without it, you see what you watch", optional=True),),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        OptionSpec("here", "", "keep the card in this channel (the default)", "watch last --here"),
        OptionSpec("dm", "", "keep the card in a direct message", "watch last --dm"),
    )

    reference: Reference | None = None
    destination: WatchDestination = "here"

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read an optional reference and the place of the card. Raises UsageError, InvalidBatchId."""
        if arguments.flag("here") and arguments.flag("dm"):
            raise BadValue("watch", "--here --dm", ValueForm.HERE_OR_DM)
        destination: WatchDestination = "dm" if arguments.flag("dm") else "here"
        return cls(parse_reference(arguments) if arguments.words else None, destination)

    def spell(self) -> str:
        """Return `watch` with its arguments."""
        return f"watch {self.reference or ''}".strip() + (" --dm" if self.destination == "dm" else "")

    async def run(self, services: Services, caller: Caller) -> WatchOutcome:
        """Begin a watch, or list the watches. Raises ApiError, StoreUnavailable and what a reference may raise."""
        if self.reference is None:
            return await _list_watched(services, caller)
        found = await services.find_batch(self.reference)
        batch = (await stand_for_whole(found, services.workspace.batches, services.database)).batch
        whole = await find_whole(services, batch)
        if (whole.batch if whole is not None else batch).has_ended:
            return WatchTooLate(batch)
        place = await add_notify_level(services, await find_card_place(services, caller, self.destination), batch.id)
        return WatchBegun(batch, place, already=not await follow_batch(services, caller, batch, place, "watch"))


async def _list_watched(services: Services, caller: Caller) -> WatchesShown:
    rows = await _find_watches(services, caller)
    places: dict[str, list[str]] = {}
    for watch, _ in rows:
        places.setdefault(watch.batch_id, []).append(watch.channel_id)
    batches = {seen.id: restore_batch(seen) for _, seen in rows}
    return WatchesShown(
        tuple(WatchedBatch(batches[batch_id], tuple(dict.fromkeys(where))) for batch_id, where in places.items())
    )


class Unwatch(DirectCommand[UnwatchOutcome], frozen=True):
    """Stop watching a batch. It concerns the caller alone."""

    verb: ClassVar[str] = "unwatch"
    permission: ClassVar[Permission] = Permission.READ
    help: ClassVar[Help] = Help(
        "Stop watching a batch.",
        "unwatch last",
        HelpGroup.NOTIFY,
        (BATCH,),
    )

    reference: Reference

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference. Raises UsageError, InvalidBatchId."""
        return cls(parse_reference(arguments))

    def spell(self) -> str:
        """Return `unwatch ID`."""
        return f"unwatch {self.reference}"

    async def run(self, services: Services, caller: Caller) -> UnwatchOutcome:
        """End the watch, also of a deleted batch. Raises StoreUnavailable and what a reference may raise."""
        batch_id = await self._find_batch_id(services, caller)
        places = await services.database.run(
            lambda connection: preferences.end_watches(
                connection, services.enqueue, batch_id, caller.user, services.now()
            )
        )
        return Unwatched(batch_id, tuple(places))

    async def _find_batch_id(self, services: Services, caller: Caller) -> BatchId:
        """Find the batch among those that the caller watches, by its id or the beginning of one; it may be deleted.

        A reference that is also a label is resolved as everywhere else.
        """
        wanted = self.reference
        if wanted not in MOVING_REFERENCES:
            mine = {seen.id: seen for _, seen in await _find_watches(services, caller)}
            fitting = [id for id in mine if id == wanted] or [id for id in mine if _starts_with(id, wanted)]
            called = await services.database.run(lambda connection: labels.find_labeled(connection, wanted))
            if fitting == [wanted] or (len(fitting) == 1 and called <= {*fitting}):
                return check_batch_id(fitting[0])
            if len(fitting) > 1 and called <= {*fitting}:
                candidates = tuple(restore_batch(mine[id]) for id in fitting[:CANDIDATES_SHOWN])
                raise ReferenceAmbiguous(wanted, candidates, len(fitting))
        return (await services.find_batch(wanted)).batch.id


def _starts_with(id: str, wanted: str) -> bool:
    return id.startswith((wanted, PREFIX + wanted))


async def _find_watches(services: Services, caller: Caller) -> list[tuple[StoredWatch, SeenBatch]]:
    return await services.database.run(lambda connection: preferences.list_watched_batches(connection, caller.user))
