"""HTTP mode accepts only what Slack signed just now, and response_urls lead only to Slack."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.playground.slack_simulator.http_delivery import encode_payload, sign_request
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, Desk


async def post_command(desk: Desk, secret: str, at: float, *, tamper: bool = False) -> int:
    """Post a cancel as Slack would, signed with this secret at this moment; the status of the answer."""
    [batch] = desk.api.workspace.batches
    payload = (await desk.slack.slash(ADA, BATCHES, "/batch help")).payload | {"text": f"cancel {batch.id}"}
    content_type, body = encode_payload("slash_commands", payload)
    timestamp = str(int(at))
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign_request(secret, timestamp, body),
    }
    async with aiohttp.ClientSession() as outside:
        sent = body.replace(b"cancel", b"delete") if tamper else body
        async with outside.post(desk.events_url, data=sent, headers=headers) as response:
            status = response.status
    await desk.bot.in_flight.drain()
    return status


@pytest.fixture
def guarded(http_desk: Desk) -> Desk:
    http_desk.api.workspace.add(processing_status="in_progress", processing=3)
    return http_desk


async def test_what_slack_signed_is_let_in(guarded: Desk) -> None:
    status = await post_command(guarded, guarded.slack.signing_secret, time.time())

    assert status == 200
    assert [request.method for request in guarded.api.requests] == ["GET", "POST"]


async def test_a_wrong_signature_is_401_and_nothing_is_done(guarded: Desk) -> None:
    status = await post_command(guarded, "0" * 32, time.time())

    assert status == 401
    assert guarded.api.requests == []


async def test_a_changed_body_is_401_and_nothing_is_done(guarded: Desk) -> None:
    status = await post_command(guarded, guarded.slack.signing_secret, time.time(), tamper=True)

    assert status == 401
    assert guarded.api.requests == []


@pytest.mark.parametrize("off", [-301, 600])  # five minutes and a second ago; time passes until the bot looks
async def test_an_old_or_future_timestamp_is_401_and_nothing_is_done(guarded: Desk, off: int) -> None:
    status = await post_command(guarded, guarded.slack.signing_secret, time.time() + off)

    assert status == 401
    assert guarded.api.requests == []


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "9" * 5_000])
async def test_a_timestamp_that_is_none_is_401_and_breaks_nothing(
    guarded: Desk, timestamp: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=0"}

    async with aiohttp.ClientSession() as outside, outside.post(guarded.events_url, data=b"x", headers=headers) as said:
        status = said.status

    assert status == 401
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/slack/events/x", "/slack/install"])
async def test_there_is_no_other_door(http_desk: Desk, path: str) -> None:
    url = f"http://127.0.0.1:{http_desk.bot.port}{path}"

    async with aiohttp.ClientSession() as outside, outside.post(url, data=b"x") as response:
        assert response.status in (404, 405)


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_bolt_reads_no_environment_past_the_settings(
    transport: str, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, "of-somebody-else")

    desk = await open_desk(transport)
    answers = await desk.type("/batch help")

    assert len(answers) == 1
    assert [record.getMessage() for record in caplog.records if record.name.startswith("slack_bolt")] == []
    assert os.environ["SLACK_CLIENT_ID"] == "of-somebody-else"


async def test_no_signature_at_all_is_401(http_desk: Desk) -> None:
    async with aiohttp.ClientSession() as outside, outside.post(http_desk.events_url, data=b"{}") as response:
        assert response.status == 401


@asynccontextmanager
async def stranger() -> AsyncIterator[tuple[str, list[str]]]:
    """Run a host that is not Slack's; give its address and the paths that were called."""
    called: list[str] = []

    async def take(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", called
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("shape", ["{stranger}/commands/T0/1/x", "{slack}@{bare}/x", "{slack}.{bare}/x", "file:///x"])
async def test_a_response_url_of_another_host_is_never_called(http_desk: Desk, shape: str) -> None:
    payload = (await http_desk.slack.slash(ADA, BATCHES, "/batch help")).payload

    async with stranger() as (address, called):
        bare = address.removeprefix("http://")
        url = shape.format(stranger=address, slack=http_desk.slack.url, bare=bare)
        acked, _ = await http_desk.deliver("slash_commands", payload | {"response_url": url})

    assert acked
    assert called == []
    assert len(http_desk.slack.calls("chat.postEphemeral")) == 1
