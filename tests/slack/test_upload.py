"""Files to Slack: streamed, retried where that helps, private unless asked, and reported when they fail."""

import tempfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel
from bot.scratch_file import ScratchFile
from bot.slack.file_delivery import FileDelivery
from bot.slack.retries import make_retry_handlers
from bot.slack.upload import FileUploader, list_shares
from bot.store.db.database import StoreUnavailable
from bot.ui.reply import File, Message

ADA = Caller(UserId("U0ADA"), TeamId("T0DEMO"), ChannelId("C0BATCHES"))
CONTENT = b'{"custom_id":"a"}\n' * 20_000
SAID = Message("It is in your messages.", ({"type": "section", "text": {"type": "plain_text", "text": "sent"}},))


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator() as simulator:
        yield simulator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def delivery(
    slack: SlackSimulator, session: aiohttp.ClientSession, *, largest: int = 1_000_000_000, origin: str | None = None
) -> FileDelivery:
    client = AsyncWebClient(
        slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=make_retry_handlers()
    )
    origins = frozenset({origin or slack.url})
    uploader = FileUploader(
        client, session, origins, tempfile.TemporaryFile, max_bytes=largest, retry_delay=0.01, share_delays=(0.0, 0.05)
    )
    return FileDelivery(client, uploader)


@pytest.fixture
def files(slack: SlackSimulator, session: aiohttp.ClientSession) -> FileDelivery:
    return delivery(slack, session)


async def stored_file(content: bytes = CONTENT) -> File:
    scratch_file = ScratchFile(tempfile.TemporaryFile)
    await scratch_file.write(content)
    await scratch_file.flush()
    return File("batch-results.jsonl", "batch-results.jsonl", scratch_file, SAID)


def sent(slack: SlackSimulator, channel: str = "D0ADA") -> list[SlackMessage]:
    return [message for message in slack.messages(channel) if message.files]


async def bytes_of(slack: SlackSimulator, message: SlackMessage) -> list[bytes]:
    async with httpx.AsyncClient(base_url=slack.url) as browser:
        return [(await browser.get(file["url"])).content for file in message.files]


async def test_a_file_arrives_byte_for_byte_in_the_callers_messages(slack: SlackSimulator, files: FileDelivery) -> None:
    said = await files.send(await stored_file(), ADA)

    [message] = sent(slack)
    assert await bytes_of(slack, message) == [CONTENT]
    assert said == SAID
    assert [call.arguments["length"] for call in slack.calls("files.getUploadURLExternal")] == [str(len(CONTENT))]
    assert sent(slack, "C0BATCHES") == []


async def test_a_small_file_from_memory_goes_the_same_way(slack: SlackSimulator, files: FileDelivery) -> None:
    await files.send(File("audit.csv", "Audit", b"id\r\n1\r\n", SAID), ADA)

    [message] = sent(slack)
    assert await bytes_of(slack, message) == [b"id\r\n1\r\n"]


async def test_a_public_file_goes_to_the_channel_it_was_asked_for_in(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    await files.send(replace(await stored_file(), public=True), ADA)

    assert len(sent(slack, "C0BATCHES")) == 1
    assert sent(slack) == []


async def test_in_a_channel_without_the_bot_a_public_file_goes_to_its_caller_alone_and_the_reply_says_so(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    public = replace(await stored_file(), public=True, message=replace(SAID, public=True))

    said = await files.send(public, replace(ADA, channel=ChannelId("C0GENERAL")))

    assert len(sent(slack)) == 1
    assert sent(slack, "C0GENERAL") == []
    assert "I'm not in <#C0GENERAL>" in said.text
    assert not said.public


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("conversations.open", "couldn't open our direct messages"),
        ("files.getUploadURLExternal", "Slack refused the file"),
        ("files.completeUploadExternal", "Slack refused the file"),
    ],
)
async def test_a_refusal_at_any_step_is_said_and_nothing_is_shared(
    slack: SlackSimulator, files: FileDelivery, method: str, words: str
) -> None:
    slack.fail_next(method, error="restricted_action")

    said = await files.send(await stored_file(), ADA)

    assert words in said.text
    assert "restricted_action" in said.text
    assert "batch-results.jsonl" in said.text
    assert sent(slack) == []


@pytest.mark.parametrize(("error", "status"), [("internal_error", 200), ("fatal_error", 500), ("trouble", 503)])
@pytest.mark.parametrize("public", [False, True])
async def test_after_an_unclear_answer_the_reply_does_not_claim_that_nothing_was_shared(
    slack: SlackSimulator, files: FileDelivery, error: str, status: int, public: bool
) -> None:
    slack.fail_next("files.completeUploadExternal", error=error, status=status)

    said = await files.send(replace(await stored_file(), public=public), ADA)

    assert "didn't confirm it" in said.text
    assert ("this channel and our direct messages" in said.text) == public
    assert "No file was sent" not in said.text


async def test_bytes_that_are_refused_are_not_sent_twice(slack: SlackSimulator, files: FileDelivery) -> None:
    slack.fail_next("upload", error="not_allowed", status=403)

    said = await files.send(await stored_file(), ADA)

    assert "HTTP 403" in said.text
    assert len(slack.calls("upload")) == 1
    assert sent(slack) == []


@pytest.mark.parametrize("status", [500, 503, 408, 429])
async def test_bytes_that_met_a_passing_trouble_are_sent_again_to_a_new_address(
    slack: SlackSimulator, files: FileDelivery, status: int
) -> None:
    slack.fail_next("upload", status=status, error="trouble", times=2)

    said = await files.send(await stored_file(), ADA)

    [message] = sent(slack)
    assert await bytes_of(slack, message) == [CONTENT]
    assert said == SAID
    assert len(slack.calls("files.getUploadURLExternal")) == 3


async def test_after_three_tries_it_is_given_up(slack: SlackSimulator, files: FileDelivery) -> None:
    slack.fail_next("upload", status=500, error="trouble", times=3)

    said = await files.send(await stored_file(), ADA)

    assert "Reason: `HTTP 500`" in said.text
    assert len(slack.calls("upload")) == 3


async def test_a_disk_that_cannot_be_read_is_reported_at_once_as_the_disk(
    slack: SlackSimulator, files: FileDelivery, tmp_path: Path
) -> None:
    scratch_file = ScratchFile(lambda: (tmp_path / "unreadable").open("wb"))
    await scratch_file.write(CONTENT)
    await scratch_file.flush()

    said = await files.send(File("batch-results.jsonl", "batch-results.jsonl", scratch_file, SAID), ADA)

    assert "Bad file descriptor" in said.text
    assert "Slack refused" not in said.text
    assert len(slack.calls("files.getUploadURLExternal")) == 1


async def test_an_address_that_is_not_slacks_is_not_called(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    said = await delivery(slack, session, origin="https://files.slack.com").send(await stored_file(), ADA)

    assert "an address that is not Slack's" in said.text
    assert slack.calls("upload") == []


async def test_a_file_too_large_for_slack_is_compressed_and_the_reply_says_so(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    said = await delivery(slack, session, largest=100_000).send(await stored_file(), ADA)

    [message] = sent(slack)
    assert [file["name"] for file in message.files] == ["batch-results.jsonl.gz"]
    assert zlib.decompress((await bytes_of(slack, message))[0], wbits=31) == CONTENT
    assert "compressed (gzip)" in said.text


async def test_a_file_too_large_even_compressed_comes_in_parts_and_the_reply_says_so(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    said = await delivery(slack, session, largest=500).send(await stored_file(), ADA)

    [message] = sent(slack)
    assert message.files[0]["name"].startswith("batch-results.jsonl.gz.part1of")
    assert zlib.decompress(b"".join(await bytes_of(slack, message)), wbits=31) == CONTENT
    assert f"{len(message.files)} parts" in said.text


async def test_an_empty_file_is_not_sent(slack: SlackSimulator, files: FileDelivery) -> None:
    said = await files.send(await stored_file(b""), ADA)

    assert "would be empty" in said.text
    assert slack.calls("files.getUploadURLExternal") == []


async def test_the_delivery_is_recorded_once_someone_has_the_file(slack: SlackSimulator, files: FileDelivery) -> None:
    noted: list[tuple[bool, int]] = []

    async def arrived(is_confirmed: bool) -> None:
        noted.append((is_confirmed, len(sent(slack))))

    slack.fail_next("files.completeUploadExternal", error="internal_error")
    await files.send(replace(await stored_file(), on_delivered=arrived), ADA)
    await files.send(replace(await stored_file(), on_delivered=arrived), ADA)

    assert noted == [(False, 0), (True, 1)]


async def test_a_store_that_cannot_note_it_does_not_hide_that_it_arrived(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    async def arrived(_is_confirmed: bool) -> None:
        raise StoreUnavailable("locked")

    said = await files.send(replace(await stored_file(), on_delivered=arrived), ADA)

    assert said == SAID
    assert len(sent(slack)) == 1


async def test_the_disk_has_its_room_back_afterwards(slack: SlackSimulator, files: FileDelivery) -> None:
    file = await stored_file()

    await files.send(file, ADA)

    assert isinstance(file.content, ScratchFile)
    with pytest.raises(ValueError, match="closed file"):
        await anext(file.content.pieces(0, 1))


async def test_a_completion_whose_answer_is_lost_counts_once_the_file_is_seen(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    noted: list[bool] = []

    async def arrived(is_confirmed: bool) -> None:
        noted.append(is_confirmed)

    slack.lose_next("files.completeUploadExternal")

    said = await files.send(replace(await stored_file(), on_delivered=arrived), ADA)

    assert said == SAID
    assert noted == [True]
    assert len(sent(slack)) == 1
    assert len(slack.calls("files.completeUploadExternal")) == 1


async def test_a_file_that_slack_shares_a_moment_later_is_sent(slack: SlackSimulator, files: FileDelivery) -> None:
    slack.delay_shares(0.02)

    said = await files.send(await stored_file(), ADA)

    assert said == SAID
    assert len(sent(slack)) == 1


async def test_a_file_that_slack_completes_and_never_shares_is_not_called_sent(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    noted: list[bool] = []

    async def arrived(is_confirmed: bool) -> None:
        noted.append(is_confirmed)

    slack.delay_shares(None)

    said = await files.send(replace(await stored_file(), on_delivered=arrived), ADA)

    assert said.text != SAID.text
    assert "Check our direct messages before you try again" in said.text
    assert "No file was sent" not in said.text
    assert noted == [False]


async def test_a_file_that_cannot_be_looked_at_is_unconfirmed(slack: SlackSimulator, files: FileDelivery) -> None:
    slack.fail_next("files.info", error="missing_scope", times=9)

    said = await files.send(await stored_file(), ADA)

    assert "missing_scope" in said.text
    assert "before you try again" in said.text


@pytest.mark.parametrize("error", ["internal_error", "missing_scope", "fatal_error"])
async def test_a_failed_look_up_of_a_channel_is_not_taken_for_no_membership(
    slack: SlackSimulator, files: FileDelivery, error: str
) -> None:
    slack.fail_next("conversations.info", error=error)
    public = replace(await stored_file(), public=True, message=replace(SAID, public=True))

    said = await files.send(public, ADA)

    assert len(sent(slack, "C0BATCHES")) == 1
    assert "I'm not in" not in said.text


async def test_a_channel_that_refuses_the_file_after_a_failed_look_up_gives_it_to_its_caller(
    slack: SlackSimulator, files: FileDelivery
) -> None:
    slack.fail_next("conversations.info", error="internal_error")
    public = replace(await stored_file(), public=True, message=replace(SAID, public=True))

    said = await files.send(public, replace(ADA, channel=ChannelId("C0GENERAL")))

    assert len(sent(slack)) == 1
    assert "I'm not in <#C0GENERAL>" in said.text


async def test_where_no_one_can_add_the_bot_no_one_is_told_to(slack: SlackSimulator, files: FileDelivery) -> None:
    slack.world.add(Channel("C0GROUP", "ada--ben", frozenset({"U0ADA", "U0BEN"}), is_mpim=True, is_private=True))
    public = replace(await stored_file(), public=True, message=replace(SAID, public=True))

    said = await files.send(public, replace(ADA, channel=ChannelId("C0GROUP"), is_direct=True))

    assert len(sent(slack)) == 1
    assert "nvite" not in said.text


async def test_a_public_file_goes_to_the_thread_of_its_button(slack: SlackSimulator, files: FileDelivery) -> None:
    await files.send(replace(await stored_file(), public=True), ADA, thread_ts="1700000000.000100")

    [message] = sent(slack, "C0BATCHES")
    assert message.thread_ts == "1700000000.000100"


@pytest.mark.parametrize(
    ("file", "channels"),
    [
        ({}, set()),
        ({"channels": None, "groups": None, "ims": None, "shares": None}, set()),
        ({"channels": ["C1"], "groups": ["G1"], "ims": ["D1"]}, {"C1", "G1", "D1"}),
        ({"shares": {"public": {"C1": [{"ts": "1.1"}]}, "private": {"D1": []}}}, {"C1", "D1"}),
        ({"shares": {"private": None}}, set()),
    ],
)
def test_every_list_of_a_file_object_says_where_it_is_shared(file: dict[str, Any], channels: set[str]) -> None:
    assert list_shares(file) == channels
