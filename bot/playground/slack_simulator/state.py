"""The state of the simulated Slack, shared by its parts."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.credentials import Credentials, make_credentials
from bot.playground.slack_simulator.faults import SlackFaults
from bot.playground.slack_simulator.file_store import FileStore, make_file_object
from bot.playground.slack_simulator.message_store import MessageStore
from bot.playground.slack_simulator.page_options import PageOptions
from bot.playground.slack_simulator.records import ApiCall, Delivery, Json, SlackMessage
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.response_urls import ResponseUrls
from bot.playground.slack_simulator.traffic_log import TrafficLog
from bot.playground.slack_simulator.triggers import Triggers
from bot.playground.slack_simulator.view_store import ViewStore
from bot.playground.slack_simulator.world import Channel, World

ALL_SCOPES = frozenset(
    f"{thing}:{right}"
    for thing, rights in {
        "channels": ("history", "read"),
        "groups": ("history", "read"),
        "im": ("history", "read", "write"),
        "mpim": ("history", "read", "write"),
        "chat": ("write",),
        "files": ("read", "write"),
        "usergroups": ("read",),
        "users": ("read",),
    }.items()
    for right in rights
) | {"app_mentions:read", "commands"}


class SlackState:
    """The state behind the server. `scopes`: those of the bot token; None means all but chat:write.public."""

    def __init__(
        self, world: World, clock: Callable[[], float], scopes: frozenset[str] | None, trigger_life: float
    ) -> None:
        self.world = world
        self.clock = clock
        self.scopes = ALL_SCOPES if scopes is None else scopes
        self.credentials: Credentials = make_credentials(world.app_id)
        self.url = ""
        self.public_url = ""
        """The address of Slack that payloads and answers name; empty for `url`."""
        self.feed = ChangeFeed()
        self.traffic = TrafficLog(clock, self.feed)
        self.faults = SlackFaults()
        self.messages = MessageStore(clock, self.feed)
        self.views = ViewStore(world, clock, self.feed)
        self.triggers = Triggers(clock, trigger_life)
        self.response_urls = ResponseUrls(world.team_id, world.bot_user, clock, self.messages)
        self.files = FileStore(clock)
        self.calls: list[ApiCall] = []
        self.notices: dict[str, list[str]] = defaultdict(list)
        self.page_options = PageOptions()
        self.seconds_passed = 0.0
        self.events: frozenset[str] | None = None
        """What the app's manifest subscribes to; None for everything."""
        self.event_deliveries: list[Delivery] = []
        """The events that a message caused, oldest first."""
        self.takes_messages = True
        """Whether people can write in their direct messages with the app: `messages_tab_read_only_enabled` is off."""
        self.token_refusal: str | None = None
        """The error code that answers every call with the bot's token."""
        self.clock_offset = 0.0
        """Seconds that the Date header of the answers is ahead of the present."""
        self.refuses_blocks = False
        """Refuse every message that has blocks, whatever they are."""
        self.share_delay: float | None = 0.0
        """Seconds from the completion of an upload to its share; None: files are completed and never shared."""

    @property
    def hooks_url(self) -> str:
        """The address of response_urls."""
        return self._host("hooks")

    @property
    def files_url(self) -> str:
        """The address of files and of uploads."""
        return self._host("files")

    @property
    def socket_url(self) -> str:
        """The address of Socket Mode."""
        return self._host("wss-primary").replace("http", "ws", 1)

    def _host(self, name: str) -> str:
        return self.public_url.replace("://", f"://{name}.") or self.url

    def notify(self, user: str, channel: str | None, text: str) -> None:
        """Show one person a notice from Slack itself."""
        self.notices[user].append(text)
        self.feed.publish({"type": "notice", "user": user, "channel": channel, "text": text})

    def share_soon(self, share: Callable[[], None]) -> None:
        """Share a completed upload: immediately, later or never, as `share_delay` says."""
        if self.share_delay == 0:
            share()
        elif self.share_delay is not None:
            asyncio.get_running_loop().call_later(self.share_delay, share)

    def render_message(self, message: SlackMessage, *, with_metadata: bool = False) -> Json:
        """Return a message as the Web API and the payloads have it."""
        body: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
        if message.user == self.world.bot_user:
            body |= {"bot_id": self.world.bot_id, "app_id": self.world.app_id}
        body["team"] = self.world.team_id
        if message.blocks:
            body["blocks"] = message.blocks
        if thread_ts := self.messages.find_thread(message):
            body["thread_ts"] = thread_ts
        if message.edited:
            body["edited"] = {"user": message.user, "ts": message.ts}
        if message.files:
            body["files"] = [make_file_object(self.files.files[file["id"]], self.files_url) for file in message.files]
        if with_metadata and message.metadata:
            body["metadata"] = message.metadata
        return body

    def require_scope(self, *any_of: str) -> None:
        """Raise Refusal unless the bot token has one of these scopes."""
        if any_of and not self.scopes.intersection(any_of):
            provided = ",".join(sorted(self.scopes))
            raise Refusal("missing_scope", needed=",".join(any_of), provided=provided)

    def find_visible_channel(self, channel_id: object) -> Channel:
        """Return a conversation that the bot may see: a public one, or one that it is in. Raises Refusal."""
        channel = self.world.channels.get(str(channel_id))
        bot_is_in = channel is not None and self.world.bot_user in channel.members
        if channel is None or ((channel.is_private or channel.is_im) and not bot_is_in):
            raise Refusal("channel_not_found")
        return channel

    def bot_is_member(self, channel: Channel) -> bool:
        """Return whether the bot is in a channel."""
        return self.world.bot_user in channel.members
