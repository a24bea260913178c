"""Many values for one query, in chunks, because a statement takes a limited number of parameters."""

from collections.abc import Iterable, Iterator
from itertools import islice

CHUNK = 400
"""SQLite before 3.32 takes 999 parameters, and a statement may use each value twice. Postgres takes 65,535."""


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield the values in lists of at most 400."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
