"""Post, update and delete messages, and where the bot may not."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator

Arguments = dict[str, Any]

REFUSED: list[tuple[str, Arguments, str]] = [
    ("chat.postMessage", {"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C0SECRET", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "D0PAIR", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C0OLD", "text": "x"}, "is_archived"),
    ("chat.postMessage", {"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "U0GONE", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C0BATCHES"}, "no_text"),
    ("chat.postMessage", {"channel": "C0BATCHES", "text": " "}, "no_text"),
    ("chat.postMessage", {"channel": "C0BATCHES", "blocks": "{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "C0BATCHES", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "C0BATCHES", "blocks": [{"type": "section"}]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "C0BATCHES", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": "C0BATCHES", "markdown_text": "y" * 12_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": "C0BATCHES", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": "C0BATCHES", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_schema"),
    ("chat.postEphemeral", {"channel": "C0GENERAL", "user": "U0ADA", "text": "x"}, "not_in_channel"),
    ("chat.postEphemeral", {"channel": "C0INNER", "user": "U0BEN", "text": "x"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": "C0BATCHES", "text": "x"}, "invalid_arguments"),
    ("chat.update", {"channel": "C0BATCHES", "ts": "1.000001", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "C0BATCHES", "text": "x"}, "invalid_arguments"),
    ("chat.update", {"channel": "U0ADA", "ts": "1.000001", "text": "x"}, "channel_not_found"),
    ("chat.delete", {"channel": "C0BATCHES", "ts": "1.000001"}, "message_not_found"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED, ids=[f"{m} {e}" for m, _, e in REFUSED])
async def test_what_slack_refuses_to_post_is_refused(
    slack: SlackSimulator, client: AsyncWebClient, method: str, arguments: Arguments, error: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)

    assert caught.value.response["error"] == error
    assert not any(slack.messages(channel) for channel in slack.world.channels)


async def test_invalid_blocks_are_explained_as_slack_explains_them(client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0BATCHES", text="x", blocks=blocks)

    words = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert caught.value.response["response_metadata"]["messages"] == [words]


async def test_a_user_id_opens_the_direct_message(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel="U0GUEST", text="hello")

    assert slack.world.channels[answer["channel"]].is_im
    assert slack.messages(answer["channel"])[0].text == "hello"


async def test_a_long_text_is_cut_by_a_post_and_refused_by_an_update(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0BATCHES", text="x" * 40_001)

    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="C0BATCHES", ts=posted["ts"], text="x" * 4001)

    assert len(slack.messages("C0BATCHES")[0].text) == 40_000


async def test_an_ephemeral_message_is_one_persons_and_cannot_be_updated(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel="C0BATCHES", user="U0ADA", text="psst")

    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="C0BATCHES", ts=posted["message_ts"], text="x")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_delete(channel="C0BATCHES", ts=posted["message_ts"])

    assert [m.text for m in slack.messages("C0BATCHES", viewer="U0ADA")] == ["psst"]
    assert slack.messages("C0BATCHES", viewer="U0BEN") == []


async def test_an_update_with_text_alone_drops_the_blocks(slack: SlackSimulator, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0BATCHES", text="a", blocks=[{"type": "divider"}])

    await client.chat_update(channel="C0BATCHES", ts=posted["ts"], text="b")

    (message,) = slack.messages("C0BATCHES")
    assert (message.text, message.blocks, message.edited) == ("b", [], True)


async def test_another_persons_message_can_be_neither_updated_nor_deleted(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    await slack.say("U0ADA", "C0BATCHES", "mine")
    ts = slack.messages("C0BATCHES")[0].ts

    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel="C0BATCHES", ts=ts, text="x")
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(channel="C0BATCHES", ts=ts)


async def test_an_own_message_can_be_deleted(slack: SlackSimulator, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0BATCHES", text="a")

    await client.chat_delete(channel="C0BATCHES", ts=posted["ts"])

    assert slack.messages("C0BATCHES") == []


async def test_metadata_is_kept_by_an_update_and_cleared_by_an_empty_object(client: AsyncWebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"batch": "b"}}
    posted = await client.chat_postMessage(channel="C0BATCHES", text="a", metadata=metadata)

    await client.chat_update(channel="C0BATCHES", ts=posted["ts"], text="b")
    kept = await client.conversations_history(channel="C0BATCHES", include_all_metadata=True)
    plain = await client.conversations_history(channel="C0BATCHES")
    await client.chat_update(channel="C0BATCHES", ts=posted["ts"], text="c", metadata={})
    cleared = await client.conversations_history(channel="C0BATCHES", include_all_metadata=True)

    assert kept["messages"][0]["metadata"] == metadata
    assert "metadata" not in plain["messages"][0]
    assert "metadata" not in cleared["messages"][0]
