"""Remember in which line each `custom_id` is, for files of a million requests, in few bytes."""

from array import array

MOST_IN_DICT = 100_000
"""Ids up to which a dict holds them, which is three times as fast: those of one batch."""
_FIRST_SLOTS = 1 << MOST_IN_DICT.bit_length() + 1
_MASK = (1 << 64) - 1
_MOST = (1 << 32) - 1


class IdLines:
    """A dict, and for more ids a hash table of 12 bytes a slot, at most half full: a tenth of what a dict takes.

    The table compares 64-bit hashes, whose key is new in each process. Two of a million ids are taken for the same one
    in 40 million files.
    """

    def __init__(self) -> None:
        self._dict: dict[str, int] | None = {}
        self._count = 0

    def add(self, custom_id: str, line: int) -> int | None:
        """Remember the line of a new id; return the line of one that was added before."""
        if self._dict is None:
            return self._add_to_table(custom_id, line)
        if (first := self._dict.get(custom_id)) is not None:
            return first
        self._dict[custom_id] = line
        if len(self._dict) > MOST_IN_DICT:
            self._move_to_table(self._dict)
        return None

    def _move_to_table(self, known: dict[str, int]) -> None:
        self._dict = None
        self._make_slots(_FIRST_SLOTS)
        while known:
            self._add_to_table(*known.popitem())

    def _add_to_table(self, custom_id: str, line: int) -> int | None:
        if 2 * self._count > self._mask:
            self._grow()
        hashes, mask = self._hashes, self._mask
        wanted = hash(custom_id) & _MASK or 1
        slot = wanted & mask
        while found := hashes[slot]:
            if found == wanted:
                return self._lines[slot]
            slot = (slot + 1) & mask
        hashes[slot], self._lines[slot] = wanted, min(line, _MOST)
        self._count += 1
        return None

    def _grow(self) -> None:
        known = zip(self._hashes, self._lines, strict=True)
        self._make_slots(2 * len(self._hashes))
        hashes, mask = self._hashes, self._mask
        for wanted, line in known:
            if wanted:
                slot = wanted & mask
                while hashes[slot]:
                    slot = (slot + 1) & mask
                hashes[slot], self._lines[slot] = wanted, line

    def _make_slots(self, count: int) -> None:
        self._mask = count - 1
        self._hashes = array("Q", bytes(8 * count))
        self._lines = array("I", bytes(4 * count))
