"""The page's protocol: its socket and its posts."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.page_options import CommandHint, Completion, PageOptions, ShortcutHint
from bot.playground.slack_simulator.records import TrafficEntry
from bot.playground.slack_simulator.server import SlackSimulator

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "1"}
CARD: list[Json] = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]


@pytest.fixture
async def page(browser: aiohttp.ClientSession) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with browser.ws_connect("/_page/socket") as socket:
        yield socket


async def post(browser: aiohttp.ClientSession, what: str, **body: Any) -> Json:
    async with browser.post(f"/_page/{what}", json=body) as response:
        answer: Json = await response.json()
        return answer


async def frame_of(page: aiohttp.ClientWebSocketResponse, kind: str) -> Json:
    while True:
        frame: Json = await page.receive_json(timeout=2)
        if frame["type"] == kind:
            return frame


async def test_a_page_first_receives_the_whole_world(slack: SlackSimulator, browser: aiohttp.ClientSession) -> None:
    command = CommandHint("/batch", "[verb]", (Completion("/batch help", "the verbs"),))
    slack.set_page_options(PageOptions((command,), (ShortcutHint("from_file", "From this file"),)))
    slack.set_events(frozenset())
    await slack.say("U0ADA", "C0BATCHES", "hello")

    async with browser.ws_connect("/_page/socket") as page:
        world = await page.receive_json()

    assert world["type"] == "world"
    assert world["bot"] == {"user_id": "U0BATCHDESK", "name": "Batchdesk"}
    ada = {"id": "U0ADA", "name": "Ada Berg", "title": "Operator", "is_guest": False, "is_bot": False}
    assert world["people"][1] == ada
    channels = {channel["id"]: channel for channel in world["channels"]}
    assert channels["D0ADA"]["kind"] == "im"
    assert channels["C0SHARED"]["is_shared_externally"] is True
    assert world["commands"][0]["completions"] == [{"text": "/batch help", "hint": "the verbs"}]
    fields = "channel ts user text blocks ephemeral_to thread_ts edited files at"
    assert list(world["messages"][0]) == fields.split()
    assert world["shortcuts"] == [{"callback_id": "from_file", "name": "From this file", "is_global": False}]
    assert world["views"] == world["homes"] == world["traffic"] == []


async def test_a_page_receives_changed_and_deleted_messages(
    page: aiohttp.ClientWebSocketResponse, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0BATCHES", text="a")
    new = await frame_of(page, "message")
    await client.chat_update(channel="C0BATCHES", ts=posted["ts"], text="b")
    changed = await frame_of(page, "message")
    await client.chat_delete(channel="C0BATCHES", ts=posted["ts"])
    deleted = await frame_of(page, "message_deleted")

    assert (new["message"]["text"], changed["message"]["text"]) == ("a", "b")
    assert new["message"]["ts"] == changed["message"]["ts"]
    assert deleted == {"type": "message_deleted", "channel": "C0BATCHES", "ts": posted["ts"]}


async def test_a_command_typed_on_the_page_reaches_the_bot_and_shows_in_the_pane(
    browser: aiohttp.ClientSession, page: aiohttp.ClientWebSocketResponse, acking_bot: list[str]
) -> None:
    answer = await post(browser, "command", user="U0ADA", channel="C0BATCHES", text="/batch status last")
    sent, answered = (await frame_of(page, "traffic"))["entry"], (await frame_of(page, "traffic"))["entry"]

    assert answer == {"ok": True}
    assert "text=status+last" in acking_bot[0]
    assert (sent["direction"], sent["title"]) == ("to_bot", "slash_commands /batch status last")
    assert (answered["id"], answered["status"]) == (sent["id"], "200")
    assert answered["ms"] > 0


async def test_a_failed_command_is_a_notice(
    browser: aiohttp.ClientSession, page: aiohttp.ClientWebSocketResponse
) -> None:
    await post(browser, "command", user="U0ADA", channel="C0BATCHES", text="/batch")

    notice = await frame_of(page, "notice")

    assert notice == {
        "type": "notice",
        "user": "U0ADA",
        "channel": "C0BATCHES",
        "text": '/batch failed with the error "dispatch_failed"',
    }


async def test_a_line_without_a_slash_is_the_persons_own_message(
    slack: SlackSimulator, browser: aiohttp.ClientSession
) -> None:
    answer = await post(browser, "command", user="U0BEN", channel="C0BATCHES", text="hello")

    assert answer == {"ok": True}
    assert [(m.user, m.text) for m in slack.messages("C0BATCHES")] == [("U0BEN", "hello")]


async def test_a_press_on_the_page_names_block_and_element(
    slack: SlackSimulator, browser: aiohttp.ClientSession, client: AsyncWebClient, acking_bot: list[str]
) -> None:
    posted = await client.chat_postMessage(channel="C0BATCHES", text="a", blocks=CARD)
    place = {"user": "U0ADA", "channel": "C0BATCHES", "ts": posted["ts"]}

    answer = await post(browser, "press", **place, block_id="row", action_id="go")
    wrong = await post(browser, "press", **place, block_id="another", action_id="go")

    assert answer == {"ok": True}
    assert wrong["ok"] is False
    assert len(acking_bot) == 1


async def test_modals_and_home_go_through_the_page(
    slack: SlackSimulator,
    browser: aiohttp.ClientSession,
    page: aiohttp.ClientWebSocketResponse,
    client: AsyncWebClient,
    acking_bot: list[str],
) -> None:
    element = {"type": "plain_text_input", "action_id": "typed"}
    field = {"type": "input", "block_id": "name", "label": plain("Name"), "element": element}
    view = {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": [field]}
    trigger = (await slack.slash("U0ADA", "C0BATCHES", "/batch create")).trigger_id
    assert trigger
    opened = await client.views_open(trigger_id=trigger, view=view)
    shown = await frame_of(page, "view")

    empty = await post(browser, "view_submit", user="U0ADA", view_id=opened["view"]["id"], state={})
    values = {"name": {"typed": {"type": "plain_text_input", "value": "x"}}}
    sent = await post(browser, "view_submit", user="U0ADA", view_id=opened["view"]["id"], state=values)
    closed = await frame_of(page, "view")
    again = await post(browser, "view_close", user="U0ADA", view_id=opened["view"]["id"])
    visited = await post(browser, "open_home", user="U0ADA")

    assert shown["stack"][0]["id"] == opened["view"]["id"]
    assert (empty["response_action"], list(empty["errors"])) == ("errors", ["name"])
    assert (sent, closed["stack"]) == ({"ok": True}, [])
    assert again["ok"] is False
    assert visited == {"ok": True}


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("command", {"user": "U0ADA"}),
        ("command", {"user": "U0ADA", "channel": "C0BATCHES", "text": "  "}),
        ("command", {"user": "U0BEN", "channel": "C0INNER", "text": "hello"}),
        ("command", {"user": "U0NOBODY", "channel": "C0BATCHES", "text": "/batch"}),
        ("press", {"user": "U0ADA", "channel": "C0BATCHES", "ts": "1.0", "action_id": "go"}),
        ("press", {"user": "U0ADA", "view_id": "V0", "action_id": "go"}),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(browser: aiohttp.ClientSession, what: str, body: Json) -> None:
    answer = await post(browser, what, **body)

    assert answer["ok"] is False
    assert answer["error"]


async def test_the_page_takes_no_command_slack_does_not_know(
    slack: SlackSimulator, browser: aiohttp.ClientSession
) -> None:
    slack.set_page_options(PageOptions((CommandHint("/batch"),)))

    answer = await post(browser, "command", user="U0ADA", channel="C0BATCHES", text="/bash")

    assert answer == {"ok": False, "error": "/bash is not a valid command."}


async def test_the_bot_is_invited_as_in_slack(
    slack: SlackSimulator, browser: aiohttp.ClientSession, page: aiohttp.ClientWebSocketResponse
) -> None:
    await frame_of(page, "world")
    lines = [("C0GENERAL", "/invite @Ben"), ("D0ADA", "/invite @Batchdesk"), ("C0GENERAL", "/invite @Batchdesk")]

    answers = [(await post(browser, "command", user="U0ADA", channel=place, text=text))["ok"] for place, text in lines]

    assert answers == [False, False, True]
    told = {channel["id"]: channel["members"] for channel in (await frame_of(page, "world"))["channels"]}
    assert "U0BATCHDESK" in told["C0GENERAL"]
    assert slack.world.channels["C0GENERAL"].members == {"U0ADA", "U0BEN", "U0BATCHDESK"}


async def test_the_page_advances_time_only_if_it_is_allowed_to(
    slack: SlackSimulator, browser: aiohttp.ClientSession
) -> None:
    passed: list[float] = []

    not_here = await post(browser, "let_pass", seconds=600)
    slack.set_page_options(PageOptions(let_pass=passed.append))
    answers = [(await post(browser, "let_pass", seconds=seconds))["ok"] for seconds in (600, -1, 1e12, "nan", "x")]

    assert not_here["ok"] is False
    assert answers == [True, False, False, False, False]
    assert passed == [600.0]


async def test_no_secret_reaches_the_pane(
    slack: SlackSimulator, page: aiohttp.ClientWebSocketResponse, client: AsyncWebClient
) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", f"/batch {slack.bot_token}")
    slack.record_traffic(TrafficEntry("GET /v1", "200", 1.0, {"x-api-key": "k3y", "Authorization": "Bearer k3y"}))
    await client.chat_postMessage(channel="C0BATCHES", text=f"{slack.app_token} sk-ant-api03-abc")
    await client.api_call("files.getUploadURLExternal", params={"filename": "a", "length": 1})

    frames = [await frame_of(page, "traffic") for _ in range(5)]

    shown = json.dumps([frame["entry"] for frame in frames])
    assert delivery.response_url
    for secret in (slack.bot_token, slack.app_token, "k3y", "abc", delivery.response_url.rsplit("/", 1)[1]):
        assert secret not in shown
    assert [frame["entry"]["direction"] for frame in frames] == ["to_bot", "to_bot", "to_api", "from_bot", "from_bot"]
