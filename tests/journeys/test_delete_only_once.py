"""A confirmation is for one person, one batch in one state and five minutes, and allows one DELETE."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.playground.api_simulator.batch import Batch, Counts, Ending
from bot.playground.slack_simulator.records import Delivery, Json, SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk

YES = "Delete for good"


async def asked(desk: Desk) -> tuple[Batch, SlackMessage]:
    batch = desk.api.workspace.add(succeeded=10, errored=2)
    [question] = await desk.type("/batch delete last")
    return batch, question


def yes_button(question: SlackMessage) -> Json:
    """Return what the confirming button carries, for presses that no client would offer."""
    [row] = [block for block in question.blocks if block["type"] == "actions"]
    carried: Json = json.loads(row["elements"][0]["value"])
    return carried


async def test_twenty_presses_at_once_are_one_delete_and_each_press_has_one_visible_reply(either_desk: Desk) -> None:
    _, question = await asked(either_desk)
    posts_before = len(either_desk.slack.calls("response_url"))

    async def twenty() -> Delivery:
        pressed = [either_desk.slack.press(ADA, question, text=YES) for _ in range(20)]
        return (await asyncio.gather(*pressed))[0]

    seen = await either_desk.new_messages_after(ADA, twenty)

    assert len(either_desk.deletes) == 1
    posts = either_desk.slack.calls("response_url")[posts_before:]
    assert len(posts) == 20
    assert all(post.ok for post in posts)
    assert all("confirmed" in message.visible_text or "Deleted by" in message.visible_text for message in seen)


async def test_whatever_twenty_presses_leave_behind_no_button_is_left_to_press(either_desk: Desk) -> None:
    _, question = await asked(either_desk)

    await asyncio.gather(*(either_desk.slack.press(ADA, question, text=YES) for _ in range(20)))
    await either_desk.bot.in_flight.drain()

    buttons = {text for message in either_desk.slack.messages(BATCHES, ADA) for text in message.buttons}
    assert buttons <= {"All batches"}


async def test_no_one_confirms_for_someone_else(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    _, question = await asked(desk)
    value = json.dumps(yes_button(question))

    [reply] = await desk.new_messages_after(BEN, lambda: desk.slack.press_raw(BEN, BATCHES, value=value))

    assert f"Only <@{ADA}> can answer this" in reply.visible_text
    assert desk.deletes == []
    [gone] = await desk.press(question, YES)
    assert "Deleted by" in gone.visible_text


async def test_a_yes_after_five_minutes_is_none(desk: Desk) -> None:
    _, question = await asked(desk)
    desk.time.later = timedelta(minutes=5, seconds=1)

    [lapsed] = await desk.press(question, YES)

    assert "This question" in lapsed.visible_text
    assert (lapsed.ts, lapsed.buttons) == (question.ts, [])
    assert desk.deletes == []


async def test_a_yes_just_before_five_minutes_counts(desk: Desk) -> None:
    _, question = await asked(desk)
    desk.time.later = timedelta(minutes=4, seconds=50)

    [gone] = await desk.press(question, YES)

    assert "Deleted by" in gone.visible_text


async def test_a_batch_that_changed_meanwhile_is_not_deleted(desk: Desk) -> None:
    batch, question = await asked(desk)
    batch.ending = Ending(batch.ending.at, Counts(succeeded=11, errored=1))

    [changed] = await desk.press(question, YES)

    assert "The batch has changed since you were asked" in changed.visible_text
    assert (changed.ts, changed.buttons) == (question.ts, [])
    assert desk.deletes == []


async def test_a_batch_that_was_deleted_meanwhile_is_reported_as_gone(desk: Desk) -> None:
    batch, question = await asked(desk)
    desk.api.workspace.delete(batch.id)

    [gone] = await desk.press(question, YES)

    assert f"There is no batch `{batch.id}`" in gone.visible_text
    assert (gone.ts, gone.buttons) == (question.ts, [])
    assert desk.deletes == []


async def test_a_second_press_leaves_the_answer_and_shows_below_what_came_of_the_first(desk: Desk) -> None:
    batch, question = await asked(desk)
    [gone] = await desk.press(question, YES)

    [again] = await desk.press(question, YES)

    [kept] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == gone.ts]
    assert f"`{batch.id}`" in kept.visible_text
    assert again.ts != gone.ts
    assert "This was already confirmed" in again.visible_text
    assert "Outcome: done." in again.visible_text
    assert len(desk.deletes) == 1


async def test_yes_after_no_deletes_nothing(desk: Desk) -> None:
    _, question = await asked(desk)
    await desk.press(question, "Keep")

    [reply] = await desk.press(question, YES)

    assert "You already answered no" in reply.visible_text
    assert reply.ts != question.ts
    assert desk.deletes == []


async def test_no_after_yes_does_not_claim_that_anything_was_kept(desk: Desk) -> None:
    _, question = await asked(desk)
    await desk.press(question, YES)

    [reply] = await desk.press(question, "Keep")

    assert reply.ts != question.ts
    assert "Kept" not in reply.visible_text
    assert "no longer open" in reply.visible_text


async def test_a_permission_withdrawn_between_question_and_press_counts(desk: Desk) -> None:
    _, question = await asked(desk)
    await desk.restart(operators=(BEN,))

    [refused] = await desk.press(question, YES)

    assert "Only administrators can do this" in refused.visible_text
    assert (refused.ts, refused.buttons) == (question.ts, [])
    assert desk.deletes == []


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "{}",
        '{"v": 2, "text": "delete last"}',
        '{"text": "delete last", "yes": true}',
        "[" * 2_000,
        '{"text": "' + "delete " * 300 + '"}',
    ],
)
async def test_a_button_that_is_not_ours_does_nothing_and_says_so(either_desk: Desk, forged: str) -> None:
    either_desk.api.workspace.add(succeeded=1)

    [reply] = await either_desk.new_messages_after(ADA, lambda: either_desk.slack.press_raw(ADA, BATCHES, value=forged))

    assert "Try `/batch help`" in reply.visible_text or "Usage" in reply.visible_text
    assert either_desk.deletes == []


async def test_a_forged_confirmation_is_no_yes(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1)
    forged = json.dumps({"text": f"delete {batch.id}", "confirmation": "A" * 24})

    [reply] = await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value=forged))

    assert "I don't know this question" in reply.visible_text
    assert desk.deletes == []


async def test_a_yes_to_one_batch_deletes_no_other(desk: Desk) -> None:
    other = desk.api.workspace.add(succeeded=99, age=90_000.0)
    _, question = await asked(desk)
    moved = json.dumps(yes_button(question) | {"text": f"delete {other.id}"})

    [reply] = await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value=moved))

    assert "belongs to another question" in reply.visible_text
    assert desk.deletes == []


async def test_a_yes_to_cancel_does_not_delete(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    [question] = await desk.type("/batch cancel last")
    desk.api.advance(86_400)
    turned = json.dumps(yes_button(question) | {"text": f"delete {batch.id}"})

    [reply] = await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value=turned))

    assert "belongs to another question" in reply.visible_text
    assert desk.deletes == []
