"""What people can do to messages and modals, and what they cannot."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.records import SlackMessage, View
from bot.playground.slack_simulator.server import SlackSimulator

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def as_kept(option: Json) -> Json:
    return {**option, "text": {**option["text"], "emoji": True}}


OPTIONS = [{"text": plain("First"), "value": "1"}, {"text": plain("Second"), "value": "2"}]
NAME: Json = {
    "type": "input",
    "block_id": "name",
    "label": plain("Name"),
    "element": {"type": "plain_text_input", "action_id": "typed"},
}
KIND: Json = {
    "type": "input",
    "block_id": "kind",
    "label": plain("Kind"),
    "optional": True,
    "element": {"type": "static_select", "action_id": "picked", "options": OPTIONS, "initial_option": OPTIONS[0]},
}
CARD: list[Json] = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "go", "text": plain("Go"), "value": "1"},
            {"type": "overflow", "action_id": "more", "options": OPTIONS},
            {"type": "users_select", "action_id": "who"},
        ],
    },
    NAME,
]
FILLED = {"name": {"typed": {"type": "plain_text_input", "value": "nightly"}}}


def modal(title: str = "Create", **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "create",
        "title": plain(title),
        "submit": plain("Create"),
        "blocks": [NAME, KIND],
        **more,
    }


@pytest.fixture
async def app(slack: SlackSimulator, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client)

    @app.action("go")
    @app.action("more")
    @app.action("who")
    async def ignored(ack: Any) -> None:
        await ack()

    handler: Any = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.wait_for(lambda: slack.sockets == 1)
    yield app
    await handler.close_async()


async def opened(slack: SlackSimulator, client: AsyncWebClient, **more: Any) -> View:
    delivery = await slack.press_raw("U0ADA", "C0BATCHES", value="v", action_id="go")
    assert delivery.trigger_id
    await client.views_open(trigger_id=delivery.trigger_id, view=modal(**more))
    view = slack.modal("U0ADA")
    assert view is not None
    return view


async def card(slack: SlackSimulator, client: AsyncWebClient) -> SlackMessage:
    await client.chat_postMessage(channel="C0BATCHES", text="card", blocks=CARD)
    return slack.messages("C0BATCHES")[-1]


@pytest.mark.parametrize(
    "wanted", [{"action_id": "gone"}, {"text": "Gone"}, {}, {"action_id": "typed"}, {"action_id": "go", "text": "Stop"}]
)
async def test_what_is_not_there_cannot_be_pressed(
    slack: SlackSimulator, client: AsyncWebClient, wanted: dict[str, str]
) -> None:
    message = await card(slack, client)

    with pytest.raises(LookupError):
        await slack.press("U0ADA", message, **wanted)


async def test_no_one_presses_a_button_that_only_another_sees(slack: SlackSimulator, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="C0BATCHES", user="U0ADA", text="psst", blocks=CARD)

    with pytest.raises(LookupError):
        await slack.press("U0BEN", slack.messages("C0BATCHES")[0], "go")


async def test_a_choice_is_sent_as_slack_sends_it(slack: SlackSimulator, client: AsyncWebClient, app: AsyncApp) -> None:
    message = await card(slack, client)

    overflow = await slack.press("U0ADA", message, "more", text="Second")
    person = await slack.press("U0ADA", message, "who", selected="U0BEN", state=FILLED)

    assert overflow.payload["actions"][0]["selected_option"] == as_kept(OPTIONS[1])
    assert person.payload["actions"][0]["selected_user"] == "U0BEN"
    assert person.payload["state"]["values"]["name"]["typed"]["value"] == "nightly"
    with pytest.raises(LookupError):
        await slack.press("U0ADA", message, "more", text="Third")


async def test_a_forged_press_carries_any_value(slack: SlackSimulator, app: AsyncApp) -> None:
    delivery = await slack.press_raw("U0BEN", "C0BATCHES", value="old", action_id="go", message_ts="1.000001")

    assert delivery.acked
    assert delivery.payload["actions"][0]["value"] == "old"
    assert delivery.payload["container"]["message_ts"] == "1.000001"
    assert delivery.payload["user"]["id"] == "U0BEN"


@pytest.mark.parametrize(("user", "channel"), [("U0NOBODY", "C0BATCHES"), ("U0ADA", "C0NOWHERE")])
async def test_typing_needs_a_person_and_a_channel(slack: SlackSimulator, user: str, channel: str) -> None:
    with pytest.raises(LookupError):
        await slack.slash(user, channel, "/batch")


async def test_a_submission_carries_every_value_and_an_empty_ack_closes_the_modal(
    slack: SlackSimulator, client: AsyncWebClient, app: AsyncApp
) -> None:
    @app.view("create")
    async def submitted(ack: Any) -> None:
        await ack()

    view = await opened(slack, client, private_metadata="kept")

    delivery = await slack.submit_view("U0ADA", view.id, FILLED)

    values = delivery.payload["view"]["state"]["values"]
    assert delivery.acked
    assert values["name"]["typed"] == {"type": "plain_text_input", "value": "nightly"}
    assert values["kind"]["picked"]["selected_option"] == as_kept(OPTIONS[0])
    assert delivery.payload["view"]["private_metadata"] == "kept"
    assert delivery.payload["response_urls"] == []
    assert slack.modal("U0ADA") is None


async def test_an_empty_required_input_is_never_sent(slack: SlackSimulator, client: AsyncWebClient) -> None:
    view = await opened(slack, client)
    before = len(slack.calls())

    delivery = await slack.submit_view("U0ADA", view.id)

    assert delivery.error == "input_required"
    assert delivery.ack_body["errors"] == {"name": "Please complete this required field."}
    assert len(slack.calls()) == before
    assert slack.modal("U0ADA") is not None


ACKS: list[tuple[str, Json, str | None, list[str]]] = [
    ("errors", {"response_action": "errors", "errors": {"name": "taken"}}, None, ["Create"]),
    ("errors of no input", {"response_action": "errors", "errors": {"x": "?"}}, "invalid_response", ["Create"]),
    ("update", {"response_action": "update", "view": modal("Done")}, None, ["Done"]),
    ("a bad update", {"response_action": "update", "view": modal("x" * 25)}, "invalid_response", ["Create"]),
    ("push", {"response_action": "push", "view": modal("Next")}, None, ["Create", "Next"]),
    ("clear", {"response_action": "clear"}, None, []),
]


@pytest.mark.parametrize(("name", "ack_body", "error", "titles"), ACKS, ids=[name for name, *_ in ACKS])
async def test_the_acks_response_action_decides_what_is_open(
    slack: SlackSimulator,
    client: AsyncWebClient,
    app: AsyncApp,
    name: str,
    ack_body: Json,
    error: str | None,
    titles: list[str],
) -> None:
    @app.view("create")
    async def submitted(ack: Any) -> None:
        await ack(**ack_body)

    view = await opened(slack, client)

    delivery = await slack.submit_view("U0ADA", view.id, FILLED)

    assert (delivery.error, bool(slack.notices("U0ADA"))) == (error, error is not None), name
    open_now: list[str] = []
    while shown := slack.modal("U0ADA"):
        open_now.insert(0, shown.title)
        await slack.close_view("U0ADA", shown.id)
    assert open_now == titles


async def test_a_closed_modal_is_reported_only_if_the_app_asked_for_it(
    slack: SlackSimulator, client: AsyncWebClient, app: AsyncApp
) -> None:
    @app.view_closed("create")
    async def closed(ack: Any) -> None:
        await ack()

    quiet = await slack.close_view("U0ADA", (await opened(slack, client)).id)
    loud = await slack.close_view("U0ADA", (await opened(slack, client, notify_on_close=True)).id)

    assert (quiet.acked, quiet.payload) == (False, {})
    assert (loud.acked, loud.payload["is_cleared"]) == (True, True)


async def test_a_modal_is_one_persons(slack: SlackSimulator, client: AsyncWebClient) -> None:
    view = await opened(slack, client)

    with pytest.raises(LookupError):
        await slack.submit_view("U0BEN", view.id, FILLED)


async def test_the_visible_text_is_only_what_a_reader_sees(slack: SlackSimulator, client: AsyncWebClient) -> None:
    message = await card(slack, client)

    assert message.visible_text.splitlines()[0] == "Go"
    assert message.buttons == ["Go"]
    assert "plain_text" not in message.visible_text


async def test_buttons_inside_cards_and_containers_can_be_pressed(
    slack: SlackSimulator, client: AsyncWebClient, app: AsyncApp
) -> None:
    button = {"type": "button", "text": plain("Go"), "action_id": "go", "value": "1"}
    carousel = {"type": "carousel", "elements": [{"type": "card", "title": plain("A"), "actions": [button]}]}
    inner = {"type": "actions", "elements": [{**button, "text": plain("Inner")}]}
    container = {"type": "container", "title": plain("B"), "child_blocks": [inner]}
    await client.chat_postMessage(channel="C0BATCHES", text="x", blocks=[carousel, container])
    message = slack.messages("C0BATCHES")[0]

    deliveries = [await slack.press("U0ADA", message, text=text) for text in message.buttons]

    assert message.buttons == ["Go", "Inner"]
    assert all(delivery.acked for delivery in deliveries)
