"""Every outcome of `drop`, by the name of its golden message."""

from bot.commands.drop import Dropped
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.ui.draft_samples import DRAFT, REST

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "dropped": Dropped(DRAFT),
    "dropped_rest": Dropped(REST),
}
