"""Every outcome of `own`, by the name of its golden message."""

from bot.commands.own import Owned, OwnedAlready
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import ADA, BEN
from tests.ui.samples import ENDED

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "owned": Owned(ENDED, ADA.user),
    "owned_already": OwnedAlready(ENDED, BEN.user),
}
