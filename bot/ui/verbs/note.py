"""How the answer to `note` looks."""

from bot.commands.note import NoteOutcome
from bot.ui.components.text import code, safe_text, section
from bot.ui.reply import Message, Viewer


def render_note(outcome: NoteOutcome, viewer: Viewer) -> Message:
    """Say what is noted on the batch now."""
    batch = code(outcome.batch.id)
    text = f"The note on {batch} is gone." if outcome.note is None else f"Noted on {batch}: {safe_text(outcome.note)}"
    return Message(text, (section(text),))
