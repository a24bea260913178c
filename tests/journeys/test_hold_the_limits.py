"""Limits count what one person sent in 24 hours, and what the workspace spends in a month."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, sound_file
from tests.journeys.sampling import ask_about_rest, sample_card, send_sample
from tests.journeys.test_as_several_processes import Formation, formation, prepared_postgres, store

__all__ = ["formation", "prepared_postgres", "store"]

CREATE = "/v1/messages/batches"


async def send_file(desk: Desk, count: int) -> SlackMessage:
    [answer] = await desk.press(await ask_about_file(desk, sound_file(count)), "Send")
    return answer


async def test_of_three_files_the_second_and_third_need_another_person(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    await send_file(desk, 50)

    second, third = [await ask_about_file(desk, sound_file(50)) for _ in range(2)]
    await desk.press(second, "Ask for approval")
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    await desk.press(asked, "Approve", user=BEN)

    for question in (second, third):
        assert (
            "take you over your 24-hour limit of 50 requests (50 sent). Someone else must approve."
            in question.visible_text
        )
        assert "Send" not in question.buttons
    assert "take them over their 24-hour limit of 50 requests (50 sent)." in asked.visible_text
    assert count_creates(desk) == 2
    [audit] = await desk.type(f"/batch audit {desk.api.workspace.batches[0].id}")
    assert "over the 24-hour limit of 50 requests (50 sent)" in audit.visible_text


async def test_a_day_later_and_for_another_person_the_limit_is_free(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    await send_file(desk, 50)
    full = await ask_about_file(desk, sound_file(1))

    [of_ben] = await desk.type(f"/batch send {full.visible_text.split('/batch send ')[1][:6]}", user=BEN)
    desk.time.later = timedelta(hours=24, minutes=1)
    later = await ask_about_file(desk, sound_file(50))

    assert "Ask for approval" in full.buttons
    assert "Send" in of_ben.buttons
    assert "Send" in later.buttons


async def test_two_questions_under_the_limit_are_not_both_sent_alone(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    first, second = [await ask_about_file(desk, sound_file(30)) for _ in range(2)]

    await desk.press(first, "Send")
    answers = await desk.press(second, "Send")

    assert any("Waiting for approval" in answer.visible_text for answer in answers)
    assert count_creates(desk) == 1


async def test_a_sample_and_its_rest_count_once_each(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=60)
    await send_sample(desk, 40)
    between = await ask_about_file(desk, sound_file(50)), await ask_about_file(desk, sound_file(51))

    await desk.press(await ask_about_rest(desk, await sample_card(desk)), "Send")
    after = await ask_about_file(desk, sound_file(20)), await ask_about_file(desk, sound_file(21))

    assert ["Send" in question.buttons for question in (*between, *after)] == [True, False, True, False]
    assert "(40 sent)" in after[1].visible_text


@pytest.mark.parametrize(
    ("fault", "counts"),
    [
        (ApiFault(method="POST", path=CREATE, status=529, should_retry=False), False),
        (ApiFault(method="POST", path=CREATE, status=400, body='{"error": {"message": "no credit"}}'), False),
        (ApiFault(method="POST", path=CREATE, cut="middle"), True),
    ],
    ids=["overloaded", "refused", "lost"],
)
async def test_what_was_certainly_not_sent_does_not_count_and_what_may_have_been_does(
    fault: ApiFault,
    counts: bool,
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    desk.api.add_fault(fault)
    await send_file(desk, 30)

    question = await ask_about_file(desk, sound_file(30))

    assert ("Ask for approval" in question.buttons) is counts


async def test_a_file_that_is_sent_again_after_a_failure_counts_once(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=529, should_retry=False))
    failed = await send_file(desk, 30)
    [again] = await desk.press(failed, "Send")
    await desk.press(again, "Send")
    assert failed.visible_text.startswith("Not sent")

    question = await ask_about_file(desk, sound_file(20))

    assert len(desk.api.workspace.batches) == 1
    assert "Send" in question.buttons


async def test_a_retry_counts_too(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=50)
    await send_file(desk, 45)
    batch = desk.api.workspace.add(expired=6)
    file = desk.slack.share_file(
        ADA, BATCHES, "six.jsonl", make_jsonl(make_request(request.custom_id) for request in batch.requests)
    )

    [question] = await desk.type(f"/batch retry {batch.id} --file {file.files[0]['id']}")

    assert "take you over your 24-hour limit of 50 requests (45 sent)" in question.visible_text


EIGHTY_CENTS = make_jsonl(make_request(f"r-{n}", max_tokens=64_000) for n in range(5))
"""Five answers of up to 16 cents."""


@pytest.mark.parametrize(
    ("budget", "words", "button"),
    [
        ("2", "*Budget this month:* up to $0.80 of $2 with this file ($0.00 spent)", "Send"),
        ("1", "With this file, up to 80% of the monthly budget is used.", "Send"),
        ("0.80", "exceed the monthly budget of $0.80. Someone else must approve.", "Ask for approval"),
    ],
)
async def test_a_budget_is_shown_warns_and_needs_a_second_yes(
    budget: str, words: str, button: str, open_desk: OpenDesk
) -> None:
    desk = await open_desk(operators=(ADA, BEN), monthly_budget=Decimal(budget))

    question = await ask_about_file(desk, EIGHTY_CENTS)

    assert words in question.visible_text
    assert question.buttons[0] == button


async def test_a_budget_counts_what_is_open_and_then_what_it_cost(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), monthly_budget=Decimal(2))
    await desk.press(await ask_about_file(desk, EIGHTY_CENTS), "Send")

    while_open = await ask_about_file(desk, EIGHTY_CENTS)
    desk.api.advance(90_000)
    desk.time.later = timedelta(hours=25)
    await desk.type("/batch results last")
    after = await ask_about_file(desk, EIGHTY_CENTS)

    assert (
        "up to $1.60 of $2 with this file ($0.00 spent, up to $0.80 more in batches not read yet)"
        in while_open.visible_text
    )
    assert "not read yet)" not in after.visible_text
    assert "up to $0.80 of $2" in after.visible_text


@pytest.mark.postgres
async def test_two_processes_do_not_send_more_than_a_limit_together(formation: Formation) -> None:
    slack = formation.slack
    await formation.start("worker")
    for _ in range(2):
        await formation.start("web", BATCHDESK_REQUEST_LIMIT="50")
    await slack.wait_for(lambda: slack.sockets == 2, 30)
    for number in range(4):
        file = slack.share_file(ADA, BATCHES, f"file{number}.jsonl", sound_file(20))
        await slack.slash(ADA, BATCHES, f"/batch create {file.files[0]['id']}")
    await slack.wait_for(lambda: len(formation.seen("Send 20 requests?")) == 4, 60)
    questions = formation.seen("Send 20 requests?")

    await asyncio.gather(*(slack.press(ADA, question, text="Send") for question in questions))
    await slack.wait_for(lambda: not formation.seen("Send 20 requests?"), 60)

    assert sum(len(batch.requests) for batch in formation.api.workspace.batches) == 40
