"""Every outcome of `edit` that is a message, by the name of its golden message."""

from msgspec import UNSET

from bot.commands.edit import Edited, EditUnchanged
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import BEN
from tests.ui.samples import ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "edited_all": Edited(ENDED, "Nightly eval", BEN.user, "after the *prompt* fix", "7d"),
    "edited_label": Edited(ENDED, "Nightly eval", UNSET, UNSET, None),
    "edited_removed": Edited(ENDED, None, None, None, "off"),
    "edit_unchanged": EditUnchanged(ENDED),
}
