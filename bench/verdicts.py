"""Every target of a run with its verdict, read from the tables that the benches print."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.table import format_table

_VERDICT = re.compile(r"\((within|over|under) [\d.,]+\)$")
"""As `judge_most` and `judge_least` write it."""


class Verdict(NamedTuple):
    """What one bench says of one target. `figure` has the limit, as it was printed."""

    bench: str
    target: str
    figure: str

    @property
    def is_reached(self) -> bool:
        """Whether the figure is within its limit."""
        return "(within " in self.figure


def find_verdicts(bench: str, printed: str) -> list[Verdict]:
    """Return the verdicts in the Markdown tables of a bench, in their order."""
    return [verdict for table in _split_tables(printed) for verdict in _read_table(bench, table)]


def format_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Return them as one table, those that are missed first."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.is_reached)
    rows = [[each.bench, each.target, each.figure, "reached" if each.is_reached else "**missed**"] for each in ordered]
    return format_table(["bench", "target", "figure", "verdict"], rows)


def _split_tables(printed: str) -> Iterator[list[list[str]]]:
    table: list[list[str]] = []
    for line in [*printed.splitlines(), ""]:
        if line.startswith("| "):
            table.append([cell.strip() for cell in line.strip("|\n ").split(" | ")])
        elif table:
            yield table
            table = []


def _read_table(bench: str, table: Sequence[Sequence[str]]) -> Iterator[Verdict]:
    head, _, *rows = table
    for row in rows:
        for column, cell in zip(head[1:], row[1:], strict=False):
            if _VERDICT.search(cell):
                yield Verdict(bench, f"{row[0]}, {column}" if len(head) > 2 and column else row[0], cell)
