"""A simulated Slack with a clock that tests move, and the real SDK's clients to call it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel, Person, UserGroup, World, make_demo_world

BOT = "U0BATCHDESK"


@dataclass
class Clock:
    """A clock in seconds that a test moves."""

    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def busy_world() -> World:
    """Return the demo's people and channels, and one of everything that look-ups must distinguish."""
    return make_demo_world().add(
        Person("U0GUEST", "Gus Guest", is_restricted=True),
        Person("U0SINGLE", "Sam Single", is_ultra_restricted=True),
        Person("U0STRANGER", "Stu Stranger", is_stranger=True, team_id="T0OTHER"),
        Person("U0GONE", "Gil Gone", deleted=True),
        Channel("C0SHARED", "with-acme", frozenset({"U0ADA", "U0STRANGER", BOT}), is_ext_shared=True),
        Channel("C0SECRET", "secret", frozenset({"U0ADA"}), is_private=True),
        Channel("C0INNER", "inner", frozenset({"U0ADA", BOT}), is_private=True),
        Channel("C0OLD", "old", frozenset({"U0ADA", BOT}), is_archived=True),
        Channel("D0PAIR", "", frozenset({"U0ADA", "U0BEN"}), is_im=True),
        UserGroup("S0OPS", "ops", ("U0ADA", "U0GUEST")),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(busy_world(), clock=clock, ack_deadline=1.0, warning_lead=0.2) as simulator:
        yield simulator


@pytest.fixture
def client(slack: SlackSimulator) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
async def browser(slack: SlackSimulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url, headers={"Origin": slack.url}) as session:
        yield session


@pytest.fixture
async def acking_bot(slack: SlackSimulator) -> AsyncIterator[list[str]]:
    bodies: list[str] = []

    async def ack(request: web.Request) -> web.Response:
        bodies.append(await request.text())
        return web.Response()

    application = web.Application()
    application.router.add_post("/", ack)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.http_target = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield bodies
    await runner.cleanup()
