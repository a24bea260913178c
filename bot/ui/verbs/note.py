"""The words of `note`."""

from bot.commands.note import NoteOutcome
from bot.ui.components.first_line import bold_name
from bot.ui.components.text import safe_text, section
from bot.ui.reply import Message, Viewer


def render_note(outcome: NoteOutcome, viewer: Viewer) -> Message:
    """Return the new note of the batch."""
    batch = bold_name(outcome.batch, viewer.names.get(outcome.batch.id))
    text = f"Removed the note on {batch}." if outcome.note is None else f"Note on {batch}: {safe_text(outcome.note)}"
    return Message(text, (section(text),))
