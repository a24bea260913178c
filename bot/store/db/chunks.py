"""Many values for one question, asked in portions: a statement takes so many parameters and no more."""

from collections.abc import Iterable, Iterator
from itertools import islice

AT_ONCE = 500
"""SQLite before 3.32 takes 999 parameters a statement, Postgres 65,535."""


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield the values in lists of at most 500."""
    left = iter(values)
    while portion := list(islice(left, AT_ONCE)):
        yield portion
