"""Above the limit, another operator has to approve."""

from decimal import Decimal

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import Delivery, SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GENERAL, OPERATORS, Desk
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

    assert "Ada Berg asks for approval. This file would take them over their 24-hour limit of 10 " in asked.visible_text
    assert "✅ Approved by Ben Ito · " in card.visible_text
    assert count_creates(desk) == 1


async def test_the_person_who_asked_cannot_approve(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, ADA)[-1]

    [answer] = await desk.press(asked, "Approve")

    assert "Someone else must approve it" in answer.visible_text
    assert count_creates(desk) == 0


async def test_who_may_not_operate_cannot_approve(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    await desk.restart(operators=(ADA,))

    [answer] = await desk.press(asked, "Approve", user=BEN)

    assert "Only approvers can do this" in answer.visible_text
    assert count_creates(desk) == 0


async def test_the_record_of_the_batch_names_both_in_one_row(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    [waits] = await desk.type("/batch audit")
    await desk.press(desk.slack.messages(BATCHES, BEN)[-1], "Approve", user=BEN)

    [record] = await desk.type(f"/batch audit {desk.api.workspace.batches[-1].id}")

    assert f"*send*: waiting for approval · <@{ADA}> in <#{BATCHES}>" in waits.visible_text
    assert f"*approve*: done · requested by <@{ADA}> · approved by <@{BEN}> in <#{BATCHES}>" in record.visible_text


async def test_a_draft_that_may_cost_more_than_the_spend_limit_needs_approval(open_desk: OpenDesk) -> None:
    await waiting(open_desk, request_limit=None, spend_limit=Decimal(0))


async def test_a_draft_under_the_limit_needs_no_approval(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=11)

    question = await ask_about_file(desk, sound_file(11))

    assert "Send" in question.buttons


def shared_question(desk: Desk) -> SlackMessage:
    """Return the question that the channel sees."""
    return desk.slack.messages(BATCHES, BEN)[-1]


def direct_messages(desk: Desk, user: str) -> list[str]:
    """Return what the bot wrote to a person."""
    return [
        message.visible_text for message in desk.slack.messages(desk.slack.world.open_direct_message(user).id, user)
    ]


async def decline(desk: Desk, reason: str) -> Delivery:
    """Press Decline as Ben, and submit the form; return how Slack was answered."""
    await desk.press(shared_question(desk), "Decline", user=BEN)
    modal = desk.slack.modal(BEN)
    assert modal is not None
    state = {"reason": {"reason": {"value": reason}}}
    delivery = await desk.slack.submit_view(BEN, modal.id, state)
    await desk.bot.in_flight.drain()
    return delivery


async def test_an_approved_question_becomes_one_line_for_everyone_and_the_requester_hears_of_it(
    open_desk: OpenDesk,
) -> None:
    desk = await waiting(open_desk)
    asked = shared_question(desk)

    await desk.press(asked, "Approve", user=BEN)

    [line] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == asked.ts]
    assert line.visible_text == "✅ Approved by Ben Ito · requests.jsonl · 11 requests"
    assert line.buttons == []
    assert f"<@{BEN}> approved *" in direct_messages(desk, ADA)[-1]


async def test_a_typed_approval_settles_the_question_too(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = shared_question(desk)

    [question] = await desk.type("/batch approve requests.jsonl", user=BEN, channel=GENERAL)
    sent_unasked = count_creates(desk)
    seen = await desk.press(question, "Approve", user=BEN)

    [line] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == asked.ts]
    assert line.buttons == []
    assert [message.ephemeral_to for message in seen if message.channel == GENERAL] == [BEN]
    assert (sent_unasked, count_creates(desk)) == (0, 1)


async def test_the_question_names_the_limit_and_links_the_file(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)

    question = shared_question(desk).visible_text

    assert "take them over their 24-hour limit of 10 requests. Someone other than Ada Berg must approve." in question
    assert "|requests.jsonl>*" in question
    assert "<!subteam" not in question


async def test_the_approvers_are_mentioned_once_and_only_they_approve(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk, operators=(ADA,), approvers=(OPERATORS,))
    asked = shared_question(desk)

    [refused] = await desk.press(asked, "Approve", user=ADA)
    approved = await desk.press(asked, "Approve", user=BEN)

    assert asked.visible_text.count(f"<!subteam^{OPERATORS}>") == 1
    assert "Only approvers can do this" in refused.visible_text
    assert "✅ Approved by" in approved[0].visible_text
    assert count_creates(desk) == 1


async def test_a_declined_batch_is_not_sent_and_its_requester_reads_the_reason(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = shared_question(desk)

    await decline(desk, "Send a <sample> first.")
    [late] = await desk.type("/batch approve requests.jsonl", user=BEN)

    [line] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == asked.ts]
    assert line.visible_text == "🚫 Declined by Ben Ito · requests.jsonl · 11 requests"
    assert "Send a &lt;sample&gt; first." in direct_messages(desk, ADA)[-1]
    assert "was discarded or declined" in late.visible_text
    assert count_creates(desk) == 0


async def test_a_decline_needs_a_reason(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)

    delivery = await decline(desk, "  ")

    assert delivery.ack_body["errors"] == {"reason": "Write a reason."}
    assert "Approve" in shared_question(desk).buttons


async def test_an_approver_previews_the_first_request_in_a_modal_and_that_is_on_record(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)

    await desk.press(shared_question(desk), "Preview", user=BEN)
    question = shared_question(desk)
    [record] = await desk.type("/batch audit", user=BEN)

    modal = desk.slack.modal(BEN)
    assert modal is not None
    assert "Say r-0." in modal.visible_text
    assert "*preview*: done" in record.visible_text
    assert "Approve" in question.buttons


async def test_only_an_approver_previews(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk, operators=(ADA,), approvers=(BEN,))

    await desk.press(shared_question(desk), "Preview", user=ADA)

    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert "Only approvers can do this" in modal.visible_text
    assert "Say r-0." not in modal.visible_text


async def test_a_discarded_batch_leaves_no_question_behind(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    asked = shared_question(desk)

    await desk.type("/batch drop requests.jsonl")

    [line] = [message for message in desk.slack.messages(BATCHES, BEN) if message.ts == asked.ts]
    assert line.visible_text == "🗑️ Discarded by Ada Berg · requests.jsonl · 11 requests"


async def test_a_person_who_takes_over_anothers_draft_cannot_approve_it(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    question = await ask_about_file(desk, sound_file(12))
    draft_id = question.visible_text.split("/batch send ")[1][:6]
    [own] = await desk.type(f"/batch send {draft_id}", user=BEN)
    await desk.press(own, "Ask for approval", user=BEN)
    asked = desk.slack.messages(BATCHES, BEN)[-1]

    [refused] = await desk.press(asked, "Approve", user=BEN)

    assert "Someone else must approve it" in refused.visible_text
    assert count_creates(desk) == 0


async def test_an_approver_can_send_again_for_the_person_who_asked_after_a_failure(open_desk: OpenDesk) -> None:
    desk = await waiting(open_desk)
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=401))
    seen = await desk.press(shared_question(desk), "Approve", user=BEN)
    [failed] = [message for message in seen if message.buttons]
    [question] = await desk.press(failed, "Send", user=BEN)

    [line, *_] = await desk.press(question, "Send", user=BEN)

    assert "No batch was created" in failed.visible_text
    assert f"For <@{ADA}>" in question.visible_text
    assert "✅ Approved by " in line.visible_text
    assert count_creates(desk) == 2
