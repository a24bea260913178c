"""Messages of people cause the events that Slack sends (docs.slack.dev, app_mention, message.im, Events API)."""

import json
from typing import Any

import pytest
from aiohttp import web

from bot.playground.slack_simulator.message_text import write_message
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.state import ALL_SCOPES
from bot.playground.slack_simulator.world import Channel, make_demo_world

BOT = "U0BATCHDESK"


@pytest.mark.parametrize(
    ("typed", "text", "kinds"),
    [
        ("@Batchdesk status last", f"<@{BOT}> status last", ["rich_text_section"]),
        ("hey @ada <b> & #batch-jobs", "hey <@U0ADA> &lt;b&gt; &amp; <#C0BATCHES|>", ["rich_text_section"]),
        ("`@Batchdesk list`", "`@Batchdesk list`", ["rich_text_section"]),
        ("```@Batchdesk\nlist```", "```@Batchdesk\nlist```", ["rich_text_preformatted"]),
        ("> @Batchdesk list\nno", f"&gt; <@{BOT}> list\nno", ["rich_text_quote", "rich_text_section"]),
        ("me@batchdesk.example", "me@batchdesk.example", ["rich_text_section"]),
    ],
)
def test_what_is_typed_becomes_markup_except_in_code(typed: str, text: str, kinds: list[str]) -> None:
    written, blocks = write_message(typed, make_demo_world())

    assert written == text
    assert [element["type"] for element in blocks[0]["elements"]] == kinds


@pytest.mark.usefixtures("acking_bot")
async def test_a_mention_and_a_direct_message_have_the_fields_of_recorded_ones(slack: SlackSimulator) -> None:
    first = await slack.say("U0ADA", "C0BATCHES", "a question")
    await slack.say("U0ADA", "C0BATCHES", "@Batchdesk status last", thread_ts=first.ts)
    await slack.say("U0ADA", "D0ADA", "@Batchdesk list", files=[("a.jsonl", b"{}")])

    in_channel, mention, direct = (
        delivery.payload for delivery in slack.event_deliveries if delivery.payload["event"].get("text") != "a question"
    )

    assert (in_channel["event"]["type"], in_channel["event"]["channel_type"]) == ("message", "channel")
    assert mention["event"].keys() == {
        "type", "user", "ts", "client_msg_id", "text", "team", "blocks", "channel", "event_ts", "thread_ts",
        "parent_user_id",
    }  # fmt: skip
    assert mention["event_id"] != in_channel["event_id"]
    assert mention["authorizations"][0]["user_id"] == BOT
    assert (direct["event"]["channel_type"], direct["event"]["subtype"]) == ("im", "file_share")
    assert direct["event"]["files"][0]["name"] == "a.jsonl"


@pytest.mark.usefixtures("acking_bot")
async def test_an_app_hears_only_what_it_may_and_subscribes_to_and_where_it_is(slack: SlackSimulator) -> None:
    slack.world.add(Channel("C0GROUP", "ada--ben", frozenset({"U0ADA", BOT}), is_mpim=True, is_private=True))
    granted = ALL_SCOPES
    heard: dict[str, list[str]] = {}

    async def write(name: str) -> None:
        before = len(slack.event_deliveries)
        for channel in ("C0BATCHES", "C0GENERAL", "C0INNER", "C0GROUP", "D0ADA", "D0PAIR"):
            await slack.say("U0ADA", channel, f"@Batchdesk {channel}")
        heard[name] = [
            f"{delivery.payload['event']['type']} {delivery.payload['event']['channel']}"
            for delivery in slack.event_deliveries[before:]
        ]

    slack.set_events(frozenset({"app_mention", "message.im"}))
    await write("as the manifest")
    slack.set_scopes(granted - {"app_mentions:read"})
    await write("without the scope of mentions")
    slack.set_scopes(granted - {"app_mentions:read", "im:history"})
    await write("without both")
    slack.set_scopes(granted)
    slack.set_events(frozenset())
    await write("without subscriptions")

    assert heard == {
        "as the manifest": ["app_mention C0BATCHES", "app_mention C0INNER", "app_mention C0GROUP", "message D0ADA"],
        "without the scope of mentions": ["message D0ADA"],
        "without both": [],
        "without subscriptions": [],
    }
    slack.set_events(frozenset(), takes_messages=False)
    with pytest.raises(LookupError, match="turned off"):
        await slack.say("U0ADA", "D0ADA", "list")


@pytest.mark.usefixtures("acking_bot")
async def test_edits_deletions_and_other_apps_cause_events_of_their_own(slack: SlackSimulator) -> None:
    message = await slack.say("U0ADA", "D0ADA", "status last")
    mentioned = await slack.say("U0ADA", "C0BATCHES", "hello")
    before = len(slack.event_deliveries)

    await slack.take_back(await slack.edit("U0ADA", message, "delete last"))
    await slack.edit("U0ADA", mentioned, "@Batchdesk list")
    await slack.say_as_app("C0BATCHES", f"<@{BOT}> delete last")

    events = [delivery.payload["event"] for delivery in slack.event_deliveries[before:]]
    assert [(event["type"], event.get("subtype"), "edited" in event, "bot_id" in event) for event in events] == [
        ("message", "message_changed", False, False),
        ("message", "message_deleted", False, False),
        ("message", "message_changed", False, False),
        ("app_mention", None, True, False),
        ("message", "bot_message", False, True),
        ("app_mention", "bot_message", False, True),
    ]


async def test_an_event_without_an_ack_is_repeated_with_the_same_id(slack: SlackSimulator) -> None:
    seen: list[tuple[str | None, str | None, str]] = []

    async def answer(request: web.Request) -> web.Response:
        payload: dict[str, Any] = json.loads(await request.text())
        headers = request.headers
        seen.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason"), payload["event_id"]))
        slack._state.feed.wake()
        return web.Response(status=500 if len(seen) == 1 else 200)

    application = web.Application()
    application.router.add_post("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.http_target = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    slack.set_events(frozenset({"app_mention"}))

    await slack.say("U0ADA", "C0BATCHES", "@Batchdesk list")
    await slack.wait_for(lambda: len(seen) == 2)
    await slack.repeat_event(slack.event_deliveries[0], 2)
    await runner.cleanup()

    [first, second, third] = seen
    assert [first[:2], second[:2], third[:2]] == [(None, None), ("1", "http_error"), ("2", "http_timeout")]
    assert len({event_id for _, _, event_id in seen}) == 1
