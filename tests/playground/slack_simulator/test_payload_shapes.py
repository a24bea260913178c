"""Payloads have the keys and nulls of recorded ones (docs.slack.dev, interaction payloads; java-slack-sdk, samples)."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator

Json = dict[str, Any]

COMMON = {"type", "user", "api_app_id", "token", "team", "enterprise", "is_enterprise_install"}
VIEW = {
    "id", "team_id", "type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id",
    "state", "hash", "clear_on_close", "notify_on_close", "submit_disabled", "root_view_id", "previous_view_id",
    "app_id", "app_installed_team_id", "bot_id",
}  # fmt: skip
BUTTON: Json = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
MENU: Json = {
    "type": "static_select",
    "action_id": "kind",
    "placeholder": {"type": "plain_text", "text": "Kind"},
    "options": [{"text": {"type": "plain_text", "text": "First"}, "value": "1"}],
}
CARD: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Batch*"}},
    {"type": "actions", "elements": [BUTTON, MENU]},
]
MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "notify_on_close": True,
    "blocks": [{"type": "actions", "elements": [BUTTON]}],
}


async def post_card(client: AsyncWebClient, slack: SlackSimulator, **more: Any) -> SlackMessage:
    await client.chat_postMessage(channel="C0BATCHES", text="x", blocks=CARD, **more)
    return slack.messages("C0BATCHES")[-1]


@pytest.mark.usefixtures("acking_bot")
async def test_a_command_has_the_keys_of_a_workspace_without_an_organization(slack: SlackSimulator) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch list")

    assert delivery.payload.keys() == {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command", "text",
        "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
    }  # fmt: skip


@pytest.mark.usefixtures("acking_bot")
async def test_a_press_has_the_message_as_slack_keeps_it(slack: SlackSimulator, client: AsyncWebClient) -> None:
    message = await post_card(client, slack)

    payload = (await slack.press("U0ADA", message, action_id="go")).payload

    assert payload.keys() == COMMON | {
        "container", "trigger_id", "channel", "message", "state", "response_url", "actions",
    }  # fmt: skip
    assert payload["user"].keys() == {"id", "username", "name", "team_id"}
    assert payload["team"].keys() == {"id", "domain"}
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["container"].keys() == {"type", "message_ts", "channel_id", "is_ephemeral"}
    assert payload["message"].keys() == {"type", "user", "ts", "text", "bot_id", "app_id", "team", "blocks"}
    assert payload["message"]["blocks"][0]["text"] == {"type": "mrkdwn", "text": "*Batch*", "verbatim": False}
    [action] = payload["actions"]
    assert action.keys() == {"type", "action_id", "block_id", "action_ts", "text", "value"}
    assert action["text"] == {"type": "plain_text", "text": "Go", "emoji": True}


@pytest.mark.usefixtures("acking_bot")
async def test_a_choice_has_its_option_and_placeholder(slack: SlackSimulator, client: AsyncWebClient) -> None:
    message = await post_card(client, slack)

    payload = (await slack.press("U0ADA", message, action_id="kind", text="First")).payload

    [action] = payload["actions"]
    assert action.keys() == {"type", "action_id", "block_id", "action_ts", "selected_option", "placeholder"}
    assert action["selected_option"]["text"] == {"type": "plain_text", "text": "First", "emoji": True}


@pytest.mark.usefixtures("acking_bot")
async def test_a_press_in_a_thread_names_it_also_in_its_first_message(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    first = await post_card(client, slack)
    reply = await post_card(client, slack, thread_ts=first.ts)

    for message in (first, reply):
        payload = (await slack.press("U0ADA", message, action_id="go")).payload
        assert payload["container"]["thread_ts"] == payload["message"]["thread_ts"] == first.ts


@pytest.mark.usefixtures("acking_bot")
async def test_a_view_is_whole_and_its_hash_changes_with_it(slack: SlackSimulator, client: AsyncWebClient) -> None:
    message = await post_card(client, slack)
    trigger_id = (await slack.press("U0ADA", message, action_id="go")).payload["trigger_id"]
    opened = (await client.views_open(trigger_id=trigger_id, view=MODAL))["view"]
    view = slack.modal("U0ADA")
    assert view is not None

    pressed = (await slack.press("U0ADA", view, action_id="go")).payload
    updated = (await client.views_update(view_id=view.id, view=MODAL, hash=opened["hash"]))["view"]
    closed = (await slack.close_view("U0ADA", view.id)).payload

    assert opened.keys() == VIEW
    assert pressed.keys() == COMMON | {"container", "trigger_id", "view", "actions"}
    assert pressed["container"].keys() == {"type", "view_id"}
    assert (pressed["view"]["hash"], pressed["view"]["submit"], pressed["view"]["previous_view_id"]) == (
        opened["hash"],
        None,
        None,
    )
    assert updated["hash"] != opened["hash"]
    assert closed.keys() == COMMON | {"view", "is_cleared"}
    assert closed["view"]["hash"] == updated["hash"]


@pytest.mark.usefixtures("acking_bot")
async def test_an_app_of_the_organization_gets_no_team(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.world.enterprise_id = "E0ORG"
    message = await post_card(client, slack)

    of_workspace = (await slack.press("U0ADA", message, action_id="go")).payload
    slack.world.is_enterprise_install = True
    of_organization = (await slack.press("U0ADA", message, action_id="go")).payload
    command = (await slack.slash("U0ADA", "C0BATCHES", "/batch list")).payload
    home = (await slack.open_home("U0ADA")).payload

    assert of_workspace["team"].keys() == {"id", "domain", "enterprise_id", "enterprise_name"}
    assert of_workspace["enterprise"] == {"id": "E0ORG", "name": slack.world.team_domain}
    assert (of_organization["team"], of_organization["is_enterprise_install"]) == (None, True)
    assert of_organization["user"]["team_id"] == slack.world.team_id
    assert (command["enterprise_id"], command["is_enterprise_install"]) == ("E0ORG", True)
    assert home["authorizations"][0]["is_enterprise_install"] is True


@pytest.mark.usefixtures("acking_bot")
async def test_the_first_visit_of_the_home_tab_has_no_view(slack: SlackSimulator, client: AsyncWebClient) -> None:
    first = (await slack.open_home("U0ADA")).payload
    await client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": CARD})
    second = (await slack.open_home("U0ADA")).payload

    assert first.keys() == {
        "token", "team_id", "api_app_id", "event", "type", "event_id", "event_time", "authorizations",
        "is_ext_shared_channel", "event_context",
    }  # fmt: skip
    assert first["event"].keys() == {"type", "user", "channel", "tab", "event_ts"}
    assert second["event"]["view"].keys() == VIEW


async def test_a_deactivated_person_has_a_name_in_the_profile_alone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U0GONE"))["user"]

    assert user.keys() == {"id", "team_id", "name", "deleted", "is_bot", "profile"}
    assert user["profile"] == {"real_name": "Gil Gone", "display_name": ""}
