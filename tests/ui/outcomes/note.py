"""Every outcome of `note`, by the name of its golden message."""

from bot.commands.note import Noted
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.ui.samples import ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "noted": Noted(ENDED, "after the <prompt> fix"),
    "note_removed": Noted(ENDED, None),
}
