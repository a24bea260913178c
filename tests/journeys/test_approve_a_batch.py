"""Above the limit, another operator has to approve."""

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file


async def waiting(open_desk: OpenDesk, **settings: object) -> Desk:
    desk = await open_desk(**({"operators": (ADA, BEN), "request_limit": 10} | settings))
    question = await ask_about_file(desk, sound_file(11))
    assert "Ask for approval" in question.buttons
    await desk.press(question, "Ask for approval")
    return desk


async def test_a_second_person_approves_and_it_is_sent_once(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, BEN)[-1]

    [card] = await desk.press(asked, "Approve", user=BEN)

    assert f"<@{ADA}> wants to send" in asked.visible_text
    assert f"approved by <@{BEN}>" in card.visible_text
    assert count_creates(desk) == 1


async def test_the_person_who_asked_cannot_approve(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, ADA)[-1]

    [answer] = await desk.press(asked, "Approve")

    assert "somebody else has to approve it" in answer.visible_text
    assert count_creates(desk) == 0


async def test_who_may_not_operate_cannot_approve(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    await desk.restart(operators=(ADA,))

    [answer] = await desk.press(asked, "Approve", user=BEN)

    assert "Only operators may do this" in answer.visible_text
    assert count_creates(desk) == 0


async def test_the_record_of_the_batch_names_both_in_one_row(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    [waits] = await desk.type("/batch audit")
    await desk.press(desk.slack.messages(BATCHES, BEN)[-1], "Approve", user=BEN)

    [record] = await desk.type(f"/batch audit {desk.api.workspace.batches[-1].id}")

    assert f"*send*: waiting for approval · <@{ADA}> in <#{BATCHES}>" in waits.visible_text
    assert f"*approve*: done · requested by <@{ADA}> · approved by <@{BEN}> in <#{BATCHES}>" in record.visible_text


async def test_a_draft_that_may_cost_more_than_the_spend_limit_needs_approval(open_desk: OpenDesk) -> None:
    await waiting(open_desk, request_limit=None, spend_limit=0)


async def test_a_draft_under_the_limit_needs_no_approval(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=11)

    question = await ask_about_file(desk, sound_file(11))

    assert "Send" in question.buttons


async def test_what_was_refused_is_not_sent(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    await desk.press(asked, "Decline", user=BEN)

    await desk.press(asked, "Approve", user=BEN)

    assert count_creates(desk) == 0


async def test_a_person_who_takes_over_anothers_draft_cannot_approve_it(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    question = await ask_about_file(desk, sound_file(12))
    draft_id = question.visible_text.split("/batch send ")[1][:6]
    [own] = await desk.type(f"/batch send {draft_id}", user=BEN)
    await desk.press(own, "Ask for approval", user=BEN)
    asked = desk.slack.messages(BATCHES, BEN)[-1]

    [refused] = await desk.press(asked, "Approve", user=BEN)

    assert "somebody else has to approve it" in refused.visible_text
    assert count_creates(desk) == 0


async def test_an_approver_can_send_again_for_the_person_who_asked_after_a_failure(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=401))
    [failed] = await desk.press(desk.slack.messages(BATCHES, BEN)[-1], "Approve", user=BEN)
    [question] = await desk.press(failed, "Send", user=BEN)

    [card] = await desk.press(question, "Send", user=BEN)

    assert "certainly did not arrive" in failed.visible_text
    assert f"in <@{ADA}>'s name" in question.visible_text
    assert f"Sent for <@{ADA}>, approved by <@{BEN}>" in card.visible_text
