"""What is unusual about the answers of a batch: why they stopped, how many have no text, and how to retry them."""

from bot.commands.retry import Retry
from bot.operations.find_batch import Reference
from bot.results.stops import COMPACTION, CONTEXT_WINDOW, INCOMPLETE_STOPS, MAX_TOKENS, PAUSE_TURN, REFUSAL, TOOL_USE
from bot.results.summary import ResultsSummary, StopReason
from bot.ui.components.buttons import choice, overflow
from bot.ui.components.text import code, number, quantity, section
from bot.ui.reply import Block

_STOPS: dict[str, tuple[str, str, str]] = {
    PAUSE_TURN: (
        "stopped before the end (`pause_turn`)",
        "unfinished",
        "Continue in a new request, or retry from the start.",
    ),
    MAX_TOKENS: (
        "cut off at `max_tokens`",
        "cut off",
        "Raise it first: a retry as is will probably be cut off again.",
    ),
    CONTEXT_WINDOW: ("cut off at the context window", "over the context window", "Shorten the prompts."),
    COMPACTION: ("stopped after a compaction", "compacted only", "Continue in a new request."),
    REFUSAL: ("refused by the model", "refused", "Check the prompts, or use another model."),
}
"""What happened to an answer, in a few words and in fewer, and what helps."""
_FEW_CAUSES = 1
"""Causes of failure that leave room for a line for each way in which answers are not complete."""


def answer_blocks(summary: ResultsSummary, reference: Reference, *, may_retry: bool) -> list[Block]:
    """Return a section with the answers that are not complete, and a menu that retries them."""
    stops = _list_incomplete(summary)
    count = summary.textless.empty
    if len(summary.causes) > _FEW_CAUSES and len(stops) + bool(count) > 1:
        parts = [f"{number(stop.count)} {_short_name(stop)}" for stop in stops]
        parts += [f"{number(count)} without text"] if count else []
        lines = [f"Of {quantity(summary.counts.succeeded, 'answer')}: {' · '.join(parts)}"]
    else:
        lines = [f"{_stop_line(summary, stop)} {_STOPS[stop.reason or ''][2]}" for stop in stops]
        lines += _textless_lines(summary)
    return _section(lines, stops, reference, may_retry=may_retry)


def full_answer_blocks(summary: ResultsSummary, reference: Reference, *, may_retry: bool) -> list[Block]:
    """Return the same with a line for each, what helps, and examples."""
    stops = _list_incomplete(summary)
    lines = [f"{_stop_line(summary, stop)} {_STOPS[stop.reason or ''][2]}{_examples(stop.samples)}" for stop in stops]
    lines += [f"{line}{_examples(summary.textless.samples)}" for line in _textless_lines(summary)]
    return _section(lines, stops, reference, may_retry=may_retry)


def _section(lines: list[str], stops: list[StopReason], reference: Reference, *, may_retry: bool) -> list[Block]:
    if not lines:
        return []
    choices = [
        choice(f"Retry as is: {number(stop.count)} {_short_name(stop)}", _retry(reference, stop)) for stop in stops
    ]
    return [section("\n".join(f"⚠️ {line}" for line in lines), overflow(choices) if may_retry else None)]


def answer_sentences(summary: ResultsSummary) -> list[str]:
    """Return the same as plain sentences without advice."""
    answers = quantity(summary.counts.succeeded, "answer")
    sentences = [f"{number(stop.count)} of {answers} {_what(stop)}" for stop in _list_incomplete(summary)]
    if summary.textless.empty:
        sentences.append(f"{number(summary.textless.empty)} of {answers} without text")
    return sentences


def stop_words(reason: str | None) -> str:
    """Return what happened to an answer that is not complete, and what helps; empty for any other stop reason."""
    if reason not in _STOPS:
        return ""
    what, _, advice = _STOPS[reason]
    return f"{what}. {advice}"


def retried_stop_line(reason: str) -> str:
    """Return what a person should know before they retry answers that stopped for `reason`."""
    again = "These requests were answered and billed. A retry is billed again"
    if reason == TOOL_USE:
        return f"{again}. It sends no tool results"
    return f"{again}, and may stop in the same way: {_STOPS[reason][0]}"


def _list_incomplete(summary: ResultsSummary) -> list[StopReason]:
    return [stop for stop in summary.stop_reasons if stop.reason in INCOMPLETE_STOPS]


def _retry(reference: Reference, stop: StopReason) -> Retry:
    return Retry(reference, cause=stop.reason)


def _stop_line(summary: ResultsSummary, stop: StopReason) -> str:
    answers = quantity(summary.counts.succeeded, "answer")
    return f"*{number(stop.count)} of {answers}* {'was' if stop.count == 1 else 'were'} {_what(stop)}."


def _textless_lines(summary: ResultsSummary) -> list[str]:
    """Return the line for answers with neither text nor a tool call."""
    count = summary.textless.empty
    answers = quantity(summary.counts.succeeded, "answer")
    return [f"*{number(count)} of {answers}* {'has' if count == 1 else 'have'} no text."] if count else []


def _what(stop: StopReason) -> str:
    return _STOPS[stop.reason or ""][0]


def _short_name(stop: StopReason) -> str:
    return _STOPS[stop.reason or ""][1]


def short_stop_name(stop: StopReason) -> str:
    """Return two or three words for why an answer stopped."""
    return _short_name(stop) if stop.reason in _STOPS else stop.reason or "none given"


def _examples(samples: tuple[str, ...]) -> str:
    return f"\nExamples: {', '.join(code(sample, 70) for sample in samples)}" if samples else ""
