"""Signed delivery by HTTP, to a real Bolt app behind its own aiohttp server."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator

Payload = dict[str, Any]
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


async def run(application: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


@pytest.fixture
async def app(slack: SlackSimulator, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)
    runner, slack.http_target = await run(app.web_app("/slack/events"))
    yield app
    await runner.cleanup()


@pytest.fixture
async def serve(slack: SlackSimulator) -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        application = web.Application()
        application.router.add_post("/slack/events", handler)
        runner, target = await run(application)
        runners.append(runner)
        slack.http_target = target
        return target

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_bolt_accepts_the_signature_and_its_ack_comes_back(slack: SlackSimulator, app: AsyncApp) -> None:
    seen: list[Payload] = []

    @app.command("/batch")
    async def answer(ack: Any, command: Payload) -> None:
        seen.append(command)
        await ack("hello")

    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch status <!channel> & more")

    assert (delivery.acked, delivery.error, delivery.ack_body) == (True, None, "hello")
    assert seen[0]["text"] == "status <!channel> & more"
    assert seen[0]["is_enterprise_install"] == "false"
    assert [(m.text, m.ephemeral_to) for m in slack.messages("C0BATCHES")] == [("hello", "U0ADA")]


async def test_a_press_and_a_visit_reach_bolt_too(slack: SlackSimulator, app: AsyncApp) -> None:
    seen: list[str] = []

    @app.action("x")
    async def pressed(ack: Any, body: Payload) -> None:
        await ack()
        seen.append(body["actions"][0]["value"])

    @app.event("app_home_opened")
    async def visited(event: Payload) -> None:
        seen.append(event["type"])

    press = await slack.press_raw("U0BEN", "C0BATCHES", value="forged")
    visit = await slack.open_home("U0BEN")

    assert press.acked
    assert visit.acked
    assert seen[0] == "forged"


async def test_what_bolt_does_not_know_fails_with_its_status(slack: SlackSimulator, app: AsyncApp) -> None:
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/unknown")

    assert (delivery.acked, delivery.error) == (False, "404")
    assert slack.notices("U0ADA") == ['/unknown failed with the error "dispatch_failed"']


async def test_bodies_are_signed_and_encoded_as_slack_does(slack: SlackSimulator, serve: Serve) -> None:
    verifier = SignatureVerifier(slack.signing_secret)
    seen: list[tuple[bool, str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        body = await request.text()
        seen.append((verifier.is_valid_request(body, dict(request.headers)), request.content_type, body))
        return web.Response()

    await serve(receive)
    await slack.slash("U0ADA", "C0BATCHES", "/batch list")
    await slack.press_raw("U0ADA", None, value="v")
    await slack.open_home("U0ADA")

    form = "application/x-www-form-urlencoded"
    assert [(valid, kind) for valid, kind, _ in seen] == [(True, form), (True, form), (True, "application/json")]
    assert parse_qs(seen[0][2])["command"] == ["/batch"]
    press = json.loads(parse_qs(seen[1][2])["payload"][0])
    assert press["container"]["type"] == "view"
    assert "channel" not in press
    assert "response_url" not in press


async def test_a_slow_answer_is_a_timeout(slack: SlackSimulator, serve: Serve) -> None:
    async def dawdle(request: web.Request) -> web.Response:
        await slack.wait_for(lambda: slack.notices("U0ADA"))
        return web.Response()

    await serve(dawdle)
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert delivery.error == "operation_timeout"


async def test_an_address_without_a_listener_is_a_failed_dispatch(slack: SlackSimulator) -> None:
    slack.http_target = "http://127.0.0.1:1/slack/events"

    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert delivery.error == "dispatch_failed"


async def test_an_ack_body_slack_cannot_show_is_an_error(slack: SlackSimulator, serve: Serve) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"text": "x", "blocks": [{"type": "section"}]})

    await serve(refuse)
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch")

    assert (delivery.acked, delivery.error) == (True, "invalid_response")
    assert slack.messages("C0BATCHES") == []
