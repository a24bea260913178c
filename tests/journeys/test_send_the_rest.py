"""After a sample, the rest is confirmed like any draft, sent once or discarded, and limited as a whole."""

import asyncio

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.sampling import ask_about_rest, oldest_first, sample_card, send_sample, sent_ids
from tests.journeys.watching import advance_and_sweep, wait_for_card, wait_for_notice


async def test_the_rest_is_sent_once_however_often_it_is_pressed(desk: Desk) -> None:
    await send_sample(desk)
    status = await sample_card(desk)
    questions = [await ask_about_rest(desk, status) for _ in range(3)]

    await asyncio.gather(*(desk.slack.press(ADA, each, text="Send") for each in questions * 4))
    await desk.bot.in_flight.drain()
    [late] = await desk.press(status, "Send the other 30")

    assert [len(each) for each in sent_ids(desk)] == [10, 30]
    assert f"already sent as `{oldest_first(desk)[1].id}`" in late.visible_text


async def test_the_rest_can_be_discarded(desk: Desk) -> None:
    await send_sample(desk)
    status = await sample_card(desk)

    [discarded] = await desk.press(status, "Discard them")
    [late] = await desk.press(status, "Send the other 30")

    assert "Discarded the other 30 requests" in discarded.visible_text
    assert "was discarded" in late.visible_text
    assert [len(each) for each in sent_ids(desk)] == [10]
    assert list((desk.settings.keep_requests.path / "drafts").iterdir()) == []


async def test_above_the_limit_one_approval_covers_the_sample_and_the_rest(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=35)
    await desk.press(await ask_about_file(desk, sound_file(40)), "Ask, with 10 first")
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    before = count_creates(desk)

    await desk.press(asked, "Approve", user=BEN)
    of_rest = await ask_about_rest(desk, await sample_card(desk))
    await desk.press(of_rest, "Send")

    assert before == 0
    assert "10 requests go first. Your approval covers all 40." in asked.visible_text
    assert [len(each) for each in sent_ids(desk)] == [10, 30]


async def test_in_parts_below_the_limit_a_file_above_it_is_not_sent_alone(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    await send_sample(desk)
    await desk.restart(request_limit=35)

    of_rest = await ask_about_rest(desk, await sample_card(desk))

    assert "Ask for approval" in of_rest.buttons


async def test_label_and_owner_go_to_both_and_they_name_each_other(desk: Desk) -> None:
    await send_sample(desk)
    await desk.press(await ask_about_rest(desk, await sample_card(desk)), "Send")

    first, other = oldest_first(desk)
    [rest] = await desk.type(f"/batch status {other.id}")
    [status] = await desk.type(f"/batch status {first.id}")
    assert f"the rest after the sample Batch {first.id[9:19]}" in rest.visible_text
    assert f"a sample with the rest in Batch {other.id[9:19]}" in status.visible_text
    assert "Send the other 30" not in status.buttons
    assert f"<@{ADA}>" in rest.visible_text
    assert f"<@{ADA}>" in status.visible_text


@pytest.mark.worker
async def test_the_end_of_a_sample_is_announced_with_its_results_and_the_next_step(desk: Desk) -> None:
    await desk.type("/batch notify none")
    answer = await send_sample(desk)
    [batch] = oldest_first(desk)
    await wait_for_card(desk, batch)

    await advance_and_sweep(desk, 90_000)
    told = await wait_for_notice(desk, batch)
    question = await ask_about_rest(desk, told)

    assert "Its card is" in answer.visible_text
    assert f"<@{ADA}>" in told.visible_text
    assert "The other 30 requests" in told.visible_text
    assert "Cost: " in told.visible_text
    assert told.buttons == ["Open", "Send the other 30", "Discard them"]
    assert "Send the other 30 requests" in question.visible_text


@pytest.mark.worker
async def test_a_late_press_on_a_public_notice_is_answered_in_private_and_leaves_the_notice(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    await send_sample(desk)
    [batch, *_] = oldest_first(desk)
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk, 90_000)
    told = await wait_for_notice(desk, batch)
    await desk.press(await ask_about_rest(desk, told), "Send")

    answers = [await desk.press(told, text, user=BEN) for text in ("Send the other 30", "Discard them")]

    assert [len(each) for each in answers] == [1, 1]
    assert all(reply.ephemeral_to == BEN for [reply] in answers)
    assert await wait_for_notice(desk, batch) == told
