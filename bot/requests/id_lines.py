"""Remember in which line each `custom_id` is, for files of a million requests, in few bytes."""

from array import array

_FIRST_SLOTS = 1024
_MASK = (1 << 64) - 1
_MOST = (1 << 32) - 1


class IdLines:
    """A hash table of 12 bytes a slot, at most half full. A dict with as many texts takes ten times as much.

    It compares 64-bit hashes, whose key is new in each process. Two of a million ids are taken for the same one in 40
    million files.
    """

    def __init__(self) -> None:
        self._count = 0
        self._make_slots(_FIRST_SLOTS)

    def add(self, custom_id: str, line: int) -> int | None:
        """Remember the line of a new id; return the line of one that was added before."""
        if 2 * self._count >= len(self._hashes):
            self._grow()
        wanted = hash(custom_id) & _MASK or 1
        slot = self._find_slot(wanted)
        if self._hashes[slot]:
            return self._lines[slot]
        self._hashes[slot], self._lines[slot] = wanted, min(line, _MOST)
        self._count += 1
        return None

    def _find_slot(self, wanted: int) -> int:
        hashes = self._hashes
        mask = len(hashes) - 1
        slot = wanted & mask
        while (found := hashes[slot]) and found != wanted:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        self._make_slots(2 * len(hashes))
        for wanted, line in zip(hashes, lines, strict=True):
            if wanted:
                slot = self._find_slot(wanted)
                self._hashes[slot], self._lines[slot] = wanted, line

    def _make_slots(self, count: int) -> None:
        self._hashes = array("Q", bytes(8 * count))
        self._lines = array("I", bytes(4 * count))
