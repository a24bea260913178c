"""Answers made to exhaust the bot, or to send it elsewhere: they are cut short, and it calls no other address."""

import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.clients import make_slack_client
from bot.proxies import Proxies
from bot.slack.bot_messages import BotMessages, ChannelUnchecked
from bot.slack.client import SlackClient
from bot.slack.errors import UnusableAnswer
from bot.slack.session import MAX_ANSWER_BYTES, open_slack_session
from bot.ui.reply import Message
from tests.desk import ADA, BATCHES, Desk

Elsewhere = tuple[str, list[str]]


@asynccontextmanager
async def serve(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Serve every path with `answer`, and yield the address."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """Provide the address of a server that is not Slack's, and the calls that it receives."""
    received: list[str] = []

    async def take(request: web.Request) -> web.Response:
        received.append(f"{request.method} {await request.text()}")
        return web.json_response({"ok": True, "user": {"id": ADA, "team_id": "T0DEMO"}})

    async with serve(take) as address:
        yield address, received


@pytest.fixture
def memory() -> Iterator[Callable[[], int]]:
    """Return what tells the most bytes that Python has allocated since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["users.info", "response_url"])
async def test_no_redirect_is_followed(method: str, status: int, desk: Desk, elsewhere: Elsewhere) -> None:
    address, received = elsewhere
    desk.slack.fail_next(method, status=status, location=address, times=3)

    [reply] = await desk.type("/batch")

    assert received == []
    assert ("Nothing is running" in reply.visible_text) == (method == "response_url")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/html", "application/gzip"])
async def test_an_answer_is_read_up_to_a_bound(
    encoding: str, status: int, content_type: str, memory: Callable[[], int]
) -> None:
    piece = b"[" * MAX_ANSWER_BYTES

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            status=status, headers={"Content-Type": content_type, "Content-Encoding": encoding}
        )
        await response.prepare(request)
        packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        with suppress(ConnectionError):
            for _ in range(20):
                await response.write(piece if encoding == "identity" else packer.compress(piece))
        return response

    async with serve(answer) as address, open_slack_session(Proxies()) as session:
        client = SlackClient("xoxb-1", base_url=address, session=session)
        with pytest.raises(UnusableAnswer):
            await client.auth_test()
        with pytest.raises(UnusableAnswer):
            await AsyncWebhookClient(address, session=session).send(text="hello")

    assert memory() < 10 * MAX_ANSWER_BYTES


WRONG: list[tuple[str, str, str]] = [
    (method, body, line)
    for method, line in [("views.open", "/batch create"), ("users.info", "/batch"), ("conversations.info", "/batch")]
    for body in (
        '{"ok": true}',
        '{"ok": true, "view": 5, "user": 5, "channel": 5}',
        '{"ok": true, "view": {}, "user": {"profile": 5}, "channel": []}',
        '{"ok": true, "view": {"id": null}, "user": {"enterprise_user": "x"}, "channel": null}',
        '{"ok": true, "view": [], "user": [], "channel": "C0BATCHES"}',
    )
]


@pytest.mark.parametrize(("method", "body", "line"), WRONG)
async def test_an_answer_of_another_shape_is_no_answer_and_the_person_gets_one(
    method: str, body: str, line: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.slack.fail_next(method, body=body, times=9)

    shown = await desk.type(line)

    assert shown or desk.slack.modal(ADA)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        '{"ok": true}',
        '{"ok": true, "channel": "D0ADA"}',
        '{"ok": true, "channel": []}',
        '{"ok": true, "channel": {"id": 5}}',
    ],
)
async def test_a_file_whose_direct_message_is_not_named_is_reported_as_not_sent(
    body: str, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    batch = desk.api.workspace.add(succeeded=1)
    desk.slack.fail_next("conversations.open", body=body, times=9)

    [reply] = await desk.type(f"/batch results {batch.id} --file")

    assert "No file was sent" in reply.visible_text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "body", ['{"ok": true}', '{"ok": true, "channel": null}', '{"ok": true, "channel": {"id": 5}}']
)
async def test_nothing_is_posted_where_slack_does_not_describe_the_channel(body: str, desk: Desk) -> None:
    async with open_slack_session(Proxies()) as session:
        messages = BotMessages(make_slack_client(desk.settings, session, retries=False))
        desk.slack.fail_next("conversations.info", body=body)

        with pytest.raises(ChannelUnchecked):
            await messages.post(BATCHES, Message("secret", ()), "k")

    assert desk.slack.calls("chat.postMessage") == []
