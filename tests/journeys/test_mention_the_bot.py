"""Mentions in channels and threads, and direct messages with the bot: the same words as after /batch."""

from pathlib import Path

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.world import Channel
from bot.slack.scopes import OPTIONAL_SCOPES
from tests.conftest import OpenDesk
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, BOT, GENERAL, GUEST, SHARED, Desk
from tests.journeys.creating import sound_file
from tests.journeys.test_go_without_the_store import PATIENCE, locked

GROUP = "C0GROUP"
DIRECT = "D0ADA"
FILE = sound_file(1)


async def start_thread(desk: Desk) -> str:
    first = await desk.slack.say(BEN, BATCHES, "is the nightly one done?")
    return first.ts


def place(message: SlackMessage) -> tuple[str, str | None, str | None]:
    return message.channel, message.ephemeral_to, message.thread_ts


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_mention_is_answered_where_it_was_written_and_only_to_its_author(
    open_desk: OpenDesk, transport: str
) -> None:
    desk = await open_desk(transport)
    desk.slack.world.add(Channel(GROUP, "ada--ben", frozenset({ADA, BEN, BOT}), is_mpim=True, is_private=True))
    desk.api.workspace.add(succeeded=12)
    thread = await start_thread(desk)

    [in_channel] = await desk.say("@Batchdesk status last")
    [in_thread] = await desk.say("hey @Batchdesk: status `last`", thread_ts=thread)
    [in_group] = await desk.say("@Batchdesk status last", channel=GROUP)
    [overview] = await desk.say("thanks @Batchdesk")
    [for_all] = await desk.say("@Batchdesk status last --public", thread_ts=thread)
    asked = await desk.slack.say(ADA, BATCHES, "@Batchdesk list —public")
    await desk.bot.in_flight.drain()
    below = [message for message in desk.slack.messages(BATCHES) if message.thread_ts == asked.ts]

    assert place(in_channel) == (BATCHES, ADA, None)
    assert place(in_thread) == (BATCHES, ADA, thread)
    assert place(in_group) == (GROUP, ADA, None)
    assert all("12 succeeded" in each.visible_text for each in (in_channel, in_thread, in_group, for_all))
    assert "Nothing is running" in overview.visible_text
    assert place(for_all) == (BATCHES, None, thread)
    assert [message.ephemeral_to for message in below] == [None]


async def test_direct_messages_need_no_prefix_and_are_answered_by_messages_that_stay(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    first = await desk.slack.say(ADA, DIRECT, "status last")
    await desk.bot.in_flight.drain()

    lines = ("/batch status last", "@Batchdesk status last", "Status “last”")
    replies = [reply for line in lines for reply in await desk.say(line, channel=DIRECT)]
    [in_thread] = await desk.say("status last", channel=DIRECT, thread_ts=first.ts)
    [pressed] = await desk.press(in_thread, "Refresh") if "Refresh" in in_thread.choices else [in_thread]

    assert [place(reply) for reply in replies] == [(DIRECT, None, None)] * 3
    assert place(in_thread) == place(pressed) == (DIRECT, None, first.ts)
    assert all("12 succeeded" in each.visible_text for each in (*replies, in_thread))


async def test_what_does_not_address_the_bot_is_not_read(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    message = await desk.slack.say(ADA, DIRECT, "help")
    plain = await desk.slack.say(ADA, BATCHES, "hello")
    await desk.bot.in_flight.drain()
    calls = len(desk.slack.calls())
    seen = len(desk.slack.event_deliveries)

    await desk.slack.take_back(await desk.slack.edit(ADA, message, "delete last"))
    await desk.slack.edit(ADA, plain, "@Batchdesk delete last")
    await desk.slack.say_as_app(BATCHES, f"<@{BOT}> delete last")
    await desk.slack.say_as_app(DIRECT, "delete last")
    for line in ("> @Batchdesk delete last", "`@Batchdesk` and ```\n@Batchdesk delete last\n```", "batch delete last"):
        assert await desk.say(line) == []
    assert await desk.say("@Batchdesk delete last", channel=GENERAL) == []

    delivered = [delivery for delivery in desk.slack.event_deliveries[seen:] if delivery.acked]
    assert len(delivered) == 6
    assert len(desk.slack.calls()) == calls
    assert desk.api.requests == []


async def test_rights_are_those_of_a_slash_command(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA,))
    desk.api.workspace.add(succeeded=12)

    by_mention = [
        reply.visible_text
        for user, channel in ((BEN, BATCHES), (GUEST, BATCHES), ("U0STRANGER", SHARED), (ADA, SHARED))
        for reply in await desk.say("@Batchdesk delete last", user, channel)
    ]
    by_command = [
        reply.visible_text
        for user, channel in ((BEN, BATCHES), (GUEST, BATCHES), ("U0STRANGER", SHARED), (ADA, SHARED))
        for reply in await desk.type("/batch delete last", user, channel)
    ]

    assert by_mention == by_command
    assert len(by_mention) == 4
    assert desk.deletes == []


async def test_a_question_asked_in_a_thread_is_answered_there_to_its_end(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    thread = await start_thread(desk)

    [question] = await desk.say("@Batchdesk delete last", thread_ts=thread)
    [done] = await desk.press(question, "Delete for good")

    assert place(question) == place(done) == (BATCHES, ADA, thread)
    assert len(desk.deletes) == 1


async def test_a_verb_that_needs_a_form_offers_it_and_its_answer_comes_to_the_thread(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    thread = await start_thread(desk)

    [offer] = await desk.say("@Batchdesk create", thread_ts=thread)
    await desk.press(offer, "Open the form")
    form = desk.slack.modal(ADA)
    assert form is not None
    file_id = desk.slack.give_file(ADA, "a.jsonl", FILE)
    [question] = await desk.new_messages_after(
        ADA, lambda: desk.slack.submit_view(ADA, form.id, {"file": {"file": {"files": [file_id]}}})
    )
    [editing] = await desk.say("@Batchdesk edit last")
    [details] = await desk.say("@Batchdesk details last", channel=DIRECT)

    assert offer.buttons == editing.buttons == ["Open the form"]
    assert place(question) == (BATCHES, ADA, thread)
    assert "a.jsonl" in question.visible_text
    assert "Created" in details.visible_text


async def test_a_file_that_comes_with_the_message_becomes_a_batch_once_its_sender_agrees(desk: Desk) -> None:
    files = [("picture.png", b"x"), ("requests.jsonl", FILE)]

    [in_direct] = await desk.say("", channel=DIRECT, files=files)
    [in_channel] = await desk.say("@Batchdesk create", files=files)

    assert place(in_direct) == (DIRECT, None, None)
    assert place(in_channel) == (BATCHES, ADA, None)
    assert all("requests.jsonl" in each.visible_text for each in (in_direct, in_channel))
    assert [
        request for request in desk.api.requests if request.method == "POST" and request.path.endswith("batches")
    ] == []


async def test_people_in_a_note_are_named(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)

    await desk.say("@Batchdesk note last ask @ben first")
    [card] = await desk.say("@Batchdesk status last")

    assert "ask @Ben Ito first" in card.visible_text


async def test_an_event_is_answered_once_however_often_it_comes(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    [_] = await desk.say("@Batchdesk status last")
    [delivery] = desk.slack.event_deliveries

    await desk.slack.repeat_event(delivery, 1)
    await desk.restart()
    await desk.slack.repeat_event(delivery, 2)
    await desk.bot.in_flight.drain()

    assert len([message for message in desk.slack.messages(BATCHES) if message.ephemeral_to == ADA]) == 1


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "user_not_in_channel"])
async def test_an_answer_that_the_channel_refuses_comes_as_a_direct_message(desk: Desk, error: str) -> None:
    desk.api.workspace.add(succeeded=12)
    desk.slack.fail_next("chat.postEphemeral", error=error, times=2)

    [reply] = await desk.say("@Batchdesk status last")

    assert place(reply) == (DIRECT, None, None)


async def test_an_answer_that_slack_limits_comes_later(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    desk.slack.fail_next("chat.postEphemeral", retry_after=1)

    replies = await desk.say("@Batchdesk status last")

    assert [reply for reply in replies if "12 succeeded" in reply.visible_text]


async def test_without_the_optional_scopes_the_rest_works(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - OPTIONAL_SCOPES)
    desk.api.workspace.add(succeeded=12)

    assert await desk.say("@Batchdesk status last") == []
    assert await desk.say("status last", channel=DIRECT) == []
    [typed] = await desk.type("/batch status last", channel=DIRECT)

    assert "12 succeeded" in typed.visible_text


async def test_the_global_shortcut_opens_the_form_and_its_answer_is_a_direct_message(desk: Desk) -> None:
    messages = await desk.new_messages_after(ADA, lambda: desk.slack.global_shortcut(ADA, "create_batch"))
    form = desk.slack.modal(ADA)
    assert form is not None
    file_id = desk.slack.give_file(ADA, "a.jsonl", FILE)
    [question] = await desk.new_messages_after(
        ADA, lambda: desk.slack.submit_view(ADA, form.id, {"file": {"file": {"files": [file_id]}}})
    )

    assert messages == []
    assert form.title == "Create a batch"
    assert question.channel == DIRECT


async def test_a_failing_store_costs_no_answer_and_doubles_none(open_desk: OpenDesk, store_file: Path) -> None:
    desk = await open_desk(database_url=f"sqlite:///{store_file}?timeout={PATIENCE}")

    with locked(desk):
        [reply] = await desk.say("@Batchdesk help")
        before = len(desk.slack.messages(BATCHES))
        await desk.slack.repeat_event(desk.slack.event_deliveries[0])
        await desk.bot.in_flight.drain()

    assert "/batch" in reply.visible_text
    assert len(desk.slack.messages(BATCHES)) == before
