"""Every outcome of `notify`, by the name of its golden message."""

from bot.commands.notify import NotifyShown
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"notify_{level}": NotifyShown("C0BATCHES", level, changed=True) for level in ("all", "failures", "none")},
    "notify_shown": NotifyShown("C0BATCHES", "all", changed=False),
}
