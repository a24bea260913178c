"""Answers that stopped too early, were refused or have no text: they are named, and retried if someone asks."""

from bot.playground.api_simulator.workspace import UnusualAnswers
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import ADA, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request

ANSWERS = {
    "pause_turn": 2,
    "refusal": 3,
    "context_window": 1,
    "compaction": 1,
    "no_stop_reason": 1,
    "thinking_alone": 2,
}


async def answered(desk: Desk) -> SlackMessage:
    """Send a file of 20 requests, let half of their answers be unusual, and return the results card."""
    desk.api.workspace.unusual = UnusualAnswers(ANSWERS)
    await desk.press(
        await ask_about_file(desk, make_jsonl(make_request(f"r-{number}", max_tokens=900) for number in range(20))),
        "Send",
    )
    desk.api.advance(8_000)
    [card] = await desk.type("/batch results last")
    return card


async def test_each_kind_has_a_line_of_its_own(desk: Desk) -> None:
    card = await answered(desk)

    text = card.visible_text
    assert "all 20 succeeded" in text
    assert "*3 of 20 answers* were refused by the model." in text
    assert "*2 of 20 answers* were stopped before the end (`pause_turn`)." in text
    assert "*1 of 20 answers* was cut off at the context window." in text
    assert "*1 of 20 answers* was stopped after a compaction." in text
    assert "*6 of 20 answers* have no text." in text
    assert {choice for choice in card.choices if choice.startswith("Retry ")} == {
        "Retry as is: 3 refused",
        "Retry as is: 2 unfinished",
        "Retry as is: 1 over the context window",
        "Retry as is: 1 compacted only",
    }


async def test_all_stop_reasons_are_counted_in_the_full_report_with_examples(desk: Desk) -> None:
    card = await answered(desk)

    assert await desk.press(card, "Full report") == []

    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert "`end_turn` 12, `refusal` 3, `pause_turn` 2" in modal.visible_text
    assert "none 1" in modal.visible_text
    assert modal.visible_text.count("Examples: `r-") == 5


async def test_only_the_chosen_ones_are_sent_again_and_the_question_says_that_they_are_billed(desk: Desk) -> None:
    card = await answered(desk)

    [question] = await desk.press(card, "Retry as is: 3 refused")
    [sent] = await desk.press(question, "Send")

    assert "Send 3 requests?" in question.visible_text
    assert "answered and billed. A retry is billed again" in question.visible_text
    assert "Sent 3 requests" in sent.visible_text
    refused = {request.custom_id for request in desk.api.workspace.batches[1].requests if request.answer == "refusal"}
    assert {request.custom_id for request in desk.api.workspace.batches[0].requests} == refused
    assert count_creates(desk) == 2


async def test_a_retry_without_a_choice_leaves_answers_alone(desk: Desk) -> None:
    await answered(desk)

    [nothing] = await desk.type("/batch retry last")
    [typed] = await desk.type("/batch retry last --cause pause_turn")

    assert "Nothing failed" in nothing.visible_text
    assert "Send 2 requests?" in typed.visible_text


async def test_who_may_not_operate_sees_the_lines_and_no_choices(desk: Desk) -> None:
    await answered(desk)

    [card] = await desk.type("/batch results last", user=BEN)

    assert "were refused by the model" in card.visible_text
    assert not [label for label in (*card.buttons, *card.choices) if "Retry" in label]


async def test_a_batch_made_elsewhere_needs_its_file(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=9, answers={"refusal": 3})

    [reply] = await desk.type("/batch retry last --cause refusal")

    assert "I don't have the 3 requests of" in reply.visible_text
