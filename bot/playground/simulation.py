"""The simulation: both simulators, and the real bot between them."""

import base64
import json
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
from bot.playground.api_simulator.access_tokens import FederationRule
from bot.playground.api_simulator.create_body import CreateLimits
from bot.playground.api_simulator.request_log import RecordedRequest
from bot.playground.api_simulator.seed import seed_small_workspace
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
DEVELOPMENT_CHANNEL = "C0BATCHDEV"
FEED = "C0FEED"
PEOPLE = {"ada": OPERATOR, "ben": VISITOR, "cora": COLLEAGUE}
PRODUCTION, DEVELOPMENT = "production", "development"
"""The workspaces of the API, if there are two."""
TOKEN_LIFETIME = 300
"""Simulated seconds after which an access token for the second workspace ends."""
DISCOUNT = 5
"""Percent of the list price, by the contract of the simulated organization."""
KEY = "sk-ant-playground"
WORKSPACES_FILE = "workspaces.toml"
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
        anthropic_api_key=SecretStr(KEY),
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


def add_development(api: ApiSimulator, slack: SlackSimulator, folder: Path) -> dict[str, str]:
    """Add a second workspace of the API with a channel of its own, and write the bot's file of workspaces.

    The bot reaches the first one by a key, and the second one by access tokens that end after some minutes. Return the
    names of the workspaces by id.
    """
    first = api.workspace
    second = api.workspaces.add(DEVELOPMENT, "sk-ant-unused")
    api.workspaces.assign_key(KEY, first)
    seed_small_workspace(second, first)
    rule = FederationRule("fdrl_01Development", (second.id,), lifetime=TOKEN_LIFETIME)
    api.access_tokens.more_rules.append(rule)
    slack.world.add(Channel(DEVELOPMENT_CHANNEL, "batch-dev"))
    slack.world.invite(DEVELOPMENT_CHANNEL, OPERATOR, VISITOR, COLLEAGUE, slack.world.bot_user)
    (folder / "production.key").write_text(KEY)
    (folder / "identity").write_text(_make_identity_token(api.now))
    (folder / WORKSPACES_FILE).write_text(f"""\
[{PRODUCTION}]
id = "{first.id}"
api_key_file = "production.key"
channels = ["{CHANNEL}"]
feed_channel = "{FEED}"

[{DEVELOPMENT}]
id = "{second.id}"
channels = ["{DEVELOPMENT_CHANNEL}"]
[{DEVELOPMENT}.federation]
rule = "{rule.id}"
organization = "{first.organization_id}"
identity_token_file = "identity"
""")
    return {first.id: PRODUCTION, second.id: DEVELOPMENT}


def _make_identity_token(now: datetime) -> str:
    """Return a JWT that holds for years, so that advancing the time ends access tokens only."""
    issued = int(now.timestamp())
    claims = {"sub": "batchdesk-demo", "iat": issued, "exp": issued + 10**9}
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "demo"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"signature"))


@asynccontextmanager
async def run_simulation(
    *,
    port: int = 0,
    speed: float = 1.0,
    part: Part = Part.BOTH,
    limits: Mapping[str, Any] = MappingProxyType({}),
    file_limits: Limits = Limits(),
    two_workspaces: bool = False,
) -> AsyncIterator[Simulation]:
    """Start both simulators and the bot, or a part of it. At the end, stop everything and delete the store.

    `limits` are settings that replace those of the simulation. `file_limits`: what a batch and a file may have, for the
    bot and for the API. `two_workspaces`: the bot works in two workspaces of the API, each with a channel.

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
        names = add_development(api, slack, folder) if two_workspaces else {}
        api.on_request(lambda request: slack.record_traffic(_traffic(request, names)))
        settings = enable_everything(make_settings(slack, api, folder / "store.sqlite3"), api.now)
        if two_workspaces:
            settings = settings.model_copy(update={"workspaces": folder / WORKSPACES_FILE, "feed_channel": None})
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


def _traffic(request: RecordedRequest, workspaces: Mapping[str, str]) -> TrafficEntry:
    """Return the line of a call, with the workspace that it reached if there are several."""
    workspace = workspaces.get(request.workspace)
    return TrafficEntry(
        title=f"{request.method} {request.path}{f' · {workspace}' if workspace else ''}",
        status=str(request.status or ("connection cut" if request.is_cut else "closed early")),
        ms=request.milliseconds,
        sent={"query": request.query, "headers": request.headers},
        answered={"request-id": request.request_id},
    )
