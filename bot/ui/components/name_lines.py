"""The owner, the note and the relatives of a batch, as shown on its card."""

from bot.api.models import MessageBatch
from bot.store.records.labels import BatchNames, Relative
from bot.ui.components.text import code, mention, quantity, safe_text

MOST_RELATIVES = 3

UNKNOWN_PERSON = "somebody"
"""The name of a person whom Slack does not know."""


def owner_parts(names: BatchNames | None) -> list[str]:
    """Return the owner for the last line of a card; nothing if the names were not looked up."""
    if names is None:
        return []
    return [f"owner {mention(names.owner)}" if names.owner else "owner unknown"]


def note_line(names: BatchNames | None) -> str:
    """Return the note as a line that begins with a line break, or an empty string."""
    return f"\n_{safe_text(names.note)}_" if names and names.note else ""


def relative_lines(batch: MessageBatch, names: BatchNames | None) -> list[str]:
    """Return a line for each batch that this one was made from, or that was made from it."""
    if names is None:
        return []
    lines = [_relative_line(batch, each) for each in names.relatives[:MOST_RELATIVES]]
    more = len(names.relatives) - MOST_RELATIVES
    return [*lines, *([f"and {quantity(more, 'more batch', 'more batches')}"] if more > 0 else [])]


def has_family(names: BatchNames | None) -> bool:
    """Return whether the batch was made from another batch, or another one from it."""
    return names is not None and bool(names.relatives)


def _relative_line(batch: MessageBatch, each: Relative) -> str:
    is_child = each.child_id == batch.id
    other = code(each.parent_id if is_child else each.child_id)
    if each.kind == "retry":
        return f"retries the failures of {other}" if is_child else f"its failures were retried in {other}"
    return f"the rest after the sample {other}" if is_child else f"a sample; the rest is {other}"
