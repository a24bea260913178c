"""What is running, and what to do next."""

import re

from bot.playground.slack_simulator.records import SlackMessage, list_elements
from tests.conftest import OpenDesk
from tests.desk import BEN, Desk


def rows(message: SlackMessage) -> list[str]:
    """Return the batches that the menu of a list opens, in its order."""
    menu = next(element for _, element in list_elements(message.blocks) if element["type"] == "static_select")
    return [re.findall(r"msgbatch_\w+", option["value"])[0] for option in menu["options"]]


async def test_slash_batch_alone_shows_running_batches(either_desk: Desk) -> None:
    ended = either_desk.api.workspace.add(succeeded=7)
    running = either_desk.api.workspace.add(processing_status="in_progress", processing=320)

    [reply] = await either_desk.type("/batch")

    assert "1 batch in progress" in reply.visible_text
    assert rows(reply) == [running.id, ended.id]
    assert "320 requests" in reply.visible_text
    assert reply.ephemeral_to is not None


async def test_an_empty_workspace_is_said_to_be_empty(desk: Desk) -> None:
    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text
    assert "no batches yet" in reply.visible_text


async def test_what_was_not_looked_at_is_not_said_not_to_run(desk: Desk) -> None:
    desk.api.workspace.add(processing_status="in_progress", processing=1, age=7_200.0)
    for _ in range(100):
        desk.api.workspace.add(succeeded=1, age=3_600.0)

    [reply] = await desk.type("/batch")

    assert "Nothing is running among the newest 100 batches" in reply.visible_text
    assert "/batch list running" in reply.visible_text


async def test_what_is_older_than_a_day_runs_no_more(desk: Desk) -> None:
    for _ in range(101):
        desk.api.workspace.add(succeeded=1, age=90_000.0)

    [reply] = await desk.type("/batch")

    assert "among" not in reply.visible_text


async def test_everybody_sees_a_reply_that_was_asked_for_in_public(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=1)

    [reply] = await desk.type("/batch --public", user=BEN)

    assert reply.ephemeral_to is None
    assert rows(reply) == [batch.id]


async def test_a_private_reply_is_seen_by_its_caller_alone(desk: Desk) -> None:
    await desk.type("/batch")

    assert desk.slack.messages("C0BATCHES", BEN) == []


async def test_the_list_is_turned_with_older_and_newer_in_one_message(open_desk: OpenDesk) -> None:
    desk = await open_desk(seeded=True)
    newest = [batch.id for batch in desk.api.workspace.batches]

    [first] = await desk.type("/batch list")
    [second] = await desk.press(first, "Older")
    [back] = await desk.press(second, "Newer")

    assert (rows(first), rows(second), rows(back)) == (newest[:10], newest[10:], newest[:10])
    assert first.ts == second.ts == back.ts


async def test_a_list_can_be_narrowed(open_desk: OpenDesk) -> None:
    desk = await open_desk(seeded=True)
    newest = [batch.id for batch in desk.api.workspace.batches]

    [running] = await desk.type("/batch list running")
    [old] = await desk.type("/batch list ended --older-than 7d --limit 2")

    assert rows(running) == [newest[1], newest[3]]
    assert rows(old) == newest[10:12]


async def test_open_in_a_list_shows_the_card_below_and_keeps_the_list(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=2)
    [listed] = await desk.type("/batch list")

    [card] = await desk.open_first(listed)

    assert "all 2 succeeded" in card.visible_text
    assert batch.id in card.visible_text
    assert card.ts != listed.ts


async def test_help_shows_a_visitor_only_what_a_visitor_may_use(desk: Desk) -> None:
    [operators] = await desk.type("/batch help")
    [visitors] = await desk.type("/batch help", user=BEN)

    assert "`delete`" in operators.visible_text
    assert "`delete`" not in visitors.visible_text
    assert "/batch status" in visitors.visible_text


async def test_help_explains_one_verb_with_an_example(desk: Desk) -> None:
    [reply] = await desk.type("/batch help delete")

    assert "Example: `/batch delete last`" in reply.visible_text
