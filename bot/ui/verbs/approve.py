"""How it looks when no second person could be asked to approve a draft."""

from bot.ui.components.text import section
from bot.ui.reply import Message, Placement


def render_not_shared(channel: str | None) -> Message:
    """Say that nobody else was asked, because the bot cannot post there."""
    where = f"<#{channel}>" if channel else "this place"
    words = f"I could not post in {where}, so nobody else was asked. Give the line above to somebody who may operate."
    return Message(words, (section(words),), placement=Placement.BELOW)
