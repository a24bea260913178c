"""Plan the parts of a large file: each becomes a batch of its own, and each request is in exactly one."""

from msgspec import Struct

from bot.api.body_size import measure_body
from bot.requests.sizes import RequestSizes


class PlannedPart(Struct, frozen=True):
    """The next lines of a checked file: how many, and their bytes with newlines. `sizes` are those of its requests."""

    requests: int
    size: int
    sizes: RequestSizes


class PartPlanner:
    """Fill one part after the other with as many requests as one create body may have."""

    def __init__(self, most_requests: int, most_body_bytes: int) -> None:
        self._most_requests = most_requests
        self._most_size = most_body_bytes - measure_body(1, -1)  # a comma in place of each newline but the last
        self._full: list[PlannedPart] = []
        self._full_groups = 0
        self._requests = 0
        self._size = 0
        self._sizes = RequestSizes()

    def add_line(self, size: int) -> RequestSizes:
        """Add a line of `size` bytes, with its newline; return the sizes of the part that it is in."""
        is_full = self._requests == self._most_requests or self._size + size > self._most_size
        if is_full and self._requests:
            self._full.append(PlannedPart(self._requests, self._size, self._sizes))
            self._full_groups += self._sizes.group_count
            self._requests, self._size, self._sizes = 0, 0, RequestSizes()
        self._requests += 1
        self._size += size
        return self._sizes

    @property
    def full_groups(self) -> int:
        """The number of groups that the sizes of all parts but the last have."""
        return self._full_groups

    def list_parts(self) -> tuple[PlannedPart, ...]:
        """Return the parts, in the order of their lines."""
        return (*self._full, PlannedPart(self._requests, self._size, self._sizes))


def add_up_sizes(parts: tuple[PlannedPart, ...]) -> RequestSizes:
    """Return the sizes of all parts together."""
    if len(parts) == 1:
        return parts[0].sizes
    total = RequestSizes()
    for part in parts:
        total.merge(part.sizes)
    return total
