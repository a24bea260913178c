"""The answers to commands, forms and shortcuts that are not Batchdesk's."""

from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement


def render_unknown_command(command: str) -> Message:
    """Return which command Batchdesk answers to."""
    return _message(f"Batchdesk doesn't know {code(command, 40)}. Nothing was done. Try `/batch help`.")


def render_unknown_press() -> Message:
    """Return that the form is from another version."""
    return _message("This form is from another version of Batchdesk. Nothing was done. Close it and open it again.")


def render_unknown_shortcut() -> Message:
    """Return that this version has no such shortcut."""
    return _message("Batchdesk doesn't know this shortcut. Nothing was done. Try `/batch help`.")


def _message(words: str) -> Message:
    return Message(words, (section(words),), placement=Placement.BELOW)
