"""How the answer to a press on Stop looks."""

from typing import assert_never

from bot.commands.stop_reading import ReadingLost, StopAsked, StopReadingOutcome
from bot.ui.components.lost_reading import render_reading_lost
from bot.ui.components.text import section
from bot.ui.reply import Message, Placement, Viewer


def render_stop_reading(outcome: StopReadingOutcome, viewer: Viewer) -> Message:
    """Return whether the reading is being stopped."""
    match outcome:
        case StopAsked():
            return _asked(outcome)
        case ReadingLost():
            return render_reading_lost(outcome.again)
        case unreachable:
            assert_never(unreachable)


def _asked(outcome: StopAsked) -> Message:
    """Say that it is about to stop, or that there was nothing to stop."""
    words = "Stopping the reading." if outcome.under_way else "This reading had already ended."
    return Message(words, (section(words),), placement=Placement.BELOW)
