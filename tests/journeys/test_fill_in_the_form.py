"""`/batch create` alone: the form, the draft it makes, and the errors beside its fields."""

import asyncio
import logging
from typing import Any

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage, View
from bot.slack.progress_messages import ProgressTiming
from bot.store.records import drafts
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import count_creates, sound_file

TEMPLATE = "Translate into French: {value}"


async def opened(desk: Desk, user: str = ADA) -> View:
    await desk.type("/batch create", user=user)
    modal = desk.slack.modal(user)
    assert modal is not None
    return modal


async def prompt_form(desk: Desk) -> View:
    """Open the form and choose a prompt and a list as the source of the requests."""
    modal = await opened(desk)
    await desk.press(modal, "A prompt and a list")
    redrawn = desk.slack.modal(ADA)
    assert redrawn is not None
    return redrawn


def field_of(modal: View, name: str) -> dict[str, Any]:
    [block] = [block for block in modal.blocks if block.get("block_id") == name]
    return block


def typed(**fields: str) -> dict[str, Any]:
    return {name: {name: {"value": value}} for name, value in fields.items()}


def filled(file_id: str, **fields: str) -> dict[str, Any]:
    return {"file": {"file": {"files": [{"id": file_id}]}}, **typed(**fields)}


def newest(desk: Desk) -> SlackMessage:
    return desk.slack.messages(BATCHES, ADA)[-1]


async def test_a_file_from_the_form_is_confirmed_in_the_channel_of_the_command(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    modal = await opened(desk)
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))

    await desk.new_messages_after(ADA, lambda: desk.slack.submit_view(ADA, modal.id, filled(file, label="my run")))

    assert desk.slack.modal(ADA) is None
    assert "Send 5 requests" in newest(desk).visible_text
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    [card] = await desk.press(newest(desk), "Send")
    assert "✅ Sent 5 requests of" in card.visible_text


async def test_a_stopped_check_can_begin_again_with_the_fields_of_the_form(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.02, edit_interval=0.02, poll_interval=0.02)
    await desk.restart()
    modal = await opened(desk)
    state = filled(desk.slack.give_file(ADA, "mine.jsonl", sound_file(5)), label="“my” <run>")
    state |= {"owner": {"owner": {"selected_user": BEN}}, "watch": {"watch": {"selected_option": {"value": "dm"}}}}
    desk.slack.fail_next("download", delay=(never := asyncio.Event()))

    await desk.slack.submit_view(ADA, modal.id, state)
    await desk.slack.wait_for(lambda: desk.slack.calls("download") and desk.slack.messages(BATCHES, ADA), 10)
    await desk.slack.press(ADA, desk.slack.messages(BATCHES, ADA)[-1], text="Stop")
    await desk.bot.in_flight.drain()
    stopped = newest(desk)
    never.set()
    await desk.press(stopped, "Try again")
    [draft] = desk.bot.worker.services.database.transact(lambda connection: drafts.list_in_states(connection, "ready"))

    assert "Stopped reading" in stopped.visible_text
    assert "Send 5 requests" in newest(desk).visible_text
    assert (draft.label, draft.owner, draft.watch) == ("'my' <run>", BEN, "dm")


async def test_a_check_that_was_stopped_at_its_estimate_leaves_nothing_to_look_after(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.02, edit_interval=0.02, poll_interval=0.02)
    await desk.restart()
    desk.api.add_fault(ApiFault(path="/v1/messages/count_tokens", delay=20))
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))

    await desk.slack.slash(ADA, BATCHES, f"/batch create {file}")
    await desk.slack.wait_for(lambda: desk.slack.messages(BATCHES, ADA), 10)
    await desk.slack.press(ADA, desk.slack.messages(BATCHES, ADA)[-1], text="Stop")
    await desk.bot.in_flight.drain()

    database = desk.bot.worker.services.database
    assert "Stopped reading" in newest(desk).visible_text
    assert database.transact(lambda connection: drafts.list_in_states(connection, "checking", "ready")) == []


async def test_one_prompt_and_a_list_make_a_request_a_line(desk: Desk) -> None:
    modal = await prompt_form(desk)
    state = typed(template=TEMPLATE, list="one\n\ntwo\nthree\n", max_tokens="50")

    await desk.new_messages_after(ADA, lambda: desk.slack.submit_view(ADA, modal.id, state))

    assert "Send 3 requests" in newest(desk).visible_text


async def test_the_choice_of_the_source_redraws_the_form(desk: Desk) -> None:
    of_file = await opened(desk)

    of_prompt = await prompt_form(desk)
    await desk.press(of_prompt, "A JSONL file")

    names = [str(block.get("block_id")) for block in of_prompt.blocks if block["type"] == "input"]
    required = [str(block["block_id"]) for block in of_prompt.blocks if block.get("optional") is False]
    again = desk.slack.modal(ADA)
    assert again is not None
    assert names == ["source", "template", "list", "model", "max_tokens", "system", "label", "owner", "watch"]
    assert required == ["source", "template", "list", "model", "max_tokens"]
    assert field_of(of_prompt, "max_tokens")["label"]["text"] == "Max tokens per answer"
    assert "haiku" in field_of(of_prompt, "model")["element"]["initial_option"]["value"]  # the least expensive
    assert again.blocks[:2] == of_file.blocks[:2]
    assert again.id == of_prompt.id
    assert (of_prompt.body["submit"]["text"], of_prompt.body["close"]["text"]) == ("Check", "Cancel")


async def test_a_redrawn_form_is_answered_where_it_was_opened(desk: Desk) -> None:
    modal = await prompt_form(desk)

    await desk.new_messages_after(
        ADA, lambda: desk.slack.submit_view(ADA, modal.id, typed(template=TEMPLATE, list="one", label="my run"))
    )

    assert "Send 1 request?" in newest(desk).visible_text
    assert "label *my run*" in newest(desk).visible_text


async def test_a_mistake_is_shown_beside_its_field_and_the_form_stays_open(desk: Desk) -> None:
    modal = await prompt_form(desk)

    delivery = await desk.slack.submit_view(ADA, modal.id, typed(template="no place", list="a", max_tokens="many"))

    errors = delivery.ack_body["errors"]
    assert set(errors) == {"template", "max_tokens"}
    assert desk.slack.modal(ADA) is not None


@pytest.mark.parametrize("max_tokens", ["0000000019", "00000000" + "1" * 2_900, "1000001", "0", "-1", "1e3", "²"])
async def test_a_number_that_is_out_of_bounds_however_it_begins_is_a_mistake(desk: Desk, max_tokens: str) -> None:
    modal = await prompt_form(desk)

    delivery = await desk.slack.submit_view(ADA, modal.id, typed(template=TEMPLATE, list="a", max_tokens=max_tokens))

    assert set(delivery.ack_body["errors"]) == {"max_tokens"}


async def test_slack_submits_no_form_without_its_required_fields(desk: Desk) -> None:
    of_file = await desk.slack.submit_view(ADA, (await opened(desk)).id, {})
    of_prompt = await desk.slack.submit_view(ADA, (await prompt_form(desk)).id, {})

    assert (of_file.error, set(of_file.ack_body["errors"])) == ("input_required", {"file"})
    assert (of_prompt.error, set(of_prompt.ack_body["errors"])) == ("input_required", {"template", "list"})


async def test_a_form_submitted_twice_makes_one_draft(http_desk: Desk) -> None:
    desk = http_desk
    modal = await opened(desk)
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))
    payload = (await desk.slack.submit_view(ADA, modal.id, filled(file))).payload
    await desk.bot.in_flight.drain()
    before = len(desk.slack.messages(BATCHES, ADA))

    await desk.deliver("interactive", payload)

    new = desk.slack.messages(BATCHES, ADA)[before:]
    assert [message.buttons for message in new] == [[]]
    assert "already submitted this form" in new[0].visible_text


async def test_a_form_closed_half_way_leaves_nothing_behind(desk: Desk) -> None:
    modal = await opened(desk)
    before = desk.slack.messages(BATCHES, ADA)

    await desk.slack.close_view(ADA, modal.id)
    await desk.bot.in_flight.drain()

    assert desk.slack.messages(BATCHES, ADA) == before
    assert count_creates(desk) == 0


async def test_a_form_opens_while_everything_else_that_slack_is_asked_for_hangs(desk: Desk) -> None:
    everything_else = asyncio.Event()
    for method in ("users.info", "conversations.info", "usergroups.users.list"):
        desk.slack.fail_next(method, delay=everything_else)

    typed = await desk.slack.slash(ADA, BATCHES, "/batch create")
    waiting = await desk.slack.wait_for(lambda: desk.slack.modal(ADA))

    assert waiting is not None
    assert typed.acked
    assert "One moment" in waiting.visible_text
    everything_else.set()
    await desk.bot.in_flight.drain()
    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert (modal.id, modal.title) == (waiting.id, "Create a batch")


async def test_a_form_does_without_the_models_of_an_api_that_hangs(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(path="/v1/models*", delay=20))

    modal = await prompt_form(desk)

    assert field_of(modal, "model")["element"]["type"] == "plain_text_input"


async def test_what_is_submitted_is_acked_in_time_while_its_file_hangs(desk: Desk) -> None:
    modal = await opened(desk)
    file, slow = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5)), asyncio.Event()
    desk.slack.fail_next("files.info", delay=slow)

    delivery = await desk.slack.submit_view(ADA, modal.id, filled(file))

    assert delivery.acked
    assert desk.slack.modal(ADA) is None
    slow.set()
    await desk.bot.in_flight.drain()
    assert "Send 5 requests" in newest(desk).visible_text


async def test_a_form_closed_while_it_was_awaited_is_offered_again(desk: Desk) -> None:
    slow = asyncio.Event()
    desk.slack.fail_next("users.info", delay=slow)
    await desk.slack.slash(ADA, BATCHES, "/batch create")
    waiting = await desk.slack.wait_for(lambda: desk.slack.modal(ADA))
    assert waiting is not None

    await desk.slack.close_view(ADA, waiting.id)
    slow.set()
    await desk.bot.in_flight.drain()

    assert desk.slack.modal(ADA) is None
    assert newest(desk).buttons == ["Open the form"]


async def test_a_form_that_was_open_over_a_restart_can_be_submitted(desk: Desk) -> None:
    modal = await opened(desk)
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))
    await desk.restart()

    await desk.new_messages_after(ADA, lambda: desk.slack.submit_view(ADA, modal.id, filled(file)))

    assert "Send 5 requests" in newest(desk).visible_text
    assert count_creates(desk) == 0


async def test_a_form_that_cannot_be_opened_offers_itself_again(desk: Desk) -> None:
    desk.slack.fail_next("views.open", error="expired_trigger_id")

    [answer] = await desk.type("/batch create")
    await desk.press(answer, "Open the form")

    assert "couldn't open the form" in answer.visible_text
    assert desk.slack.modal(ADA) is not None


async def test_a_person_who_may_not_operate_is_refused_in_the_form(desk: Desk) -> None:
    modal = await opened(desk, user=BEN)

    assert "Only operators can do this" in modal.visible_text
