"""Why requests failed, largest cause first, each with its remedy."""

from collections.abc import Callable

from bot.results.causes import Cause
from bot.results.summary import ResultsSummary
from bot.ui.components.remedies import cause_name, remedy_words
from bot.ui.components.text import code, context, number, quantity, section
from bot.ui.reply import Block

SHOWN = 3
"""Causes of the message. The full report has the others."""
SHOWN_IN_FULL = 20
_ONE_LINE = 78
_MESSAGE = 300
_WORDS = 1_000

OfferRetry = Callable[[Cause], Block | None]


def cause_blocks(summary: ResultsSummary, offer: OfferRetry) -> list[Block]:
    """Return a section for each of the largest causes, with the button from `offer`."""
    return [section(_cause_words(cause, _ONE_LINE), offer(cause)) for cause in summary.causes[:SHOWN]]


def full_cause_blocks(summary: ResultsSummary, offer: OfferRetry) -> list[Block]:
    """Return every cause with examples, and the number of failures beyond the first twenty causes."""
    blocks: list[Block] = []
    for cause in summary.causes[:SHOWN_IN_FULL]:
        samples = ", ".join(code(sample, 70) for sample in cause.samples)
        blocks.append(section(f"{_cause_words(cause, _MESSAGE)}\nExamples: {samples}", offer(cause)))
    left = sum(cause.count for cause in summary.causes[SHOWN_IN_FULL:]) + summary.other_causes
    if left:
        blocks.append(context(_other_causes_words(left)))
    return blocks


def _other_causes_words(failures: int) -> str:
    have = "has another cause" if failures == 1 else "have other causes"
    return f"{quantity(failures, 'more failure')} {have}. *Causes as CSV* lists more of them."


def more_causes_label(summary: ResultsSummary) -> str | None:
    """Return the label of the button for the causes that the message leaves out; None if it has all of them."""
    if summary.other_causes:
        return "More causes"
    more = len(summary.causes) - SHOWN
    return quantity(more, "more cause") if more > 0 else None


def largest_cause_sentence(cause: Cause) -> str:
    """Return the sentence for the cause of most failures."""
    return f"Largest cause: {cause_line(cause)}"


def cause_line(cause: Cause) -> str:
    """Return a cause on one line: its count, its type and its message."""
    message = f" ({code(cause.shown_message, 300 if cause.words else 150)})" if cause.message else ""
    return f"{number(cause.count)} × {_cause_label(cause)}{message}"


def _cause_words(cause: Cause, limit: int) -> str:
    message = f"\n{code(cause.shown_message, _WORDS if cause.words else limit)}" if cause.message else ""
    return f"*{number(cause.count)}* × {_cause_label(cause)} · {remedy_words(cause)}{message}"


def _cause_label(cause: Cause) -> str:
    return code(cause_name(cause), 80) + (f" {code(cause.code, 80)}" if cause.code else "")
