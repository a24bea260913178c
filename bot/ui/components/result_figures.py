"""The figures of results in words: stop reasons, models, tokens, cost and inconsistencies."""

from bot.api.models import RequestCounts
from bot.pricing.amounts import format_amount
from bot.pricing.tokens import Tokens
from bot.results.summary import ModelUse, ResultsSummary
from bot.ui.components.money import cost_gaps
from bot.ui.components.remedies import fault_words
from bot.ui.components.text import code, escape, fields, number, quantity
from bot.ui.reply import Block

_MODELS_SHOWN = 5
_STOPS_SHOWN = 6
_MOST_GAPS = 2
_MISSING_SHOWN = 30


def inconsistencies(summary: ResultsSummary, counts: RequestCounts) -> list[str]:
    """Return a line for each way in which the file is broken or disagrees with the batch."""
    differences = [
        f"{number(each.in_file)} {escape(each.outcome)} in the file, {number(each.in_batch)} in the batch"
        for each in summary.find_differences(counts)
    ]
    lines = [f"*The results file doesn't match the batch's counts:* {'; '.join(differences)}"] if differences else []
    if summary.broken.count:
        first = ", ".join(f"line {number(each.number)} {fault_words(each.fault)}" for each in summary.broken.first)
        lines.append(f"*{quantity(summary.broken.count, 'line')} can't be read as results:* {first}")
    if summary.missing.count:
        lines.append(f"*{_missing(summary)}* from the file")
    if summary.duplicates:
        lines.append(f"*{_duplicates(summary)}*")
    return lines


def warning_lines(summary: ResultsSummary, counts: RequestCounts) -> list[str]:
    """Return a short line for what is wrong with the file, if anything."""
    about_file = [_missing(summary)] if summary.missing.count else []
    if not about_file and summary.find_differences(counts):
        about_file = ["the results file doesn't match the batch's counts"]
    if summary.broken.count:
        about_file.append(f"{quantity(summary.broken.count, 'unreadable line')}")
    if summary.duplicates:
        about_file.append(_duplicates(summary))
    words = " · ".join(about_file)
    return [f"⚠️ {words[0].upper()}{words[1:]}"] if words else []


def figure_fields(summary: ResultsSummary) -> Block:
    """Return the cost and the tokens in two columns, with the reasons why the cost is not complete."""
    cost, tokens = summary.cost, summary.tokens
    if not summary.counts.succeeded and cost.complete:
        return fields([("Cost", "Nothing is billed")])
    gaps = cost_gaps(cost)
    if len(gaps) > _MOST_GAPS:
        gaps = [f"incomplete for {len(gaps)} reasons, see *Full report*"]
    amount = format_amount(cost.amount, complete=cost.complete) + (f"\n{'; '.join(gaps)}" if gaps else "")
    cached = tokens.write_5m + tokens.write_1h + tokens.read
    from_cache = f" · {number(cached)} cached" if cached else ""
    before_output = "\n" if cached else " · "  # three figures wrap within a number's words in half a message
    used = f"{number(tokens.input)} in{from_cache}{before_output}{number(tokens.output)} out"
    others = _model_lines(summary.models) if _has_advisor(summary.models) else []
    return fields([("Cost", amount), ("Tokens", "\n".join([used, *others]))])


def figure_lines(summary: ResultsSummary) -> list[str]:
    """Return everything that the succeeded requests used and cost, one line for each figure."""
    cost = summary.cost
    if not summary.counts.succeeded and cost.complete:
        return ["*Cost:* nothing is billed for requests that did not succeed"]
    return [
        f"*Cost:* {format_amount(cost.amount, complete=cost.complete)}{_in_parentheses(cost_gaps(cost))}",
        *_token_lines(summary.tokens),
        *_model_lines(summary.models),
        *_output_lines(summary),
        *_stop_reason_lines(summary),
    ]


def missing_names(summary: ResultsSummary) -> list[str]:
    """Return the line that names results missing from the file, for readers."""
    missing = summary.missing
    if not missing.count:
        return []
    if not missing.first:
        return ["I can't name the missing results, because I don't have the requests."]
    shown = ", ".join(code(custom_id, 64) for custom_id in missing.first[:_MISSING_SHOWN])
    more = missing.count - len(missing.first[:_MISSING_SHOWN])
    return [f"*Missing:* {shown}{f' and {number(more)} more' if more > 0 else ''}"]


def _missing(summary: ResultsSummary) -> str:
    count = summary.missing.count
    return f"{quantity(count, 'result')} {'is' if count == 1 else 'are'} missing"


def _duplicates(summary: ResultsSummary) -> str:
    verb = "repeats" if summary.duplicates == 1 else "repeat"
    return f"{quantity(summary.duplicates, 'line')} {verb} a `custom_id`"


def _stop_reason_lines(summary: ResultsSummary) -> list[str]:
    stops = summary.stop_reasons
    if not stops:
        return []
    shown = ", ".join(
        f"{code(each.reason, 60) if each.reason else 'none'} {number(each.count)}" for each in stops[:_STOPS_SHOWN]
    )
    more = f" and {len(stops) - _STOPS_SHOWN} more" if len(stops) > _STOPS_SHOWN else ""
    label = "Stop reason" if len(stops) == 1 else "Stop reasons"
    return [f"*{label}:* {shown}{more}"]


def _model_lines(uses: tuple[ModelUse, ...]) -> list[str]:
    if not uses:
        return []
    if len(uses) == 1:
        return [f"*Model:* {code(uses[0].model, 80)}"]
    words = _words_with_tokens if _has_advisor(uses) else _words_with_requests
    shown = ", ".join(map(words, uses[:_MODELS_SHOWN]))
    more = f" and {len(uses) - _MODELS_SHOWN} more" if len(uses) > _MODELS_SHOWN else ""
    return [f"*Models:* {shown}{more}"]


def _has_advisor(uses: tuple[ModelUse, ...]) -> bool:
    """Return whether a model was only used within requests to another one."""
    return any(not use.requests for use in uses)


def _words_with_requests(use: ModelUse) -> str:
    return f"{code(use.model, 80)} {number(use.requests)}"


def _words_with_tokens(use: ModelUse) -> str:
    requests = quantity(use.requests, "request") if use.requests else "advisor"
    cached = use.tokens.write_5m + use.tokens.write_1h + use.tokens.read
    also = f" / {number(cached)} cached" if cached else ""
    return f"{code(use.model, 80)} ({requests}, {number(use.tokens.input)} in / {number(use.tokens.output)} out{also})"


def _token_lines(tokens: Tokens) -> list[str]:
    named = [
        ("input", tokens.input),
        ("cache write (5 min)", tokens.write_5m),
        ("cache write (1 h)", tokens.write_1h),
        ("cache read", tokens.read),
        ("output", tokens.output),
    ]
    parts = [f"{number(count)} {name}" for name, count in named if count]
    thinking = f" ({number(tokens.thinking)} for thinking)" if tokens.thinking else ""
    return [f"*Tokens:* {', '.join(parts)}{thinking}"] if parts else []


def _output_lines(summary: ResultsSummary) -> list[str]:
    sizes = summary.output
    if sizes is None:
        return []
    return [f"*Answer length:* median {quantity(sizes.median, 'token')}, longest {number(sizes.largest)}"]


def _in_parentheses(reasons: list[str]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""
