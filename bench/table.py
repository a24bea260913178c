"""Markdown tables and the few statistics that the benches share."""

from collections.abc import Sequence
from statistics import median


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is right-aligned."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def find_percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def format_ms(seconds: Sequence[float]) -> str:
    """Return the median of measurements in milliseconds, with three significant digits."""
    middle = median(seconds) * 1_000
    return f"{middle:.0f}" if middle >= 100 else f"{middle:.1f}" if middle >= 10 else f"{middle:.2f}"


def format_ratio(ratio: float, limit: float) -> str:
    """Return a ratio, and whether it is within its limit."""
    return f"{ratio:.2f} {judge_most(ratio, limit)}"


def judge_most(value: float, limit: float) -> str:
    """Return the verdict on a value that may be `limit` at most; bench/verdicts.py reads it."""
    return f"({'within' if value <= limit else 'over'} {limit:,g})"


def judge_least(value: float, limit: float) -> str:
    """Return the verdict on a value that must be `limit` at least."""
    return f"({'within' if value >= limit else 'under'} {limit:,g})"
