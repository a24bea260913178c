"""The words of `note`."""

from bot.commands.note import NoteOutcome
from bot.ui.components.text import code, safe_text, section
from bot.ui.reply import Message, Viewer


def render_note(outcome: NoteOutcome, viewer: Viewer) -> Message:
    """Return the new note of the batch."""
    batch = code(outcome.batch.id)
    text = f"The note on {batch} is gone." if outcome.note is None else f"Noted on {batch}: {safe_text(outcome.note)}"
    return Message(text, (section(text),))
