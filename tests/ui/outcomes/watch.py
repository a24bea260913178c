"""Every outcome of `watch`, by the name of its golden message."""

from bot.commands.registry import Outcome
from bot.commands.watch import Unwatched, WatchBegun, WatchesShown, WatchTooLate
from bot.confirmations import ConfirmationNeeded
from bot.operations.follow import CardPlace, WatchedBatch
from tests.builders import ADA, ID, another_id, canceling, running
from tests.ui.samples import CHANNEL, CLOSED, DIRECT, ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "watch_begun": WatchBegun(running(), CHANNEL, already=False),
    "watch_begun_in_messages": WatchBegun(running(), DIRECT, already=False),
    "watch_begun_where_the_bot_is_not": WatchBegun(running(), CLOSED, already=False),
    "watch_begun_where_failures_are_told": WatchBegun(
        running(), CardPlace("C0BATCHES", notify_level="failures"), already=False
    ),
    "watch_begun_where_it_is_muted": WatchBegun(running(), CardPlace("C0BATCHES", notify_level="muted"), already=False),
    "watch_twice": WatchBegun(canceling(), CHANNEL, already=True),
    "watch_too_late": WatchTooLate(ENDED),
    "watches": WatchesShown(
        (
            WatchedBatch(running(id=another_id(1)), ("C0BATCHES", ADA.user)),
            WatchedBatch(canceling(id=another_id(2)), (ADA.user,)),
        )
    ),
    "watches_of_many": WatchesShown(
        tuple(WatchedBatch(running(number, id=another_id(number)), ("C0BATCHES",)) for number in range(1, 60))
    ),
    "watches_none": WatchesShown(()),
    "unwatched": Unwatched(ID, ("C0BATCHES",)),
    "unwatched_nothing": Unwatched(ID, ()),
}
