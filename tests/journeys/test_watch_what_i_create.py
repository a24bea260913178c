"""A batch that is created here is watched by its creator, where the form says."""

from typing import Any

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records import watches
from tests.desk import ADA, BATCHES, GENERAL, Desk
from tests.journeys.creating import ask_about_file, sound_file
from tests.journeys.watching import advance_and_sweep, wait_for_card, wait_for_notice


def chosen(file: str, where: str) -> dict[str, Any]:
    """Return what a form says in which a file and a place were chosen."""
    option = {"watch": {"watch": {"selected_option": {"value": where}}}}
    return {"file": {"file": {"files": [{"id": file}]}}, **option}


async def created(desk: Desk, where: str) -> SlackMessage:
    """Fill in the form, and send what it makes."""
    await desk.type("/batch create")
    modal = desk.slack.modal(ADA)
    assert modal is not None
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))
    [question] = await desk.new_messages_after(ADA, lambda: desk.slack.submit_view(ADA, modal.id, chosen(file, where)))
    [answer] = await desk.press(question, "Send")
    return answer


async def watched(desk: Desk) -> list[tuple[str, str]]:
    """Return who watches the newest batch, and where."""
    batch = desk.api.workspace.batches[0]
    found = await desk.bot.worker.services.database.run(lambda connection: watches.list_for_batch(connection, batch.id))
    return [(watch.user_id, watch.channel_id) for watch in found]


@pytest.mark.worker
async def test_a_batch_from_a_file_has_its_card_and_one_mention_at_its_end(desk: Desk) -> None:
    [answer] = await desk.press(await ask_about_file(desk, sound_file(5)), "Send")
    batch = desk.api.workspace.batches[0]

    await wait_for_card(desk, batch, " · running")
    await advance_and_sweep(desk, 90_000)
    told = await wait_for_notice(desk, batch)

    assert f"Its card is in <#{BATCHES}>. I'll mention you there when it ends." in answer.visible_text
    assert f"<@{ADA}>" in told.visible_text


@pytest.mark.parametrize(("where", "place"), [("here", BATCHES), ("dm", ADA)])
async def test_the_form_sets_where_a_batch_is_watched_and_a_word_ends_that(desk: Desk, where: str, place: str) -> None:
    await created(desk, where)
    begun = await watched(desk)

    await desk.type("/batch unwatch last")

    assert begun == [(ADA, place)]
    assert await watched(desk) == []


async def test_who_wants_no_watch_gets_none_and_can_still_begin_one(desk: Desk) -> None:
    answer = await created(desk, "none")

    assert await watched(desk) == []
    assert "Watch" in answer.buttons
    assert "Its card is" not in answer.visible_text


async def test_without_permission_to_post_the_batch_is_watched_in_direct_messages(desk: Desk) -> None:
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))
    [question] = await desk.type(f"/batch create {file}", channel=GENERAL)

    [answer] = await desk.press(question, "Send")

    assert await watched(desk) == [(ADA, ADA)]
    assert f"I can't post in <#{GENERAL}>. For a card there, type `/invite @Batchdesk`" in answer.visible_text


async def test_in_direct_messages_there_is_no_here_to_choose(desk: Desk) -> None:
    await desk.type("/batch create", channel=desk.slack.world.open_direct_message(ADA).id)

    modal = desk.slack.modal(ADA)
    assert modal is not None
    [field] = [block for block in modal.blocks if block.get("block_id") == "watch"]
    assert [option["value"] for option in field["element"]["options"]] == ["dm", "none"]
