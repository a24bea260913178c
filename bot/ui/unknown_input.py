"""Answers to what reaches the bot and is not one of its own interactions."""

from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement


def render_unknown_command(command: str) -> Message:
    """Say which command is ours."""
    return _said(
        f"Batchdesk answers to `/batch`; {code(command, 40)} is set up to reach it as well. Try `/batch help`."
    )


def render_unknown_press() -> Message:
    """Say that a form is not this version's."""
    return _said("This form is from another version of Batchdesk. Nothing was done. Try `/batch help`.")


def render_unknown_shortcut() -> Message:
    """Say that a shortcut is not this version's."""
    return _said("This version of Batchdesk has no such shortcut. Nothing was done. Try `/batch help`.")


def _said(words: str) -> Message:
    return Message(words, (section(words),), placement=Placement.BELOW)
