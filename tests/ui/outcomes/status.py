"""Every outcome of `status`, by the name of its golden message."""

from bot.commands.registry import Outcome
from bot.commands.status import BatchShown
from bot.confirmations import ConfirmationNeeded
from bot.operations.whole_batch import add_up_batches
from tests.builders import BATCHES, BEN, another_id, canceling, counts, ended, running
from tests.ui.draft_samples import REST, UNSENT
from tests.ui.samples import ENDED, PARTS_ENDED, PARTS_RUNNING, WATCHERS

PARTS_OF_MANY = tuple(running(100_000, id=another_id(place)) for place in (1, 2))

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"status_{name}": BatchShown(batch, public=False) for name, batch in BATCHES.items()},
    "status_public": BatchShown(ENDED, public=True),
    "status_canceled_by": BatchShown(canceling(), public=False, canceled_by=BEN.user),
    "status_sample": BatchShown(ended(counts(succeeded=10)), public=False, rest=REST),
    "status_parts": BatchShown(add_up_batches(PARTS_RUNNING), public=False, parts=PARTS_RUNNING),
    "status_parts_in_public": BatchShown(add_up_batches(PARTS_RUNNING), public=True, parts=PARTS_RUNNING),
    "status_parts_ended": BatchShown(add_up_batches(PARTS_ENDED), public=False, parts=PARTS_ENDED),
    "status_parts_unsent": BatchShown(add_up_batches(PARTS_OF_MANY), public=False, parts=PARTS_OF_MANY, unsent=UNSENT),
    "status_watched": BatchShown(running(), public=False, watchers=WATCHERS),
    "status_watched_by_many": BatchShown(running(), public=False, watchers=tuple(f"U0P{n}" for n in range(9))),
    "status_watched_in_public": BatchShown(running(), public=True, watchers=WATCHERS),
}
