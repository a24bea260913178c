"""Every outcome of `keep`, by the name of its golden message."""

from bot.commands.keep import Kept
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import ID

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "kept": Kept(ID),
    "kept_nothing": Kept(None),
}
