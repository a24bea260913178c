"""Count repeated custom_ids in eight bytes a line."""

from array import array
from collections.abc import Iterable, Iterator

_LAST_BUCKET = 63


class DuplicateCounter:
    """Count repeated texts by their hashes, which collide once in 10⁹ files of 100,000 texts."""

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(_LAST_BUCKET + 1)]
        self._appends = [bucket.append for bucket in self._buckets]
        self._uncounted = [*self._buckets]
        self._repeated = 0

    def add_all(self, texts: Iterable[str]) -> None:
        """Add `texts`."""
        appends, mask = self._appends, _LAST_BUCKET
        for number in map(hash, texts):
            appends[number & mask](number)

    def count_in_steps(self) -> Iterator[None]:
        """Count one bucket a step (0.1 ms for 100,000 texts); add nothing afterwards.

        Only one bucket at a time becomes a set, which keeps memory flat.
        """
        while self._uncounted:
            bucket = self._uncounted.pop()
            self._repeated += len(bucket) - len(set(bucket))
            yield

    def find_absent(self, texts: Iterable[str]) -> list[str]:
        """Return those of `texts` that were never added. It takes some bytes a text, for as long as it runs."""
        seen = {number for bucket in self._buckets for number in bucket}
        return [text for text in texts if hash(text) not in seen]

    def count(self) -> int:
        """Return how many texts had been added before; count the remaining buckets first."""
        for _ in self.count_in_steps():
            pass
        return self._repeated
