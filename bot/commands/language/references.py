"""Read how people name a batch: full id, the start of one, label, `last` or `last ended`."""

from collections.abc import Sequence

from bot.api.ids import check_batch_id
from bot.commands.language.arguments import Arguments
from bot.operations.find_batch import LAST, LAST_ENDED, PREFIX, Reference
from bot.store.records import labels


def parse_reference(arguments: Arguments) -> Reference:
    """Read the one reference that a verb takes.

    Raises:
        MissingReference: nothing was given.
        InvalidBatchId: it holds a character that could change a path or deceive a reader.
    """
    return reference(arguments.only())


def join_last_ended(words: Sequence[str]) -> list[str]:
    """Return the words with `last ended`, typed as two words, joined into one."""
    joined: list[str] = []
    for word in words:
        if joined and (joined[-1].lower(), word.lower()) == ("last", "ended"):
            joined[-1] = LAST_ENDED
        else:
            joined.append(word)
    return joined


def reference(text: str) -> Reference:
    """Check one word as a reference. Raises InvalidBatchId."""
    if text.lower() == LAST:
        return LAST
    if labels.normalize_label(text) == LAST_ENDED:
        return LAST_ENDED
    if " " in text and not text.lower().startswith(PREFIX):  # a quoted label
        text = labels.normalize_label(text) or text
    head = text[: len(PREFIX)]
    tail = text[len(PREFIX) :]
    return Reference(check_batch_id(PREFIX + tail if head.lower() == PREFIX else text))
