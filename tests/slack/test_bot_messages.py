"""A message whose answer is not in Slack's words: unknown, never taken for lost or refused."""

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    BotRefused,
    ChannelClosed,
    ChannelUnchecked,
    MessageCallFailed,
    MessageRefused,
    ScopeMissing,
    SlackRateLimited,
)
from bot.slack_faults import CLOSED_PLACE, FOR_GOOD, MISSING_SCOPE, PASSING, RATE_LIMITED
from bot.ui.reply import Message

Opened = Callable[..., Awaitable[BotMessages]]


@pytest.fixture
async def answering() -> AsyncIterator[Opened]:
    """Open a server that answers everything with one status, content type and body."""
    runners: list[web.AppRunner] = []
    session = aiohttp.ClientSession()

    async def opened(status: int, kind: str, body: str, *, allow_external: bool = True) -> BotMessages:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(status=status, content_type=kind, text=body)

        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", answer)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        client = AsyncWebClient("xoxb-1", base_url=url, session=session, retry_handlers=[])
        return BotMessages(client, allow_external=allow_external)

    yield opened
    await session.close()
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", "<html>maintenance</html>"),
        (503, "text/html", "<html>maintenance</html>"),
        (200, "text/plain", "maintenance"),
        (502, "text/plain", "bad gateway"),
        (200, "application/json", "<html>maintenance</html>"),
        (200, "application/json", "[]"),
        (200, "application/json", ""),
    ],
)
async def test_an_answer_that_is_not_slacks_is_doubtful(answering: Opened, status: int, kind: str, body: str) -> None:
    posting = await answering(status, kind, body)

    with pytest.raises(AnswerUncertain):
        await posting.post("C1", Message("hello", ()), "a key")


async def test_nothing_is_posted_while_slack_does_not_say_whether_a_channel_is_shared(answering: Opened) -> None:
    posting = await answering(503, "text/html", "<html>maintenance</html>", allow_external=False)

    with pytest.raises(ChannelUnchecked):
        await posting.post("C1", Message("hello", ()), "a key")
    with pytest.raises(ChannelUnchecked):
        await posting.update("C1", "1.0", Message("hello", ()))


async def test_a_proxy_that_limits_is_obeyed_too(answering: Opened) -> None:
    posting = await answering(429, "text/html", "<html>slow down</html>")

    with pytest.raises(SlackRateLimited):
        await posting.post("C1", Message("hello", ()), "a key")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, ScopeMissing if code == MISSING_SCOPE else BotRefused) for code in sorted(FOR_GOOD)),
        *((code, ChannelClosed) for code in sorted(CLOSED_PLACE)),
        *((code, AnswerUncertain) for code in sorted(PASSING - RATE_LIMITED)),
        *((code, SlackRateLimited) for code in sorted(RATE_LIMITED)),
        ("msg_too_long", MessageRefused),
    ],
)
async def test_each_refusal_is_of_the_kind_that_its_code_means(
    answering: Opened, code: str, kind: type[MessageCallFailed]
) -> None:
    posting = await answering(200, "application/json", f'{{"ok": false, "error": "{code}"}}')

    with pytest.raises(MessageCallFailed) as caught:
        await posting.post_once("C1", Message("hello", ()), "a key")

    assert type(caught.value) is kind
    assert code in str(caught.value) or kind is SlackRateLimited
