"""The words of `drop`."""

from bot.commands.drop import DropOutcome
from bot.ui.components.text import quantity, safe_text, section
from bot.ui.reply import Message, Viewer


def render_drop(outcome: DropOutcome, viewer: Viewer) -> Message:
    """Return that the draft was dropped and nothing was sent."""
    draft = outcome.draft
    which = f"{'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')}"
    none_sent = "None of them was sent." if draft.whole_id else "Nothing was sent."
    words = f"Dropped {which} of *{safe_text(draft.name, 80)}*. {none_sent}"
    return Message(words, (section(words),))
