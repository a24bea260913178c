"""The words about Slack itself, when it keeps the bot waiting."""

from bot.ui.components.text import quantity, section
from bot.ui.reply import Message, Placement


def render_wait(seconds: float, service: str = "Slack") -> Message:
    """Return that a service limits the bot's calls, and when the answer comes."""
    words = f"{service} asked me to wait {quantity(round(seconds), 'second')}. Your answer follows."
    return Message(words, (section(words),), placement=Placement.BELOW)
