"""Every outcome of `status`, by the name of its golden message."""

from bot.commands.registry import Outcome
from bot.commands.status import BatchShown
from bot.confirmations import ConfirmationNeeded
from tests.builders import BATCHES, BEN, canceling, running
from tests.ui.draft_samples import REST
from tests.ui.samples import ENDED, WATCHERS

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"status_{name}": BatchShown(batch, public=False) for name, batch in BATCHES.items()},
    "status_public": BatchShown(ENDED, public=True),
    "status_canceled_by": BatchShown(canceling(), public=False, canceled_by=BEN.user),
    "status_sample": BatchShown(BATCHES["ended_all_succeeded"], public=False, rest=REST),
    "status_watched": BatchShown(running(), public=False, watchers=WATCHERS),
    "status_watched_by_many": BatchShown(running(), public=False, watchers=tuple(f"U0P{n}" for n in range(9))),
    "status_watched_in_public": BatchShown(running(), public=True, watchers=WATCHERS),
}
