"""Check ids of message batches: opaque, and safe in a path."""

import unicodedata
from dataclasses import dataclass
from typing import NewType

from bot.errors import ExpectedError

BatchId = NewType("BatchId", str)
MAX_BATCH_ID_LENGTH = 256
"""Characters; an own limit, as the API documents none."""

# Each of these would turn an id into another path, or into another reading of the same path.
_PATH_CHARACTERS = frozenset("/?#%\\")


@dataclass(eq=False)
class InvalidBatchId(ExpectedError):
    """`text` is not a batch id; `reason` is the predicate of the sentence: "is empty", "contains '/' at position 9"."""

    text: str
    reason: str

    def _fact(self) -> str:
        return f"{self.text[:80]!r} cannot be a batch id: it {self.reason}"


def check_batch_id(text: str) -> BatchId:
    """Return `text` as a batch id: any form (the API says it may change), but safe in a path and visible to a reader.

    Raises:
        InvalidBatchId: it names the character in the way and its position (from 1), or what else is wrong.
    """
    if not text:
        raise InvalidBatchId(text, "is empty")
    if len(text) > MAX_BATCH_ID_LENGTH:
        raise InvalidBatchId(text, f"has {len(text)} characters, more than {MAX_BATCH_ID_LENGTH}")
    for position, character in enumerate(text, start=1):
        if fault := _describe_fault(character):
            raise InvalidBatchId(text, f"contains {fault} at position {position}")
    dots = "." if text == "." else ".."
    if dots in text:
        raise InvalidBatchId(text, f"contains {dots!r} at position {text.index(dots) + 1}")
    return BatchId(text)


def _describe_fault(character: str) -> str | None:
    """Return what is wrong with `character` in an id, or None; invisible ones are named by their code point."""
    if character in _PATH_CHARACTERS:
        return repr(character)
    category = unicodedata.category(character)
    if character.isspace() or category == "Zs":
        return f"a blank (U+{ord(character):04X})"
    if category in {"Cc", "Cf"}:
        return f"an invisible character (U+{ord(character):04X})"
    if not character.isprintable():
        return f"an unprintable character (U+{ord(character):04X})"
    return None
