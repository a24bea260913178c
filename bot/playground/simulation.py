"""The simulation: both simulators, and the real bot between them."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from bot.app import Bot, Part, run_bot
from bot.commands.registry import SHOWN
from bot.playground.api_simulator.create_body import CreateLimits
from bot.playground.api_simulator.request_log import RecordedRequest
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.page_options import CommandHint, Completion, PageOptions, ShortcutHint
from bot.playground.slack_simulator.records import TrafficEntry
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel, Person, World, make_demo_world
from bot.requests.check import Limits
from bot.settings.model import Folder, Settings
from bot.slack.listeners import GLOBAL_SHORTCUT, SHORTCUT
from bot.slack.scopes import BOT_EVENTS, BOT_SCOPES, TAKES_MESSAGES

OPERATOR = "U0ADA"
VISITOR = "U0BEN"
COLLEAGUE = "U0CORA"
CHANNEL = "C0BATCHES"
FEED = "C0FEED"
PEOPLE = {"ada": OPERATOR, "ben": VISITOR, "cora": COLLEAGUE}
DISCOUNT = 5
"""Percent of the list price, by the contract of the simulated organization."""
REQUEST_LIMIT = 1_000
"""A larger batch needs the approval of the other operator."""
SHORTCUT_HINT = ShortcutHint(SHORTCUT, "Batch from this file")
GLOBAL_SHORTCUT_HINT = ShortcutHint(GLOBAL_SHORTCUT, "Create a batch", is_global=True)
"""The same as in manifest.yml."""


@dataclass(frozen=True)
class Simulation:
    """Both simulators, started, and the bot between them."""

    slack: SlackSimulator
    api: ApiSimulator
    bot: Bot


def make_settings(slack: SlackSimulator, api: ApiSimulator, store: Path) -> Settings:
    """Return the settings that connect a bot to both simulators. Ada is the operator."""
    return Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.api_url,
        anthropic_api_key=SecretStr("sk-ant-playground"),
        anthropic_base_url=api.base_url,
        database_url=f"sqlite:///{store}",
        operators=(OPERATOR,),
        port=0,
        host="127.0.0.1",
        keep_requests=Folder(store.parent / "requests"),
    )


def make_full_world() -> World:
    """Return the demo's workspace with a second operator, who can approve Ada's batches, and a channel for the feed."""
    world = make_demo_world().add(Person(COLLEAGUE, "Cora Marsh", "Operator"), Channel(FEED, "batch-feed"))
    world.open_direct_message(COLLEAGUE)
    world.invite(CHANNEL, COLLEAGUE)
    world.invite(FEED, OPERATOR, VISITOR, COLLEAGUE, world.bot_user)
    return world


def enable_everything(settings: Settings, now: datetime) -> Settings:
    """Return settings that show everything the bot does: a limit, a feed, and a digest within the next hour."""
    more = {
        "operators": (OPERATOR, COLLEAGUE),
        "admins": (OPERATOR, COLLEAGUE),
        "request_limit": REQUEST_LIMIT,
        "feed_channel": FEED,
        "digest_hour": (now + timedelta(hours=1)).astimezone(UTC).hour,
        "analytics_key": SecretStr("sk-ant-admin01-playground"),
    }
    return settings.model_copy(update=more)


@asynccontextmanager
async def run_simulation(
    *,
    port: int = 0,
    speed: float = 1.0,
    part: Part = Part.BOTH,
    limits: Mapping[str, Any] = MappingProxyType({}),
    file_limits: Limits = Limits(),
) -> AsyncIterator[Simulation]:
    """Start both simulators and the bot, or a part of it. At the end, stop everything and delete the store.

    `limits` are settings that replace those of the simulation. `file_limits`: what a batch and a file may have, for the
    bot and for the API.

    Raises:
        OSError: the page's port is in use.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="batchdesk-")))
        create_limits = CreateLimits(file_limits.requests, file_limits.body_bytes)
        api = ApiSimulator(speed=speed, seeded=True, limits=create_limits)
        api.bill.change(discount=DISCOUNT)
        await api.start()
        stack.push_async_callback(api.stop)
        slack = SlackSimulator(
            make_full_world(),
            scopes=frozenset(BOT_SCOPES),
            events=frozenset(BOT_EVENTS),
            takes_messages=TAKES_MESSAGES,
            clock=lambda: api.now.timestamp(),
        )
        await slack.start(port=port)
        stack.push_async_callback(slack.stop)
        slack.set_page_options(PageOptions((make_command_hint(),), (SHORTCUT_HINT, GLOBAL_SHORTCUT_HINT), api.advance))
        api.on_request(lambda request: slack.record_traffic(_traffic(request)))
        settings = enable_everything(make_settings(slack, api, folder / "store.sqlite3"), api.now)
        settings = settings.model_copy(update=limits)
        # The bot runs by the simulated clock, so that advancing it shows what the bot does after an hour or a month.
        bot = await stack.enter_async_context(run_bot(settings, lambda: api.now, part=part, limits=file_limits))
        yield Simulation(slack, api, bot)


def make_command_hint() -> CommandHint:
    """Return what the page completes, from the help of each command."""
    helps = [command.help for command in SHOWN if command.help is not None]
    completions = tuple(Completion(f"/batch {each.example}", each.summary) for each in helps)
    return CommandHint(
        "/batch", "[help | list | status ID | results ID | cost | create | cancel ID | delete ID]", completions
    )


def _traffic(request: RecordedRequest) -> TrafficEntry:
    return TrafficEntry(
        title=f"{request.method} {request.path}",
        status=str(request.status or "connection cut"),
        ms=request.milliseconds,
        sent={"query": request.query, "headers": request.headers},
        answered={"request-id": request.request_id},
    )
