"""The lines about answers that are not complete."""

import pytest
from msgspec.structs import replace

from bot.results.stops import INCOMPLETE_STOPS, RETRYABLE_STOPS
from bot.results.summary import StopReason, TextlessAnswers
from bot.ui.components.answer_lines import answer_blocks, answer_sentences, full_answer_blocks, retried_stop_line
from tests.ui.result_samples import QUERY, SUMMARY


@pytest.mark.parametrize("reason", INCOMPLETE_STOPS)
def test_each_incomplete_stop_has_a_line_and_a_button_however_few_there_are(reason: str) -> None:
    summary = replace(SUMMARY, stop_reasons=(StopReason("end_turn", 1_160), StopReason(reason, 1, ("a-7",))))

    [block] = full_answer_blocks(summary, QUERY.reference, may_retry=True)

    text = str(block["text"])
    assert "*1 of 1,161 answers* was " in text
    assert "`a-7`" in text
    assert f"--cause {reason}" in str(block["accessory"])
    assert answer_sentences(summary)[0].startswith("1 of 1,161 answers ")


def test_without_the_right_to_operate_there_is_no_button() -> None:
    summary = replace(SUMMARY, stop_reasons=(StopReason("refusal", 3),))

    [block] = answer_blocks(summary, QUERY.reference, may_retry=False)

    assert "accessory" not in block


def test_answers_without_text_have_a_line_and_tool_calls_have_none() -> None:
    summary = replace(SUMMARY, stop_reasons=(), textless=TextlessAnswers(6, 2, ("e-1", "e-2", "e-3")))
    calls = replace(SUMMARY, stop_reasons=(), textless=TextlessAnswers(2, 2))

    [block] = full_answer_blocks(summary, QUERY.reference, may_retry=True)

    assert "*4 of 1,161 answers* have no text.\\nExamples: `e-1`" in repr(block["text"])
    assert answer_blocks(calls, QUERY.reference, may_retry=True) == []


@pytest.mark.parametrize("reason", RETRYABLE_STOPS)
def test_a_retry_of_answers_says_that_it_is_billed_again(reason: str) -> None:
    assert "billed again" in retried_stop_line(reason)
