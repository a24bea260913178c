"""The note and the relatives of a batch, as shown on its card."""

from bot.api.models import MessageBatch
from bot.store.records.labels import BatchNames, Relative
from bot.ui.components.first_line import shorten_id
from bot.ui.components.text import quantity, safe_text

MOST_RELATIVES = 3

UNKNOWN_PERSON = "someone"
"""The name of a person whom Slack does not know."""


def origin_lines(batch: MessageBatch, names: BatchNames | None) -> str:
    """Return the note, the file that a labeled batch was made from, and its relatives; empty without any of them."""
    if names is None:
        return ""
    note = f"“{safe_text(names.note, 500)}”" if names.note else ""
    file = [f"from {safe_text(names.file_name, 60)}"] if names.label and names.file_name else []
    return "\n".join(filter(None, [note, " · ".join([*file, *relative_parts(batch, names)])]))


def relative_parts(batch: MessageBatch, names: BatchNames) -> list[str]:
    """Return each batch that this one was made from, or that was made from it; the first few of many."""
    parts = [_relative_words(batch, each, names) for each in names.relatives[:MOST_RELATIVES]]
    more = len(names.relatives) - MOST_RELATIVES
    return [*parts, *([quantity(more, "more related batch", "more related batches")] if more > 0 else [])]


def has_family(names: BatchNames | None) -> bool:
    """Return whether the batch was made from another batch, or another one from it."""
    return names is not None and bool(names.relatives)


def _relative_words(batch: MessageBatch, each: Relative, names: BatchNames) -> str:
    is_child = each.child_id == batch.id
    other_id = each.parent_id if is_child else each.child_id
    other = f"Batch {shorten_id(other_id)}"
    if each.kind == "retry":
        if not is_child:
            return f"retried in {other}"  # it has the same name
        name = names.related_names.get(other_id)
        return f"retry of {safe_text(name, 60)} ({other})" if name else f"retry of {other}"
    return f"the rest after the sample {other}" if is_child else f"a sample with the rest in {other}"
