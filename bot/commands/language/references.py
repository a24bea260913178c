"""Read how people name a batch: full id, prefix, label or `last`."""

from bot.api.ids import check_batch_id
from bot.commands.language.arguments import Arguments
from bot.operations.find_batch import LAST, PREFIX, Reference
from bot.store.records import labels


def parse_reference(arguments: Arguments) -> Reference:
    """Read the one reference that a verb takes.

    Raises:
        MissingReference: nothing was given.
        InvalidBatchId: it holds a character that could change a path or deceive a reader.
    """
    return reference(arguments.only())


def reference(text: str) -> Reference:
    """Check one word as a reference. Raises InvalidBatchId."""
    if text.lower() == LAST:
        return LAST
    if " " in text and not text.lower().startswith(PREFIX):  # a quoted label
        text = labels.normalize_label(text) or text
    head = text[: len(PREFIX)]
    tail = text[len(PREFIX) :]
    return Reference(check_batch_id(PREFIX + tail if head.lower() == PREFIX else text))
