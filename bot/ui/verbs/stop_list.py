"""The words for the Stop button of a list of batches."""

from bot.commands.stop_list import StopListOutcome
from bot.ui.components.text import quantity, section
from bot.ui.reply import Message, Viewer


def render_stop_list(outcome: StopListOutcome, viewer: Viewer) -> Message:
    """Return how many batches stay as they are."""
    if not outcome.left:
        words = "Nothing was stopped, because the list is already done."
    else:
        are = "stays as it is" if outcome.left == 1 else "stay as they are"
        left = f"{quantity(outcome.left, 'batch', 'batches')} {are}"
        who = "the person who started it" if outcome.is_other else "you"
        words = f"⏹️ Stopped. {left}. I'll message {who} the outcome of the whole list."
    return Message(words, (section(words),))
