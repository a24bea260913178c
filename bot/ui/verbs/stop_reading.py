"""How the answer to a press on Stop looks."""

from bot.commands.stop_reading import StopAsked
from bot.ui.components.text import section
from bot.ui.reply import Message, Placement, Viewer


def render_stop_asked(outcome: StopAsked, viewer: Viewer) -> Message:
    """Say that it is about to stop, or that there was nothing to stop."""
    words = "Stopping the reading." if outcome.under_way else "This reading had already ended."
    return Message(words, (section(words),), placement=Placement.BELOW)
