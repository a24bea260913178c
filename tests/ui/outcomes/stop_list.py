"""Every outcome of `stop list`, by the name of its golden message."""

from bot.commands.registry import Outcome
from bot.commands.stop_list import ListStopped
from bot.confirmations import ConfirmationNeeded

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "list_stopped": ListStopped(12),
    "list_stopped_before_the_last": ListStopped(1),
    "list_stopped_for_another": ListStopped(12, is_other=True),
    "list_stopped_too_late": ListStopped(0),
}
