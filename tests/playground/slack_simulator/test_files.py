"""Files through the external-upload flow, and downloads of them."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator


async def test_the_real_sdk_uploads_a_file_into_a_channel(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(
        content="a,b\n", filename="audit.csv", channel="C0BATCHES", initial_comment="Here"
    )

    (message,) = slack.messages("C0BATCHES")
    assert (message.text, message.files[0]["name"], message.files[0]["size"]) == ("Here", "audit.csv", 4)
    assert answer["files"][0]["mimetype"] == "text/csv"


async def test_a_file_is_read_with_the_bots_token_and_else_a_login_page_is_served(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    uploaded = await client.files_upload_v2(content="a,b\n", filename="audit.csv")
    url = uploaded["files"][0]["url_private_download"]

    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": f"Bearer {slack.bot_token}"}) as response:
            content = await response.text()
        async with session.get(url) as response:
            login = (response.status, response.content_type)

    assert content == "a,b\n"
    assert login == (200, "text/html")


async def test_an_upload_of_another_length_than_announced_is_refused(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)

    async with (
        aiohttp.ClientSession() as session,
        session.post(announced["upload_url"], data=b"four") as response,
    ):
        status = response.status
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])

    assert status == 400


async def test_the_bot_shares_no_file_in_a_channel_it_is_not_in(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.files_upload_v2(content="x", filename="a.txt", channel="C0GENERAL")


async def test_the_upload_itself_can_fail_to_order(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.fail_next("upload", status=500)

    with pytest.raises(SlackRequestError, match="Failed to upload"):
        await client.files_upload_v2(content="x", filename="a.txt")

    assert [call.status for call in slack.calls("upload")] == [500]
