"""Two people who retry the same failures at the same time do not pay twice."""

import asyncio

from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN
from tests.journeys.creating import count_creates, sound_file
from tests.journeys.sampling import FIRST
from tests.journeys.test_retry_a_batch import ended


def rest_line(answer: SlackMessage) -> str:
    """Return what to type for the rest, as the answer about a sample says it."""
    return "/batch send " + answer.visible_text.split("/batch send ")[1][:6]


async def test_a_question_from_before_another_retry_sends_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    parent = await ended(desk, sound_file(12))
    [of_ada] = await desk.type(f"/batch retry {parent}")
    [of_ben] = await desk.type(f"/batch retry {parent}", user=BEN)
    await desk.press(of_ada, "Send")
    child = desk.api.workspace.batches[0].id

    [refused] = await desk.press(of_ben, "Send", user=BEN)
    before = count_creates(desk)
    [again] = await desk.press(refused, "Show the question again", user=BEN)
    await desk.press(again, "Send", user=BEN)

    assert (
        f"Since I asked you, another retry of the same failures began: *Batch {child[9:19]}*." in refused.visible_text
    )
    assert "Nothing was sent" in refused.visible_text
    assert before == 2
    assert f"*Batch {child[9:19]}* already retries failures of the same batch" in again.visible_text
    assert count_creates(desk) == 3


async def test_retries_pressed_at_once_by_several_send_one(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    parent = await ended(desk, sound_file(60))
    asked = [(user, (await desk.type(f"/batch retry {parent}", user=user))[0]) for user in (ADA, BEN, ADA, BEN)]
    before = count_creates(desk)

    await asyncio.gather(
        *(desk.slack.press(user, question, text=text) for user, question in asked for text in ("Send", FIRST))
    )
    await desk.bot.in_flight.drain()

    assert count_creates(desk) == before + 1


async def test_the_rest_of_a_sample_asks_again_after_another_retry(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    parent = await ended(desk, sound_file(60))
    [of_ada] = await desk.type(f"/batch retry {parent}")
    [first] = await desk.press(of_ada, FIRST)
    [of_rest] = await desk.type(rest_line(first))
    [of_ben] = await desk.type(f"/batch retry {parent}", user=BEN)
    await desk.press(of_ben, "Send", user=BEN)
    child, sample = desk.api.workspace.batches[0].id, desk.api.workspace.batches[1].id

    [refused] = await desk.press(of_rest, "Send")
    [again] = await desk.press(refused, "Show the question again")

    assert f"*Batch {child[9:19]}*" in refused.visible_text
    assert sample[9:19] not in refused.visible_text
    assert f"*Batch {child[9:19]}* already retries failures of the same batch" in again.visible_text
    assert count_creates(desk) == 3


async def test_a_yes_from_before_the_rest_of_anothers_sample_sends_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    parent = await ended(desk, sound_file(60))
    [of_ada] = await desk.type(f"/batch retry {parent}")
    [first] = await desk.press(of_ada, FIRST)
    [of_ben] = await desk.type(f"/batch retry {parent}", user=BEN)
    [of_rest] = await desk.type(rest_line(first))
    await desk.press(of_rest, "Send")

    [refused] = await desk.press(of_ben, "Send", user=BEN)

    assert f"*Batch {desk.api.workspace.batches[0].id[9:19]}*" in refused.visible_text
    assert count_creates(desk) == 3


async def test_an_approver_learns_of_other_retries_and_is_asked_again(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=None)
    parent = await ended(desk, sound_file(60))
    await desk.restart(operators=(ADA, BEN), request_limit=1)
    [of_ada] = await desk.type(f"/batch retry {parent}")
    await desk.press(of_ada, "Ask for approval")
    shared = desk.slack.messages(BATCHES, BEN)[-1]
    await desk.restart(operators=(ADA, BEN), request_limit=None)
    [of_ben] = await desk.type(f"/batch retry {parent}", user=BEN)
    await desk.press(of_ben, "Send", user=BEN)
    before = count_creates(desk)

    [told] = await desk.press(shared, "Approve", user=BEN)
    unsent = count_creates(desk)
    [own] = await desk.press(told, "Approve")
    [card] = await desk.press(told, "Approve", user=BEN)

    assert (
        f"*Batch {desk.api.workspace.batches[1].id[9:19]}* already retries failures of the same batch"
        in told.visible_text
    )
    assert "Only" in own.visible_text
    assert "✅ Approved by Ben Ito · " in card.visible_text
    assert (unsent, count_creates(desk)) == (before, before + 1)


async def test_the_person_who_asked_is_not_asked_for_approval(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=None)
    parent = await ended(desk, sound_file(12))
    [of_ada] = await desk.type(f"/batch retry {parent}")
    await desk.press(of_ada, "Send")
    await desk.restart(operators=(ADA, BEN), request_limit=1)
    [again] = await desk.type(f"/batch retry {parent}")
    await desk.press(again, "Ask for approval")

    [refused] = await desk.press(desk.slack.messages(BATCHES, ADA)[-1], "Approve")

    assert "Someone else must approve it" in refused.visible_text
    assert count_creates(desk) == 2
