"""Where the card of a batch goes, and how a person begins to follow a batch."""

from contextlib import suppress
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.caller import Caller, ChannelId
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.store.db.database import StoreUnavailable
from bot.store.records import watches
from bot.store.records.watches import NotifyLevel, StoredWatch, WatchReason
from bot.store.transactions import begin_watch

WatchDestination = Literal["here", "dm"]


class CardPlace(Struct, frozen=True):
    """Where a card goes: the id of a channel, or of a person for their direct messages.

    `closed_channel` is the channel where the bot may not post, if the card goes to the person instead.
    `notify_level` is what is posted there beside the card.
    """

    id: str
    closed_channel: ChannelId | None = None
    notify_level: NotifyLevel = "all"


def is_direct(place: str) -> bool:
    """Return whether a place is one person's direct messages with the bot."""
    return place[:1] in "UWD"


async def find_card_place(services: Services, caller: Caller, destination: WatchDestination = "here") -> CardPlace:
    """Return the caller's channel if the bot may post there, else their direct messages."""
    channel = caller.channel
    if destination == "dm" or channel is None or channel.startswith("D"):
        return CardPlace(caller.user)
    if await services.may_post(channel):
        return CardPlace(channel)
    return CardPlace(caller.user, closed_channel=None if caller.is_direct else channel)


async def follow_batch(
    services: Services, caller: Caller, batch: MessageBatch, place: CardPlace, reason: WatchReason
) -> bool:
    """Store a watch and enqueue its card in one transaction; return False if it existed. Raises StoreUnavailable."""
    now = services.now()
    watch = StoredWatch(batch.id, caller.user, place.id, reason, now)
    return await services.database.run(
        lambda connection: begin_watch.start_watch(connection, services.enqueue, watch, snapshot_batch(batch, now), now)
    )


async def add_notify_level(services: Services, place: CardPlace, batch_id: BatchId) -> CardPlace:
    """Return a place with its current notify level for a batch, or unchanged if the store is unavailable."""
    now = services.now()
    with suppress(StoreUnavailable):
        level = await services.database.run(
            lambda connection: watches.get_effective_level(connection, batch_id, place.id, now)
        )
        return replace(place, notify_level=level)
    return place


class WatchedBatch(Struct, frozen=True):
    """A batch that the caller watches, as it was last seen, and the places where they are notified."""

    batch: MessageBatch
    places: tuple[str, ...]
