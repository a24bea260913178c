"""The answer of a DELETE is lost: the bot looks first, and says so if it cannot find out."""

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import Desk

YES = "Delete for good"


async def asked(desk: Desk) -> SlackMessage:
    desk.api.workspace.add(succeeded=10, errored=2)
    [question] = await desk.type("/batch delete last")
    return question


async def audited(desk: Desk) -> str:
    [record] = await desk.type("/batch audit")
    return record.visible_text


async def test_an_answer_cut_off_is_found_out_by_asking_again(desk: Desk) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", cut="middle"))

    [gone] = await desk.press(question, YES)

    assert "Deleted by" in gone.visible_text
    assert desk.api.workspace.batches == []


async def test_after_a_lost_answer_the_reply_says_what_a_second_look_found(desk: Desk) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", cut="middle"))
    desk.api.add_fault(ApiFault(method="DELETE", status=529, should_retry=False))

    [gone] = await desk.press(question, YES)

    assert "The API's answer was lost, but I checked" in gone.visible_text
    assert desk.api.workspace.batches == []
    assert "done" in await audited(desk)


async def test_a_delete_that_never_arrived_is_said_not_to_have_happened(desk: Desk) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", cut="before"))
    desk.api.add_fault(ApiFault(method="DELETE", status=529, should_retry=False))

    [still_there] = await desk.press(question, YES)

    assert "the batch is still there" in still_there.visible_text
    assert (still_there.ts, still_there.buttons) == (question.ts, ["Delete"])
    assert len(desk.api.workspace.batches) == 1


async def test_what_cannot_be_found_out_is_not_made_up(desk: Desk) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", cut="middle"))
    desk.api.add_fault(ApiFault(method="DELETE", status=529, should_retry=False))
    desk.api.add_fault(ApiFault(method="GET", delay=0.001))  # the look before the DELETE goes well
    desk.api.add_fault(ApiFault(method="GET", status=500, should_retry=False))
    [batch] = desk.api.workspace.batches

    [unsure] = await desk.press(question, YES)

    assert "I don't know whether" in unsure.visible_text
    assert unsure.buttons == ["Look again"]
    assert batch.id in unsure.visible_text
    assert "unknown" in await audited(desk)


async def test_a_refusal_is_shown_in_the_words_of_the_api(desk: Desk) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", status=400))

    [refused] = await desk.press(question, YES)

    assert "The API refused this" in refused.visible_text
    assert (refused.ts, refused.buttons) == (question.ts, [])
    assert "failed" in await audited(desk)
