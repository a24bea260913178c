"""Every outcome of `discard`, by the name of its golden message."""

from bot.commands.discard import Discarded
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.ui.draft_samples import DRAFT, REST

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "discarded": Discarded(DRAFT),
    "discarded_rest": Discarded(REST),
}
