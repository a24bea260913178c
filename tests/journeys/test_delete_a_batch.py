"""Delete a batch for good: asked first, confirmed once, done once."""

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import Desk


async def asked(desk: Desk, **placement: int) -> SlackMessage:
    """Ask, as Ada, to delete an ended batch; return the question."""
    desk.api.workspace.add(**(placement or {"succeeded": 1_161, "errored": 39}))
    [question] = await desk.type("/batch delete last")
    return question


async def test_the_question_says_what_would_be_lost_and_deletes_nothing(either_desk: Desk) -> None:
    question = await asked(either_desk)

    assert "Delete this batch for good?" in question.visible_text
    assert either_desk.api.workspace.batches[0].id in question.visible_text
    assert "Deletes 1,200 results" in question.visible_text
    assert "would stay available for 28 more days" in question.visible_text
    assert question.buttons == ["Delete for good", "Save, then delete", "Keep"]
    assert either_desk.deletes == []


async def test_keep_removes_the_question_and_changes_nothing(either_desk: Desk) -> None:
    question = await asked(either_desk)

    [kept] = await either_desk.press(question, "Keep")

    assert "Nothing was changed" in kept.visible_text
    assert (kept.ts, kept.buttons) == (question.ts, [])
    assert either_desk.deletes == []


async def test_delete_for_good_sends_one_delete_and_takes_the_questions_place(either_desk: Desk) -> None:
    question = await asked(either_desk)
    [batch] = either_desk.api.workspace.batches

    [gone] = await either_desk.press(question, "Delete for good")

    assert "Deleted by <@U0ADA>" in gone.visible_text
    assert batch.id in gone.visible_text
    assert (gone.ts, gone.buttons) == (question.ts, ["All batches"])
    assert [request.path for request in either_desk.deletes] == [f"/v1/messages/batches/{batch.id}"]
    assert either_desk.api.workspace.batches == []


async def test_a_typed_full_id_is_asked_about_as_well(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1)

    [question] = await desk.type(f"/batch delete {batch.id}")

    assert question.buttons == ["Delete for good", "Save, then delete", "Keep"]
    assert desk.deletes == []


async def test_a_restart_between_question_and_press_loses_nothing(either_desk: Desk) -> None:
    question = await asked(either_desk)
    await either_desk.restart()

    [gone] = await either_desk.press(question, "Delete for good")

    assert "Deleted by" in gone.visible_text
    assert len(either_desk.deletes) == 1


@pytest.mark.parametrize("status", ["in_progress", "canceling"])
async def test_an_unfinished_batch_is_refused_with_the_reason(desk: Desk, status: str) -> None:
    desk.api.workspace.add(processing_status=status, processing=3)

    [refused] = await desk.type("/batch delete last")

    assert "Only an ended batch can be deleted" in refused.visible_text
    assert refused.buttons == (["Refresh", "Cancel"] if status == "in_progress" else ["Refresh"])
    assert desk.deletes == []


async def test_the_cancel_button_of_a_refusal_asks_before_it_cancels(desk: Desk) -> None:
    desk.api.workspace.add(processing_status="in_progress", processing=3)
    [refused] = await desk.type("/batch delete last")

    [question] = await desk.press(refused, "Cancel")
    [canceling] = await desk.press(question, "Cancel the batch")

    assert "Cancel this batch?" in question.visible_text
    assert "Canceling." in canceling.visible_text


async def test_a_batch_whose_results_are_gone_is_asked_about_in_other_words(desk: Desk) -> None:
    question = await asked(desk, succeeded=3_600, age=33 * 86_400)

    assert "The results are no longer available" in question.visible_text


async def test_the_button_on_a_card_asks_too(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=2)
    [card] = await desk.type("/batch status last")

    [question] = await desk.press(card, "Delete")
    [gone] = await desk.press(question, "Delete for good")

    assert card.ts != question.ts
    assert "Deleted by" in gone.visible_text
    assert len(desk.deletes) == 1
