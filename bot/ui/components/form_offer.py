"""The offer of a form, where Slack opens none: it does only for a button or a slash command."""

from bot.commands.base import Command
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import section
from bot.ui.reply import Message


def render_form_offer(title: str, command: Command) -> Message:
    """Return a button that opens the form with this title, which the command asks for."""
    words = f"{title}: this needs a form."
    return Message(words, (section(words), *actions([button("Open the form", command, style="primary")])))
