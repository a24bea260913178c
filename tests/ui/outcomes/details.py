"""Every outcome of `details`, by the name of its golden message."""

from bot.commands.details import DetailsShown
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.store.records.summaries import StoredSummary
from tests.builders import ADA, BATCHES, BEN, NOW, canceling
from tests.ui.samples import ENDED, WATCHERS

READ = StoredSummary(ENDED.id, "{}", None, ADA.user, NOW, "jsonl", BEN.user, NOW)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"details_{name}": DetailsShown(batch, public=False) for name, batch in BATCHES.items()},
    "details_canceling_watched": DetailsShown(canceling(), False, BEN.user, WATCHERS),
    "details_of_read_results": DetailsShown(ENDED, public=False, read=READ),
    "details_public": DetailsShown(ENDED, public=True),
}
