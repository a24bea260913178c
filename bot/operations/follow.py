"""What the verbs share that let a person be told: the place of a card, and how a watch begins."""

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
from bot.store.records.watches import NotifyLevel, Reason, StoredWatch
from bot.store.transactions import begin_watch

WatchDestination = Literal["here", "dm"]


class CardPlace(Struct, frozen=True):
    """Where a card goes: a channel's id, or a person's for his messages; `closed`: the channel that did not let it.

    `hush`: what is told there now, beside the card.
    """

    id: str
    closed: ChannelId | None = None
    hush: NotifyLevel = "all"


def is_direct(place: str) -> bool:
    """Whether a place is somebody's own messages with the bot."""
    return place[:1] in "UWD"


async def find_card_place(services: Services, caller: Caller, wish: WatchDestination = "here") -> CardPlace:
    """Return where a card for this caller goes: here if the bot may post here, else his messages."""
    channel = caller.channel
    if wish == "dm" or channel is None or channel.startswith("D"):
        return CardPlace(caller.user)
    if await services.may_post(channel):
        return CardPlace(channel)
    return CardPlace(caller.user, closed=channel)


async def follow_batch(
    services: Services, caller: Caller, batch: MessageBatch, place: CardPlace, reason: Reason
) -> bool:
    """Store a watch and have its card drawn, in one transaction; False where it was there. Raises StoreUnavailable."""
    now = services.now()
    watch = StoredWatch(batch.id, caller.user, place.id, reason, now)
    return await services.database.run(
        lambda connection: begin_watch.start_watch(connection, services.enqueue, watch, snapshot_batch(batch, now), now)
    )


async def add_notify_level(services: Services, place: CardPlace, batch_id: BatchId) -> CardPlace:
    """Return a place with what is told there of a batch now; as it is where the store does not say."""
    now = services.now()
    with suppress(StoreUnavailable):
        hush = await services.database.run(
            lambda connection: watches.get_effective_level(connection, batch_id, place.id, now)
        )
        return replace(place, hush=hush)
    return place


class WatchedBatch(Struct, frozen=True):
    """One batch the caller watches, as it was last seen, and the places where he is told."""

    batch: MessageBatch
    places: tuple[str, ...]
