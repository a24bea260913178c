"""Answers without text are counted, whatever their content is and whatever lines surround them."""

import json

import pytest

from bot.pricing.prices import Prices
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import ResultsSummary


def answered(custom_id: str, content: object, stop_reason: str = "end_turn") -> bytes:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"model": "claude-haiku-4-5", "role": "assistant", "content": content, "stop_reason": stop_reason}
    result = {"type": "succeeded", "message": message | {"usage": usage}}
    return json.dumps({"custom_id": custom_id, "result": result}, separators=(",", ":")).encode() + b"\n"


def summary_of(*lines: bytes) -> ResultsSummary:
    reader = ResultsSummarizer(Prices.load())
    for line in lines:
        reader.feed(line)
    return reader.finish()


SEARCHED = {"type": "mcp_tool_result", "content": [{"type": "text", "text": "found"}]}
THOUGHT = {"type": "thinking", "thinking": "hm {x}", "signature": "s"}
TEXT = {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    ("content", "is_textless"),
    [
        ([TEXT], False),
        ([{"citations": None, **TEXT}], False),
        ([THOUGHT, TEXT], False),
        ([{"type": "thinking", "thinking": "hm", "signature": "s"}, TEXT], False),
        ([SEARCHED, TEXT], False),
        ([{"type": "text", "text": ""}, TEXT], False),
        ("plain string", False),
        ([], True),
        (None, True),
        ([THOUGHT], True),
        ([{"type": "redacted_thinking", "data": "d"}], True),
        ([{"type": "text", "text": ""}], True),
        ([{"citations": None, "type": "text", "text": ""}], True),
        ([THOUGHT, {"type": "text", "text": ""}], True),
        ([SEARCHED], True),
        ([{"type": "compaction", "content": None}], True),
    ],
)
def test_answers_without_text_are_counted_whatever_lines_come_before(content: object, is_textless: bool) -> None:
    around = [answered("t", [TEXT]), answered("c", [{"citations": None, **TEXT}])]
    around += [answered("h", [THOUGHT, TEXT])]

    for before in around:
        for separators in ((",", ":"), (", ", ": ")):
            odd = json.dumps(json.loads(answered("odd", content)), separators=separators).encode() + b"\n"
            textless = summary_of(before, odd, before).textless
            assert (textless.count, textless.samples) == ((1, ("odd",)) if is_textless else (0, ()))


def test_an_answer_that_is_a_tool_call_is_not_empty() -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"type": "text", "text": "x"}}

    textless = summary_of(answered("a", [call], stop_reason="tool_use")).textless

    assert (textless.count, textless.tool_calls, textless.empty) == (1, 1, 0)
