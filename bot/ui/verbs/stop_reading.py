"""The words for the Stop button of a reading."""

from typing import assert_never

from bot.commands.stop_reading import ReadingLost, StopAsked, StopReadingOutcome
from bot.ui.components.lost_reading import render_reading_lost
from bot.ui.components.text import section
from bot.ui.reply import Message, Placement, Viewer


def render_stop_reading(outcome: StopReadingOutcome, viewer: Viewer) -> Message:
    """Return whether the reading stops."""
    match outcome:
        case StopAsked():
            return _render_asked(outcome)
        case ReadingLost():
            return render_reading_lost(outcome.again)
        case unreachable:
            assert_never(unreachable)


def _render_asked(outcome: StopAsked) -> Message:
    words = "Stopping." if outcome.under_way else "Nothing was stopped, because the reading is already done."
    placement = Placement.REMOVES if outcome.removes else Placement.AS_ASKED
    return Message(words, (section(words),), placement=placement)
