"""The Web API: tokens, scopes, ordered faults, unknown methods, ways to send arguments."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    answer: dict[str, Any] = caught.value.response.data
    return answer


async def test_the_real_sdk_learns_whose_token_it_has(client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["user_id"], answer["team_id"], answer["bot_id"]) == ("U0BATCHDESK", "T0DEMO", "B0BATCHDESK")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


TOKENS = [
    ("", "chat.postMessage", "not_authed"),
    ("xoxb-wrong", "chat.postMessage", "invalid_auth"),
    ("APP", "chat.postMessage", "not_allowed_token_type"),
    ("", "apps.connections.open", "not_authed"),
    ("xapp-wrong", "apps.connections.open", "invalid_auth"),
    ("BOT", "apps.connections.open", "not_allowed_token_type"),
    ("nonsense", "auth.test", "invalid_auth"),
]


@pytest.mark.parametrize(("token", "method", "error"), TOKENS)
async def test_tokens_of_the_wrong_kind_are_refused(slack: SlackSimulator, token: str, method: str, error: str) -> None:
    token = {"APP": slack.app_token, "BOT": slack.bot_token}.get(token, token)
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async with aiohttp.ClientSession() as session, session.post(slack.api_url + method, headers=headers) as response:
        answer = await response.json()

    assert answer == {"ok": False, "error": error}


async def test_an_app_token_counts_only_in_the_header(slack: SlackSimulator) -> None:
    url = f"{slack.api_url}apps.connections.open?token={slack.app_token}"

    async with aiohttp.ClientSession() as session, session.post(url) as response:
        answer = await response.json()

    assert answer["error"] == "not_authed"


async def test_a_missing_scope_is_named_with_the_granted_ones() -> None:
    async with SlackSimulator(scopes=frozenset({"commands", "chat:write"})) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)

        answer = await refusal(client, "users.info", user="U0ADA")

    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert answer["provided"] == "chat:write,commands"


async def test_the_scope_for_a_private_channel_is_its_own() -> None:
    async with SlackSimulator(scopes=frozenset({"channels:read"})) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)

        public = await client.conversations_info(channel="C0BATCHES")
        answer = await refusal(client, "conversations.info", channel="D0ADA")

    assert public["ok"]
    assert (answer["error"], answer["needed"]) == ("missing_scope", "im:read")


async def test_a_method_the_workspace_does_not_know_is_refused_and_recorded(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    answer = await refusal(client, "chat.shout", text="HELLO")

    assert answer["error"] == "unknown_method"
    assert [(call.method, call.error) for call in slack.calls()] == [("chat.shout", "unknown_method")]


async def test_a_429_on_order_carries_retry_after_and_is_used_up(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", retry_after=7)

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0BATCHES", text="one")
    again = await client.chat_postMessage(channel="C0BATCHES", text="two")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert again["ok"]
    assert [message.text for message in slack.messages("C0BATCHES")] == ["two"]


async def test_an_error_on_order_is_met_as_often_as_ordered(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.fail_next("users.info", error="fatal_error", status=500, times=2)

    errors = [(await refusal(client, "users.info", user="U0ADA"))["error"] for _ in range(2)]
    third = await client.users_info(user="U0ADA")

    assert errors == ["fatal_error"] * 2
    assert third["ok"]


@pytest.mark.parametrize("way", ["json", "form", "query"])
async def test_arguments_are_taken_in_every_form_the_sdk_sends(slack: SlackSimulator, way: str) -> None:
    blocks = '[{"type":"divider"}]'
    arguments = {"channel": "C0BATCHES", "text": "hi", "blocks": blocks, "token": slack.bot_token}
    sent: dict[str, Any] = {
        "json": {"json": arguments, "headers": {"Authorization": f"Bearer {slack.bot_token}"}},
        "form": {"data": arguments},
        "query": {"params": arguments},
    }[way]

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}chat.postMessage", **sent) as response,
    ):
        answer = await response.json()

    assert answer["ok"]
    assert [block["type"] for block in slack.messages("C0BATCHES")[0].blocks] == ["divider"]
    assert "token" not in slack.calls("chat.postMessage")[0].arguments


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_object_is_refused(slack: SlackSimulator, body: str, error: str) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}chat.postMessage", data=body, headers=headers) as response,
    ):
        answer = await response.json()

    assert answer["error"] == error
