"""The result of one request, or why there is none."""

from typing import assert_never

from bot.api.models import MessageBatch
from bot.commands.results import Results
from bot.commands.show import ResultFound, ResultNotFound, Show, ShowOutcome, ShowTooEarly, ShowTooLate, is_custom_id
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.pricing.amounts import format_amount
from bot.results.causes import Cause
from bot.results.content import ToolCall
from bot.results.find_result import OneResult
from bot.ui.components.answer_lines import stop_words
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_name
from bot.ui.components.remedies import remedy_words
from bot.ui.components.text import (
    clean_lines,
    code,
    context,
    date,
    number,
    one_line,
    quantity,
    safe_text,
    section,
)
from bot.ui.reply import Block, Message, Viewer

LONGEST_TEXT = 6_000
"""Characters of an answer that are shown. A modal has room for more, and a person reads the rest in the file."""
_PIECE = 3_000
_LONGEST_MESSAGE = 3_000
_MOST_CALLS = 3
_LONGEST_CALL = 2_000
_MOST_LEFT_OUT = 6
_TITLE = "Result"


def render_show(outcome: ShowOutcome, viewer: Viewer) -> Message:
    """Return the answer or the error of a request, or why it cannot be shown."""
    match outcome:
        case ResultFound():
            return _render_found(outcome, viewer)
        case ResultNotFound():
            return _render_not_found(outcome, viewer)
        case ShowTooEarly():
            name = _name(outcome.batch, viewer)
            words = f"{name} hasn't ended yet, so {code(outcome.query.custom_id, 64)} has no result."
            again = button("Try again", outcome.query, renew=True)
            return Message(words, (section(words), *actions([again])), modal_title=_TITLE)
        case ShowTooLate():
            return _render_too_late(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_found(outcome: ResultFound, viewer: Viewer) -> Message:
    result = outcome.result
    title = f"{code(outcome.query.custom_id, 64)} · {_name(outcome.batch, viewer)}"
    words = _outcome_words(result)
    notes: list[str] = []
    blocks: list[Block] = [section(f"{title}\n{words}")]
    if result.error is not None and result.error.message:
        blocks.append(_preformatted(_cut(result.error.message, _LONGEST_MESSAGE, "message", notes)))
    if result.content.text:
        blocks += _text_blocks(_cut(result.content.text, LONGEST_TEXT, "answer", notes))
    for call in result.content.tool_calls[:_MOST_CALLS]:
        blocks += _call_blocks(call, notes)
    if (more := len(result.content.tool_calls) - _MOST_CALLS) > 0:
        notes.append(f"{quantity(more, 'more tool call')}")
    blocks += [context(" · ".join(line)) for line in (_facts(result), [*notes, "Recorded in the audit log"]) if line]
    reference = Reference(outcome.batch.id)
    blocks += actions([button("Full report", Results(reference, full=True))])
    return Message(f"{title}: {words}", tuple(blocks), modal_title=_TITLE)


def _outcome_words(result: OneResult) -> str:
    if result.error is not None:
        error = result.error
        cause = Cause(error.type, error.message, 1, (), error.code)
        kind = " ".join(code(each, 80) for each in (error.type, error.code) if each)
        return " · ".join(filter(None, ["❌ Errored", kind, remedy_words(cause)]))
    if result.outcome != "succeeded":
        return f"{result.outcome.capitalize()} · {remedy_words(Cause(result.outcome, '', 1, ()))}"
    if not result.is_readable:
        return "⚠️ Succeeded, but the answer couldn't be read. Download the results to see it."
    if words := stop_words(result.stop_reason):
        category = f" Category: {code(result.category, 60)}." if result.category else ""
        return f"⚠️ Succeeded, but the answer was {words}{category}"
    if not result.content.text and not result.content.tool_calls:
        return "⚠️ Succeeded. The answer has no text."
    return "✅ Succeeded"


def _facts(result: OneResult) -> list[str]:
    """Return the model, why it stopped, the tokens, the cost and what is not shown; of an error, its request id."""
    if result.error is not None:
        return [f"Request id {code(result.error.request_id, 80)}"] if result.error.request_id else []
    if not result.model:
        return []
    reason = f"stop reason {code(result.stop_reason, 60)}" if result.stop_reason else "no stop reason"
    facts = [code(result.model, 80), reason]
    facts.append(f"{quantity(result.input_tokens, 'token')} in · {number(result.output_tokens)} out")
    facts += [format_amount(result.usd, complete=result.is_usd_complete)] if result.usd is not None else []
    left_out = [f"{safe_text(kind, 60)}{f' × {count}' if count > 1 else ''}" for kind, count in _left_out(result)]
    return [*facts, *([f"not shown: {', '.join(left_out)}"] if left_out else [])]


def _left_out(result: OneResult) -> list[tuple[str, int]]:
    return list(result.content.left_out.items())[:_MOST_LEFT_OUT]


def _cut(text: str, limit: int, what: str, notes: list[str]) -> str:
    """Return text with at most `limit` characters, and note if it was cut."""
    clean = clean_lines(text)
    if len(clean) <= limit:
        return clean
    notes.append(f"The first {number(limit)} of {number(len(clean))} characters of the {what} are shown")
    return f"{clean[:limit]}…"


def _text_blocks(text: str) -> list[Block]:
    """Return text as rich text, in which nothing is a mention, a link or a format."""
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return [_rich_text("rich_text_section", piece) for piece in pieces]


def _call_blocks(call: ToolCall, notes: list[str]) -> list[Block]:
    text = _cut(
        bytes(call.input).decode("utf-8", "replace"), _LONGEST_CALL, f"input of {one_line(call.name, 40)}", notes
    )
    return [section(f"*Tool call* {code(call.name, 80)}"), _preformatted(text)]


def _preformatted(text: str) -> Block:
    return _rich_text("rich_text_preformatted", text)


def _rich_text(kind: str, text: str) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [{"type": "text", "text": text or " "}]}]}


def _render_not_found(outcome: ResultNotFound, viewer: Viewer) -> Message:
    missing, query = outcome.missing, outcome.query
    named = code(query.custom_id, 64)
    searched = f"I searched {quantity(missing.lines, 'line')}."
    words = [f"{_name(outcome.batch, viewer)} has no result {named}. {searched}"]
    if missing.was_sent:
        words = [f"The results file of {_name(outcome.batch, viewer)} has no result of the request {named}. {searched}"]
    if missing.was_sent is False:
        words.append("No request with this `custom_id` was sent.")
    if missing.broken and missing.was_sent is not False:
        which = "1 line" if missing.broken == 1 else f"one of {number(missing.broken)} lines"
        words.append(f"It may be in {which} that I couldn't read.")
    buttons = [
        button(custom_id, Show(query.reference, custom_id), spoken=f"Show {custom_id}")
        for custom_id in filter(is_custom_id, missing.near)
    ]
    step = "Did you mean one of these?" if buttons else "Check the `custom_id` in the file of requests."
    shown = " ".join(words if missing.was_sent else [*words, step])
    similar = [f"Similar: {', '.join(code(custom_id, 64) for custom_id in missing.near)}."] if missing.near else []
    return Message(" ".join([*words, *similar]), (section(shown), *actions(buttons)), modal_title=_TITLE)


def _render_too_late(outcome: ShowTooLate, viewer: Viewer) -> Message:
    batch = outcome.batch
    until = batch.archived_at or batch.readable_until
    words = f"The results of {_name(batch, viewer)} are no longer available. The API kept them until {date(until)}."
    status = button("Status", Status(Reference(batch.id)))
    return Message(words, (section(words), *actions([status])), modal_title=_TITLE)


def _name(batch: MessageBatch, viewer: Viewer) -> str:
    return bold_name(batch, viewer.names.get(batch.id))
