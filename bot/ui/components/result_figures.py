"""The figures of results in words: counts, stop reasons, models, tokens, cost and inconsistencies."""

from bot.api.models import RequestCounts
from bot.pricing.tokens import Tokens
from bot.results.summary import ModelUse, ResultsSummary
from bot.ui.components.money import amount_words, cost_gaps
from bot.ui.components.remedies import fault_words
from bot.ui.components.text import code, escape, number, quantity

_OUTCOMES = ("succeeded", "errored", "expired", "canceled")
_MODELS_SHOWN = 5
_STOPS_SHOWN = 6
_HIGH_SHARE = 0.05
_WORTH_A_LINE = {
    "max_tokens": "were cut off at `max_tokens`: raise it, or the answers stay incomplete",
    "refusal": "were refused by the model: look at the prompts",
    "model_context_window_exceeded": "filled the model's context window: shorten the prompts",
}


def counts_line(summary: ResultsSummary) -> str:
    """Return how many results of each outcome the file holds."""
    counts = summary.counts
    parts = [f"{number(getattr(counts, name))} {name}" for name in _OUTCOMES if getattr(counts, name)]
    return f"{quantity(counts.total, 'result')}: {', '.join(parts)}" if parts else "no results"


def inconsistencies(summary: ResultsSummary, counts: RequestCounts) -> list[str]:
    """Return a line for each way in which the file is broken or disagrees with the batch."""
    differences = [
        f"{number(each.in_file)} {escape(each.outcome)} in the file, {number(each.in_batch)} in the batch"
        for each in summary.find_differences(counts)
    ]
    lines = [f"*The file and the batch disagree:* {'; '.join(differences)}"] if differences else []
    if summary.broken.count:
        first = ", ".join(f"line {number(each.number)} {fault_words(each.fault)}" for each in summary.broken.first)
        lines.append(f"*{quantity(summary.broken.count, 'line')} could not be read as results:* {first}")
    if summary.duplicates:
        lines.append(f"*{quantity(summary.duplicates, 'line')} repeat a custom_id* that an earlier line had")
    return lines


def figure_lines(summary: ResultsSummary) -> list[str]:
    """Return what the succeeded requests used and cost, one line for each figure."""
    cost = summary.cost
    if not summary.counts.succeeded and cost.complete:
        return ["*Cost:* nothing is billed for requests that did not succeed"]
    return [
        *_stop_reason_lines(summary),
        *_model_lines(summary.models),
        *_token_lines(summary.tokens),
        *_output_lines(summary),
        f"*Cost:* {amount_words(cost.amount, complete=cost.complete)}{_in_parentheses(cost_gaps(cost))}",
    ]


def _stop_reason_lines(summary: ResultsSummary) -> list[str]:
    stops = summary.stop_reasons
    if not stops:
        return []
    shown = ", ".join(f"{code(each.reason or 'none given', 60)} {number(each.count)}" for each in stops[:_STOPS_SHOWN])
    more = f" and {len(stops) - _STOPS_SHOWN} more" if len(stops) > _STOPS_SHOWN else ""
    total = summary.counts.succeeded
    high = [
        f"⚠️ *{number(each.count)} of {number(total)} answers* {_WORTH_A_LINE[each.reason]}"
        for each in stops
        if each.reason in _WORTH_A_LINE and each.count >= _HIGH_SHARE * total
    ]
    return [*high, f"*Stopped by:* {shown}{more}"]


def _model_lines(uses: tuple[ModelUse, ...]) -> list[str]:
    if not uses:
        return []
    if len(uses) == 1:
        return [f"*Model:* {code(uses[0].model, 80)}"]
    shown = ", ".join(f"{code(use.model, 80)} {number(use.requests)}" for use in uses[:_MODELS_SHOWN])
    more = f" and {len(uses) - _MODELS_SHOWN} more" if len(uses) > _MODELS_SHOWN else ""
    return [f"*Models:* {shown}{more}"]


def _token_lines(tokens: Tokens) -> list[str]:
    named = [
        ("input", tokens.input),
        ("cache write (5 min)", tokens.write_5m),
        ("cache write (1 h)", tokens.write_1h),
        ("cache read", tokens.read),
        ("output", tokens.output),
    ]
    parts = [f"{number(count)} {name}" for name, count in named if count]
    thinking = f", {number(tokens.thinking)} of it thinking" if tokens.thinking else ""
    return [f"*Tokens:* {', '.join(parts)}{thinking}"] if parts else []


def _output_lines(summary: ResultsSummary) -> list[str]:
    sizes = summary.output
    if sizes is None:
        return []
    return [f"*Output:* {quantity(sizes.median, 'token')} in the median, {number(sizes.largest)} in the largest"]


def _in_parentheses(reasons: list[str]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""
