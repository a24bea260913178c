"""Unknown commands, actions and events are acked, and a person gets a reply."""

from typing import Any

import pytest

from tests.desk import ADA, BATCHES, Desk


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    """Return an interactive payload as Slack sends it, with the fields of this kind."""
    return {
        "type": kind,
        "user": {"id": ADA, "team_id": "T0DEMO"},
        "team": {"id": "T0DEMO", "domain": "demo"},
        "api_app_id": "A0BATCHDESK",
        "trigger_id": "1.2.3",
        **more,
    }


def modal(**more: Any) -> dict[str, Any]:
    return {"id": "V0GONE", "type": "modal", "callback_id": "of another age", "state": {"values": {}}, **more}


async def test_an_unknown_command_is_acked_and_the_reply_names_ours(either_desk: Desk) -> None:
    [reply] = await either_desk.type("/batches status last")

    assert "Batchdesk doesn't know `/batches`" in reply.visible_text
    assert "/batch help" in reply.visible_text
    assert either_desk.api.requests == []


async def test_a_command_in_another_writing_is_not_ours(desk: Desk) -> None:
    [reply] = await desk.type("/BATCH\u200b status")

    assert "Batchdesk doesn't know `/BATCH`" in reply.visible_text


async def test_a_press_that_is_not_ours_is_acked_and_answered(either_desk: Desk) -> None:
    [reply] = await either_desk.new_messages_after(
        ADA, lambda: either_desk.slack.press_raw(ADA, BATCHES, value="{}", action_id="approve\nthis")
    )

    assert "This button is from another version of Batchdesk" in reply.visible_text


async def test_a_form_that_is_not_ours_is_closed_and_answered(http_desk: Desk) -> None:
    acked, body = await http_desk.deliver("interactive", interaction("view_submission", view=modal()))

    assert acked
    assert body is None
    [message] = http_desk.slack.messages("D0ADA", ADA)
    assert "This form is from another version of Batchdesk" in message.visible_text


async def test_a_closed_form_needs_nothing_but_an_ack(http_desk: Desk) -> None:
    acked, _ = await http_desk.deliver("interactive", interaction("view_closed", view=modal(), is_cleared=True))

    assert acked
    assert http_desk.slack.messages("D0ADA", ADA) == []


async def test_a_global_shortcut_is_acked_and_answered(http_desk: Desk) -> None:
    acked, _ = await http_desk.deliver("interactive", interaction("shortcut", callback_id="batches"))

    assert acked
    [message] = http_desk.slack.messages("D0ADA", ADA)
    assert "doesn't know this shortcut" in message.visible_text


async def test_a_message_shortcut_is_answered_in_its_channel(http_desk: Desk) -> None:
    command = await http_desk.slack.slash(ADA, BATCHES, "/batch help")
    await http_desk.bot.in_flight.drain()
    used = interaction(
        "message_action",
        callback_id="batches",
        channel={"id": BATCHES, "name": "batch-jobs"},
        message={"ts": "1.2", "text": "look at this"},
        response_url=command.response_url,
    )

    acked, _ = await http_desk.deliver("interactive", used)

    assert acked
    assert "doesn't know this shortcut" in http_desk.slack.messages(BATCHES, ADA)[-1].visible_text


async def test_a_menu_that_asks_for_options_gets_none(http_desk: Desk) -> None:
    asked = interaction("block_suggestion", action_id="menu", block_id="b", value="la", view=modal())

    acked, body = await http_desk.deliver("interactive", asked)

    assert acked
    assert body == {"options": []}


async def test_an_unexpected_event_is_acked_without_a_reply(http_desk: Desk) -> None:
    event = {"type": "message", "channel": BATCHES, "user": ADA, "text": "batch delete last", "ts": "1.2"}
    payload = {"type": "event_callback", "team_id": "T0DEMO", "api_app_id": "A0BATCHDESK", "event": event}

    acked, _ = await http_desk.deliver("events_api", payload)

    assert acked
    assert http_desk.slack.calls("chat.postMessage") == []
    assert http_desk.api.requests == []


async def test_the_messages_tab_of_app_home_draws_nothing(http_desk: Desk) -> None:
    event = {"type": "app_home_opened", "user": ADA, "channel": "D0ADA", "tab": "messages", "event_ts": "1.2"}
    payload = {"type": "event_callback", "team_id": "T0DEMO", "api_app_id": "A0BATCHDESK", "event": event}

    acked, _ = await http_desk.deliver("events_api", payload)

    assert acked
    assert http_desk.slack.home(ADA) is None


async def test_a_dialog_of_another_app_is_a_strangers_button(http_desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    command = await http_desk.slack.slash(ADA, BATCHES, "/batch help")
    await http_desk.bot.in_flight.drain()
    dialog = interaction(
        "dialog_submission",
        callback_id="c",
        submission={},
        channel={"id": BATCHES, "name": "batch-jobs"},
        response_url=command.response_url,
    )

    acked, _ = await http_desk.deliver("interactive", dialog)

    assert acked
    assert "This button is from another version" in http_desk.slack.messages(BATCHES, ADA)[-1].visible_text
    assert "unexpected error" not in caplog.text


async def test_a_dialog_without_a_way_back_is_answered_where_the_person_is(http_desk: Desk) -> None:
    dialog = interaction(
        "dialog_submission",
        callback_id="c",
        submission={},
        channel={"id": BATCHES, "name": "b"},
        response_url="https://hooks.example/dialog",
    )

    acked, _ = await http_desk.deliver("interactive", dialog)

    assert acked
    [message] = http_desk.slack.messages(BATCHES, ADA)
    assert "This button is from another version" in message.visible_text


@pytest.mark.parametrize(
    "payload",
    [
        interaction("dialog_cancellation", callback_id="c", response_url="https://hooks.example/x"),
        interaction("workflow_step_edit", callback_id="c", workflow_step={}),
        interaction("invented_today"),
    ],
    ids=lambda payload: str(payload["type"]),
)
async def test_what_is_not_ours_needs_nothing_but_an_ack(
    http_desk: Desk, payload: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    acked, _ = await http_desk.deliver("interactive", payload)

    assert acked
    assert http_desk.slack.messages("D0ADA", ADA) == []
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.mark.parametrize("kind", ["app_rate_limited", "invented_today"])
async def test_a_notice_that_is_no_event_is_acked(http_desk: Desk, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    notice = {"type": kind, "token": "x", "team_id": "T0DEMO", "minute_rate_limited": 1, "api_app_id": "A0BATCHDESK"}

    acked, body = await http_desk.deliver("events_api", notice)

    assert (acked, body) == (True, None)
    assert http_desk.slack.calls("chat.postMessage") == []
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
