"""Why requests failed, largest cause first, each with its remedy."""

from collections.abc import Callable

from bot.results.causes import Cause
from bot.results.summary import ResultsSummary
from bot.ui.components.remedies import cause_name, remedy_words
from bot.ui.components.text import code, context, number, quantity, section
from bot.ui.reply import Block

SHOWN = 6
_MESSAGE = 300


def cause_blocks(summary: ResultsSummary, offer: Callable[[Cause], Block | None]) -> list[Block]:
    """Return a section for each of the largest causes, with the button from `offer`, and a count of the others."""
    if not summary.causes:
        return []
    blocks: list[Block] = [
        section("*Why requests failed*"),
        *(section(_cause_words(cause), offer(cause)) for cause in summary.causes[:SHOWN]),
    ]
    rest = summary.causes[SHOWN:]
    failures = sum(cause.count for cause in rest) + summary.other_causes
    if failures:
        more = quantity(len(rest), "more cause") if not summary.other_causes else "many more causes"
        blocks.append(context(f"and {more}, {quantity(failures, 'request')} in all: the button *Causes* sends a table"))
    return blocks


def largest_cause_sentence(cause: Cause) -> str:
    """Return the sentence for the cause of most failures."""
    return f"Largest cause: {cause_line(cause)}"


def cause_line(cause: Cause) -> str:
    """Return a cause on one line: its count, its type and its generalized message."""
    message = f": {code(cause.message, 150)}" if cause.message else ""
    return f"{number(cause.count)} {_cause_label(cause)}{message}"


def _cause_words(cause: Cause) -> str:
    message = f"\n{code(cause.message, _MESSAGE)}" if cause.message else ""
    samples = ", ".join(code(sample, 70) for sample in cause.samples)
    return f"*{number(cause.count)}* × {_cause_label(cause)}{message}\n{remedy_words(cause)}\nfor example {samples}"


def _cause_label(cause: Cause) -> str:
    return code(cause_name(cause), 80) + (f" {code(cause.code, 80)}" if cause.code else "")
