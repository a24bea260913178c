"""A desk: both simulators, the real bot between them, and what people do and see there."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from bot.app import Bot, Part, run_bot
from bot.playground.api_simulator.create_body import CreateLimits
from bot.playground.api_simulator.request_log import RecordedRequest
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.simulation import make_settings
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.records import Delivery, SlackMessage, View, list_elements
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel, Person, UserGroup, World, make_demo_world
from bot.requests.check import Limits
from bot.settings.model import Settings
from bot.slack.progress_messages import ProgressTiming
from bot.slack.scopes import BOT_EVENTS, BOT_SCOPES

ADA = "U0ADA"
"""The operator, unless a test's settings say otherwise."""
BEN = "U0BEN"
GUEST = "U0GUEST"
BATCHES = "C0BATCHES"
"""The bot and every person are members."""
GENERAL = "C0GENERAL"
"""Public. The bot is not a member."""
SHARED = "C0SHARED"
"""Shared with another organization."""
SECRET = "C0SECRET"
"""Private. The bot is not a member."""
OPERATORS = "S0OPERATORS"
"""A user group that Ben belongs to."""
BOT = "U0BATCHDESK"

Transport = Literal["socket", "http"]


def desk_world() -> World:
    """Return the demo's people and channels, and one of everything that the bot refuses."""
    world = make_demo_world().add(
        Person(GUEST, "Gus Guest", is_restricted=True),
        Person("U0STRANGER", "Stu Stranger", is_stranger=True, team_id="T0OTHER"),
        Channel(SHARED, "with-acme", frozenset({ADA, "U0STRANGER", BOT}), is_ext_shared=True),
        Channel(SECRET, "secret", frozenset({ADA}), is_private=True),
        UserGroup(OPERATORS, "operators", (BEN,)),
    )
    world.invite(BATCHES, GUEST)
    return world


@dataclass
class Time:
    """The bot's clock. A test moves it by setting `later`, the time it is ahead of the present."""

    later: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Return the bot's present."""
        return datetime.now(UTC) + self.later


class Desk:
    """Everything a test needs to act as a person. The fixtures in conftest.py open it.

    `type` and `press` return the messages that the person newly sees, or sees changed. `[reply] = await desk.type(…)`
    therefore asserts exactly one visible reply.
    """

    def __init__(
        self,
        store: Path,
        transport: Transport,
        scopes: frozenset[str],
        *,
        seeded: bool,
        part: Part,
        limits: Limits = Limits(),
    ) -> None:
        self.store = store
        self.time = Time()
        self.api = ApiSimulator(speed=0, seeded=seeded, limits=CreateLimits(limits.requests, limits.body_bytes))
        # A machine under load may take longer than Slack allows.
        self.slack = SlackSimulator(
            desk_world(),
            scopes=scopes,
            events=frozenset(BOT_EVENTS),
            ack_deadline=20.0,  # Slack's three seconds are tested by tests/playground; a slow machine may need more
            trigger_life=60.0,
            warning_lead=0.2,
        )
        self.settings = Settings()
        self.limits = limits
        self.progress = ProgressTiming(show_after=60.0)
        """When long work shows its progress: never, however slow the machine, unless a test is about it."""
        self._transport = transport
        self._part = part
        self._simulators = AsyncExitStack()
        self._running = AsyncExitStack()
        self._bot: Bot | None = None

    @property
    def bot(self) -> Bot:
        """The running bot."""
        assert self._bot is not None
        return self._bot

    async def open(self, **changes: Any) -> None:
        """Start both simulators and the bot. `changes` are settings that differ from the playground's."""
        await self._simulators.enter_async_context(self.api)
        await self._simulators.enter_async_context(self.slack)
        self.settings = make_settings(self.slack, self.api, self.store)
        if self._transport == "http":
            secret = SecretStr(self.slack.signing_secret)
            changes = {"slack_app_token": None, "slack_signing_secret": secret, "port": 0} | changes
        await self.start(**changes)

    async def start(self, **changes: Any) -> None:
        """Start a bot on the same store. `changes` are settings; unless they name `admins`, operators are that too."""
        if "operators" in changes:
            changes = {"admins": changes["operators"]} | changes
        self.settings = self.settings.model_copy(update=changes)
        self._bot = await self._running.enter_async_context(
            run_bot(self.settings, self.time, self.progress, self._part, limits=self.limits)
        )
        if self._transport == "http":
            self.slack.http_target = self.events_url
        else:
            await self.slack.wait_for(lambda: self.slack.sockets)

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does: it finishes what is under way."""
        await self._running.aclose()
        await self.slack.wait_for(lambda: not self.slack.sockets)

    async def restart(self, **changes: Any) -> None:
        """Stop the bot and start another one on the same store."""
        await self.stop()
        await self.start(**changes)

    async def close(self) -> None:
        """Stop everything that still runs."""
        try:
            await self._running.aclose()
        finally:
            await self._simulators.aclose()

    @property
    def events_url(self) -> str:
        """Where the bot listens for Slack in HTTP mode."""
        return f"http://127.0.0.1:{self.bot.port}/slack/events"

    @property
    def deletes(self) -> list[RecordedRequest]:
        """The DELETEs the API has seen."""
        return [request for request in self.api.requests if request.method == "DELETE"]

    async def type(self, line: str, user: str = ADA, channel: str = BATCHES) -> list[SlackMessage]:
        """Type a whole line; return the messages this person newly sees once the bot has answered."""
        return await self.new_messages_after(user, lambda: self.slack.slash(user, channel, line))

    async def say(
        self,
        text: str,
        user: str = ADA,
        channel: str = BATCHES,
        thread_ts: str | None = None,
        files: Collection[tuple[str, bytes]] = (),
    ) -> list[SlackMessage]:
        """Write a message; return the messages of others that this person newly sees once the bot has answered."""
        before = self._sees(user)
        await self.slack.say(user, channel, text, thread_ts=thread_ts, files=files)
        await self.bot.in_flight.drain()
        seen = [message for place, message in self._sees(user).items() if before.get(place) != message]
        return [message for message in seen if message.user != user and not _is_from_outbox(message)]

    async def open_first(self, thing: SlackMessage | View, user: str = ADA) -> list[SlackMessage]:
        """Choose the first batch in the menu that opens batches."""
        menu = next(element for _, element in list_elements(thing.blocks) if element["type"] == "static_select")
        return await self.press(thing, menu["options"][0]["text"]["text"], user)

    async def press(self, thing: SlackMessage | View, text: str, user: str = ADA) -> list[SlackMessage]:
        """Press the button with this text; return the messages this person newly sees once the bot has answered."""
        return await self.new_messages_after(user, lambda: self.slack.press(user, thing, text=text))

    async def new_messages_after(self, user: str, act: Callable[[], Awaitable[Delivery]]) -> list[SlackMessage]:
        """Do something that must be acked; return the messages this person newly sees once the bot has answered.

        Messages that the worker posts meanwhile, which carry metadata, are left out if there are others.
        """
        before = self._sees(user)
        delivery = await act()
        await self.bot.in_flight.drain()
        assert delivery.acked, delivery.error
        seen = [message for place, message in self._sees(user).items() if before.get(place) != message]
        return [message for message in seen if not _is_from_outbox(message)] or seen

    async def home(self, user: str = ADA) -> View:
        """Open the App Home tab; return its content once the bot has drawn it."""
        await self.slack.open_home(user)
        await self.bot.in_flight.drain()
        view = self.slack.home(user)
        assert view is not None, "the Home tab stayed empty"
        return view

    async def deliver(self, kind: str, payload: dict[str, Any]) -> tuple[bool, Any]:
        """Send a payload as Slack would sign it, in HTTP mode; return whether it was acked, and the body."""
        delivery = HttpDelivery(self.slack.signing_secret)
        try:
            answer = await delivery.send(self.events_url, kind, payload, 3.0)
        finally:
            await delivery.close()
        await self.bot.in_flight.drain()
        return answer.error is None, answer.body

    def _sees(self, user: str) -> dict[tuple[str, str], SlackMessage]:
        places = [channel.id for channel in self.slack.world.channels.values() if user in channel.members]
        messages = [message for place in places for message in self.slack.messages(place, user)]
        return {(message.channel, message.ts): message for message in messages}


def _is_from_outbox(message: SlackMessage) -> bool:
    key = ((message.metadata or {}).get("event_payload") or {}).get("key", "reply:")
    return not key.startswith("reply:")


ALL_SCOPES = frozenset(BOT_SCOPES)
