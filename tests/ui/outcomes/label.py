"""Every outcome of `label`, by the name of its golden message."""

from bot.commands.label import Labeled
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.ui.samples import ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "labelled": Labeled(ENDED, "nightly *eval*", 0),
    "labelled_as_others": Labeled(ENDED, "nightly", 2),
    "label_removed": Labeled(ENDED, None),
}
