"""Every outcome of `help`, by the name of its golden message."""

from bot.commands.base import HelpGroup
from bot.commands.help import HelpShown
from bot.commands.registry import SHOWN, Outcome
from bot.confirmations import ConfirmationNeeded

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "help": HelpShown(None),
    **{f"help_{command.verb}": HelpShown(command.verb) for command in SHOWN},
    **{f"help_group_{group.value}": HelpShown(group.value) for group in HelpGroup},
    "help_misspelt": HelpShown("delte"),
    "help_unknown": HelpShown("xyzzy"),
}
