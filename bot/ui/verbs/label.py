"""The words of `label`."""

from msgspec.structs import replace

from bot.commands.label import Labeled, LabelOutcome
from bot.store.records.labels import normalize_label
from bot.ui.components.first_line import bold_name
from bot.ui.components.text import code, number, quantity, safe_text, section
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
    words = f"{batch} is now *{safe_text(outcome.label)}*. You can type {typed} instead of its id."
    if not outcome.others:
        return words
    others = quantity(outcome.others, "other batch has", "other batches have")
    choice = (
        f"While only one of the {number(outcome.others + 1)} is running, {typed} means that one. Otherwise I'll ask."
    )
    return f"{words} {others} the same label. {choice}"
