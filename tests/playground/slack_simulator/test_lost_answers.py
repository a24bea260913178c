"""Calls that are carried out and whose answer never arrives, and what a second call of the same kind answers."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground.slack_simulator.server import SlackSimulator

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Batch"},
    "blocks": [{"type": "divider"}],
    "external_id": "mine",
}
LOST = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)


async def uploaded(slack: SlackSimulator, client: AsyncWebClient) -> str:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(announced["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    return str(announced["file_id"])


async def test_a_call_is_carried_out_and_its_answer_is_lost(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.lose_next("chat.postMessage")

    with pytest.raises(LOST):
        await client.chat_postMessage(channel="C0BATCHES", text="one")
    await client.chat_postMessage(channel="C0BATCHES", text="two")

    assert [message.text for message in slack.messages("C0BATCHES")] == ["one", "two"]
    assert [call.status for call in slack.calls("chat.postMessage")] == [200, 200]


async def test_the_calls_before_the_lost_one_go_well(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.lose_next("conversations.open", after=1)

    await client.conversations_open(users="U0ADA")
    with pytest.raises(LOST):
        await client.conversations_open(users="U0ADA")


async def test_the_default_handlers_of_the_sdk_post_twice(slack: SlackSimulator) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    slack.lose_next("chat.postMessage")

    await client.chat_postMessage(channel="C0BATCHES", text="one")

    assert [message.text for message in slack.messages("C0BATCHES")] == ["one", "one"]


async def test_a_response_url_carries_out_what_it_does_not_answer(slack: SlackSimulator) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")
    slack.lose_next("response_url")

    with pytest.raises(LOST):
        await AsyncWebhookClient(str(delivery.response_url), retry_handlers=[]).send(text="here")

    assert [message.text for message in slack.messages("C0BATCHES")] == ["here"]


async def test_an_upload_address_takes_its_bytes_once(slack: SlackSimulator, client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    slack.lose_next("upload")

    async with aiohttp.ClientSession() as session:
        with pytest.raises(LOST):
            await session.post(announced["upload_url"], data=b"abc")
        async with session.post(announced["upload_url"], data=b"abc") as second:
            status = second.status

    assert status == 404
    assert (await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}]))["ok"]


async def test_a_repeated_completion_says_file_not_found_though_the_file_is_shared(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    file_id = await uploaded(slack, client)
    slack.lose_next("files.completeUploadExternal")

    with pytest.raises(LOST):
        await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0BATCHES")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0BATCHES")

    assert len(slack.messages("C0BATCHES")) == 1


async def test_a_repeated_opening_says_that_the_trigger_is_spent(slack: SlackSimulator, client: AsyncWebClient) -> None:
    trigger_id = str((await slack.slash("U0ADA", "C0BATCHES", "/batch create")).trigger_id)
    slack.lose_next("views.open")

    with pytest.raises(LOST):
        await client.views_open(trigger_id=trigger_id, view=MODAL)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger_id, view=MODAL)
    await client.views_update(external_id="mine", view=MODAL)

    assert slack.modal("U0ADA") is not None


@pytest.mark.parametrize(
    ("channel", "kind", "older"), [("C0BATCHES", "public", "channels"), ("D0ADA", "private", "ims")]
)
async def test_the_shares_of_a_file_name_its_channel_and_message(
    slack: SlackSimulator, client: AsyncWebClient, channel: str, kind: str, older: str
) -> None:
    file_id = await uploaded(slack, client)
    before = (await client.files_info(file=file_id))["file"]

    await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=channel)
    after = (await client.files_info(file=file_id))["file"]

    [message] = slack.messages(channel)
    assert "shares" not in before
    assert after["shares"] == {kind: {channel: [{"ts": message.ts}]}}
    assert after[older] == [channel]


async def test_a_completion_may_say_ok_and_share_nothing(slack: SlackSimulator, client: AsyncWebClient) -> None:
    file_id = await uploaded(slack, client)
    slack.delay_shares(None)

    answer = await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0BATCHES")

    assert answer["ok"]
    assert slack.messages("C0BATCHES") == []
    assert "shares" not in (await client.files_info(file=file_id))["file"]


async def test_a_share_may_come_later(slack: SlackSimulator, client: AsyncWebClient) -> None:
    file_id = await uploaded(slack, client)
    slack.delay_shares(0.01)

    await client.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0BATCHES")

    await slack.wait_for(lambda: slack.messages("C0BATCHES"))


async def test_a_file_object_has_the_fields_that_a_test_wants(slack: SlackSimulator, client: AsyncWebClient) -> None:
    file_id = slack.share_file("U0ADA", "C0BATCHES", "canvas", b"x").files[0]["id"]
    slack.change_file(file_id, {"mode": "quip"}, ["url_private_download"])

    body = (await client.files_info(file=file_id))["file"]
    async with (
        aiohttp.ClientSession() as session,
        session.get(body["url_private"], headers={"Authorization": f"Bearer {slack.bot_token}"}) as page,
    ):
        kind = page.content_type

    assert (body["mode"], "url_private_download" in body, kind) == ("quip", False, "text/html")


async def test_blocks_can_be_refused_whatever_they_are(slack: SlackSimulator, client: AsyncWebClient) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")
    url = AsyncWebhookClient(str(delivery.response_url), retry_handlers=[])
    slack.refuse_blocks()

    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.chat_postMessage(channel="C0BATCHES", text="text", blocks=[{"type": "divider"}])
    answer = await url.send_dict({"text": "text", "blocks": [{"type": "divider"}]})
    await client.chat_postMessage(channel="C0BATCHES", text="text")

    assert (answer.status_code, json.loads(answer.body)["error"]) == (400, "invalid_blocks")
    assert [message.text for message in slack.messages("C0BATCHES")] == ["text"]
