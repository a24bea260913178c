"""Which calls are repeated, and how long a call waits when Slack asks for it."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator
from bot.slack.retries import SlackWaits, is_harmless, make_retry_handlers

ONCE = ("chat.postMessage", "chat.postEphemeral", "chat.delete", "views.open", "files.completeUploadExternal")


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator() as simulator:
        yield simulator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def client(address: str, session: aiohttp.ClientSession, waits: SlackWaits | None = None) -> AsyncWebClient:
    return AsyncWebClient("xoxb-1", base_url=address, session=session, retry_handlers=make_retry_handlers(waits))


@pytest.mark.parametrize("method", [*ONCE, "a.method.nobody.knows"])
def test_what_shows_a_second_time_is_not_harmless(method: str) -> None:
    assert not is_harmless(method)


@pytest.mark.parametrize("method", ["users.info", "conversations.replies", "views.publish", "conversations.open"])
def test_what_changes_nothing_more_is_harmless(method: str) -> None:
    assert is_harmless(method)


async def test_a_harmless_call_whose_answer_is_lost_is_repeated(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    slack.lose_next("conversations.open")

    answer = await client(slack.api_url, session).conversations_open(users="U0ADA", token=slack.bot_token)

    assert answer["ok"]
    assert len(slack.calls("conversations.open")) == 2


async def test_a_message_whose_answer_is_lost_is_not_posted_again(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    slack.lose_next("chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client(slack.api_url, session).chat_postMessage(channel="C0BATCHES", text="one", token=slack.bot_token)

    assert len(slack.messages("C0BATCHES")) == 1


async def test_a_message_that_was_never_sent_is_tried_again(session: aiohttp.ClientSession) -> None:
    started: list[str] = []
    trace = aiohttp.TraceConfig()

    async def note(_session: object, _context: object, facts: aiohttp.TraceRequestStartParams) -> None:
        started.append(facts.method)

    trace.on_request_start.append(note)
    trace.freeze()
    session.trace_configs.append(trace)

    with pytest.raises(aiohttp.ClientConnectorError):
        await client("http://127.0.0.1:9/", session).chat_postMessage(channel="C0BATCHES", text="one")

    assert started == ["POST"] * 3


async def test_a_longer_wait_than_the_limit_fails_instead(
    slack: SlackSimulator, session: aiohttp.ClientSession
) -> None:
    slack.fail_next("users.info", retry_after=3600)

    with pytest.raises(SlackApiError, match="ratelimited"):
        await client(slack.api_url, session).users_info(user="U0ADA", token=slack.bot_token)


async def test_a_wait_is_reported_to_the_one_who_waits(slack: SlackSimulator, session: aiohttp.ClientSession) -> None:
    waits, reported = SlackWaits(), list[float]()
    slack.fail_next("users.info", retry_after=3)

    with waits.report_to(reported.append):
        calling = asyncio.create_task(
            client(slack.api_url, session, waits).users_info(user="U0ADA", token=slack.bot_token)
        )
    await slack.wait_for(lambda: reported)
    calling.cancel()

    assert reported == [3.0]
