"""The id of a message batch: opaque, and safe in a path."""

import unicodedata
from dataclasses import dataclass
from typing import NewType

from bot.errors import ExpectedError

BatchId = NewType("BatchId", str)
MAX_BATCH_ID_LENGTH = 256
# Each of these would make another path, or another reading of the same path, out of an id.
_PATH_CHARACTERS = frozenset("/?#%\\")


@dataclass(eq=False)
class InvalidBatchId(ExpectedError):
    """`text` cannot be a batch id; `reason` goes on after it: "is empty", "holds '/' at position 9"."""

    text: str
    reason: str

    def _fact(self) -> str:
        return f"{self.text[:80]!r} cannot be a batch id: it {self.reason}"


def check_batch_id(text: str) -> BatchId:
    """`text` as a batch id: opaque (the API says the form may change), but safe in a path and visible to a reader.

    Raises:
        InvalidBatchId: which character at which position (from 1) is in the way, or what else is wrong.
    """
    if not text:
        raise InvalidBatchId(text, "is empty")
    if len(text) > MAX_BATCH_ID_LENGTH:
        raise InvalidBatchId(text, f"has {len(text)} characters, more than {MAX_BATCH_ID_LENGTH}")
    for position, character in enumerate(text, start=1):
        if fault := _fault_of(character):
            raise InvalidBatchId(text, f"holds {fault} at position {position}")
    dots = "." if text == "." else ".."
    if dots in text:
        raise InvalidBatchId(text, f"holds {dots!r} at position {text.index(dots) + 1}")
    return BatchId(text)


def _fault_of(character: str) -> str | None:
    """What keeps `character` out of an id; invisible ones are named by their code point."""
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
