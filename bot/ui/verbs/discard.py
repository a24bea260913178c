"""The words of `discard`."""

from bot.commands.discard import DiscardOutcome
from bot.ui.components.text import quantity, safe_text, section
from bot.ui.reply import Message, Viewer


def render_discard(outcome: DiscardOutcome, viewer: Viewer) -> Message:
    """Return that the draft was discarded and nothing was sent."""
    draft = outcome.draft
    which = f"{'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')}"
    none_sent = "None of them was sent." if draft.whole_id else "Nothing was sent."
    words = f"Discarded {which} of *{safe_text(draft.name, 80)}*. {none_sent}"
    return Message(words, (section(words),))
