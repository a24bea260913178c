"""Socket Mode, with the real SDK's client and the real Bolt handler, unmodified."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator

Payload = dict[str, Any]


@pytest.fixture
async def app(slack: SlackSimulator, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client)
    handler: Any = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    await slack.wait_for(lambda: slack.sockets == 1)
    yield app
    await handler.close_async()


async def open_socket(session: aiohttp.ClientSession, slack: SlackSimulator) -> aiohttp.ClientWebSocketResponse:
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as response:
        url = (await response.json())["url"]
    return await session.ws_connect(url)


async def test_a_command_reaches_bolt_and_is_acked_with_a_body(slack: SlackSimulator, app: AsyncApp) -> None:
    seen: list[Payload] = []

    @app.command("/batch")
    async def answer(ack: Any, command: Payload) -> None:
        seen.append(command)
        await ack("only for you")

    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch status last")

    assert delivery.acked
    assert delivery.ack_ms is not None
    assert delivery.ack_body == {"text": "only for you"}
    assert [(m.text, m.ephemeral_to) for m in slack.messages("C0BATCHES")] == [("only for you", "U0ADA")]
    assert seen[0]["text"] == "status last"
    assert seen[0]["is_enterprise_install"] is False
    assert {"team_id", "channel_name", "user_name", "api_app_id", "response_url", "trigger_id"} < seen[0].keys()


async def test_a_public_ack_body_also_shows_what_was_typed(slack: SlackSimulator, app: AsyncApp) -> None:
    @app.command("/batch")
    async def answer(ack: Any) -> None:
        await ack(text="for all", response_type="in_channel")

    await slack.slash("U0ADA", "C0BATCHES", "/batch list")

    assert [m.text for m in slack.messages("C0BATCHES", viewer="U0BEN")] == ["/batch list", "for all"]


async def test_a_press_carries_its_message_and_an_ephemeral_press_only_its_container(
    slack: SlackSimulator, app: AsyncApp, client: AsyncWebClient
) -> None:
    seen: list[Payload] = []
    label = {"type": "plain_text", "text": "Go", "emoji": True}
    button = {"type": "button", "action_id": "go", "text": label, "value": "v"}
    blocks = [{"type": "actions", "block_id": "row", "elements": [button]}]
    await client.chat_postMessage(channel="C0BATCHES", text="public", blocks=blocks)
    await client.chat_postEphemeral(channel="C0BATCHES", user="U0ADA", text="psst", blocks=blocks)

    @app.action("go")
    async def pressed(ack: Any, body: Payload) -> None:
        seen.append(body)
        await ack()

    for message in slack.messages("C0BATCHES"):
        await slack.press("U0ADA", message, text="Go")

    public, ephemeral = seen
    assert public["message"]["text"] == "public"
    assert public["container"]["is_ephemeral"] is False
    assert public["actions"][0] | {"action_ts": ""} == {**button, "block_id": "row", "action_ts": ""}
    assert "message" not in ephemeral
    assert ephemeral["container"]["is_ephemeral"] is True
    assert ephemeral["channel"]["id"] == "C0BATCHES"
    assert public["response_url"] != ephemeral["response_url"]


async def test_a_visit_to_the_home_tab_is_an_event(slack: SlackSimulator, app: AsyncApp) -> None:
    seen: list[Payload] = []

    @app.event("app_home_opened")
    async def visited(event: Payload) -> None:
        seen.append(event)

    delivery = await slack.open_home("U0ADA")
    await slack.wait_for(lambda: seen or slack.notices("U0ADA"))

    assert delivery.acked
    assert (seen[0]["user"], seen[0]["tab"], seen[0]["channel"]) == ("U0ADA", "home", "D0ADA")


async def test_a_command_without_an_ack_shows_a_timeout(slack: SlackSimulator, app: AsyncApp) -> None:
    @app.command("/batch")
    async def never(ack: Any) -> None:
        pass

    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert (delivery.acked, delivery.error) == (False, "operation_timeout")
    assert slack.notices("U0ADA") == ['/batch failed with the error "operation_timeout"']


async def test_with_no_connection_the_command_fails_at_once(slack: SlackSimulator) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert (delivery.acked, delivery.error) == (False, "dispatch_failed")
    assert slack.notices("U0ADA") == ['/batch failed with the error "dispatch_failed"']


async def test_a_warned_client_comes_back_on_a_fresh_connection(slack: SlackSimulator, app: AsyncApp) -> None:
    @app.command("/batch")
    async def answer(ack: Any) -> None:
        await ack()

    await slack.refresh_sockets()
    await slack.wait_for(lambda: slack.sockets == 1)
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert delivery.acked
    assert len(slack.calls("apps.connections.open")) == 2


async def test_a_disconnected_client_comes_back(slack: SlackSimulator, client: AsyncWebClient) -> None:
    socket: Any = SocketModeClient(app_token=slack.app_token, web_client=client, ping_interval=0.05)
    await socket.connect()
    await slack.wait_for(lambda: slack.sockets == 1)

    await slack.disconnect_sockets()
    await slack.wait_for(lambda: slack.sockets == 1)

    assert len(slack.calls("apps.connections.open")) == 2
    await socket.close()
    assert socket.aiohttp_client_session.closed


async def test_an_address_works_once(slack: SlackSimulator) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await open_socket(session, slack)
        url = str(socket._response.url)

        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)

        assert (await socket.receive_json())["type"] == "hello"


async def test_each_payload_goes_to_one_connection_in_turn(slack: SlackSimulator) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await open_socket(session, slack) for _ in range(2)]
        for socket in sockets:
            await socket.receive_json()
        commands = [asyncio.create_task(slack.slash("U0ADA", "C0BATCHES", f"/batch {n}")) for n in range(4)]

        for _ in range(2):
            for socket in sockets:
                frame = await socket.receive_json()
                assert frame["accepts_response_payload"] is True
                await socket.send_json({"envelope_id": frame["envelope_id"]})
        deliveries = await asyncio.gather(*commands)

    assert all(delivery.acked for delivery in deliveries)


async def test_the_eleventh_connection_is_one_too_many(slack: SlackSimulator) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await open_socket(session, slack) for _ in range(11)]

        frames = [await socket.receive_json() for socket in sockets]

    assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"


async def test_an_ack_for_another_envelope_acks_nothing(slack: SlackSimulator) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await open_socket(session, slack)
        await socket.receive_json()
        command = asyncio.create_task(slack.slash("U0ADA", "C0BATCHES", "/batch"))
        await socket.receive_json()

        for frame in ('{"envelope_id": "another"}', "not json", "[]"):
            await socket.send_str(frame)
        delivery = await command

    assert delivery.error == "operation_timeout"
