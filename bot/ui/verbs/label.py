"""The words of `label`."""

from msgspec.structs import replace

from bot.commands.label import Labeled, LabelOutcome
from bot.store.records.labels import normalize_label
from bot.ui.components.first_line import bold_name
from bot.ui.components.text import code, number, safe_text, section
from bot.ui.reply import Message, Viewer


def render_label(outcome: LabelOutcome, viewer: Viewer) -> Message:
    """Return the new label of the batch."""
    text = _label_words(outcome, viewer)
    return Message(text, (section(text),))


def _label_words(outcome: Labeled, viewer: Viewer) -> str:
    names = viewer.names.get(outcome.batch.id)
    batch = bold_name(outcome.batch, replace(names, label=None) if names else None)
    if outcome.label is None:
        return f"Removed the label of {batch}."
    typed = code(normalize_label(outcome.label))
    words = f"{batch} is now *{safe_text(outcome.label)}*."
    if not outcome.others:
        return f"{words} You can type {typed} instead of its id."
    return (
        f"{words} {number(outcome.others + 1)} batches now have this label. If you type {typed}, I take the one that "
        "hasn't ended. If that isn't exactly one, I'll ask which one you mean."
    )
