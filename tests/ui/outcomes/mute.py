"""Every outcome of `mute`, by the name of its golden message."""

from datetime import timedelta

from bot.commands.mute import Mute, MuteAsked, Muted
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.find_batch import Reference
from tests.builders import ID, NOW

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "muted_batch": Muted(ID, False, NOW + timedelta(hours=2)),
    "muted_channel": Muted("C0BATCHES", True, None),
    "mute_asked": MuteAsked(Mute(Reference("here"))),
    "muted_no_more": Muted("C0BATCHES", True, None, ended=True),
}
