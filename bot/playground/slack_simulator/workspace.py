"""All that the simulated Slack remembers, in one place for its parts to share."""

from collections import defaultdict
from collections.abc import Callable

from bot.playground.slack_simulator.credentials import Credentials, made_up_credentials
from bot.playground.slack_simulator.faults import Faults
from bot.playground.slack_simulator.feed import Feed
from bot.playground.slack_simulator.file_shelf import FileShelf, file_object
from bot.playground.slack_simulator.hints import Offer
from bot.playground.slack_simulator.message_book import MessageBook
from bot.playground.slack_simulator.records import ApiCall, Json, SlackMessage
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.response_urls import ResponseUrls
from bot.playground.slack_simulator.traffic import Traffic
from bot.playground.slack_simulator.triggers import Triggers
from bot.playground.slack_simulator.view_book import ViewBook
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
) | {"commands"}


class Workspace:
    """The state behind the server; `scopes` are the bot token's, None for every one but chat:write.public."""

    def __init__(
        self, world: World, clock: Callable[[], float], scopes: frozenset[str] | None, trigger_life: float
    ) -> None:
        self.world = world
        self.clock = clock
        self.scopes = ALL_SCOPES if scopes is None else scopes
        self.credentials: Credentials = made_up_credentials(world.app_id)
        self.url = ""
        self.feed = Feed()
        self.traffic = Traffic(clock, self.feed)
        self.faults = Faults()
        self.messages = MessageBook(clock, self.feed)
        self.views = ViewBook(world, clock, self.feed)
        self.triggers = Triggers(clock, trigger_life)
        self.response_urls = ResponseUrls(world.team_id, world.bot_user, clock, self.messages)
        self.files = FileShelf(clock)
        self.calls: list[ApiCall] = []
        self.notices: dict[str, list[str]] = defaultdict(list)
        self.offer = Offer()
        self.seconds_passed = 0.0

    def notify(self, user: str, channel: str | None, text: str) -> None:
        """What Slack itself tells one person."""
        self.notices[user].append(text)
        self.feed.publish({"type": "notice", "user": user, "channel": channel, "text": text})

    def shown(self, message: SlackMessage, *, with_metadata: bool = False) -> Json:
        """A message as the Web API and the payloads show it."""
        body: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
        if message.user == self.world.bot_user:
            body |= {"bot_id": self.world.bot_id, "app_id": self.world.app_id}
        body["team"] = self.world.team_id
        if message.blocks:
            body["blocks"] = message.blocks
        if message.thread_ts:
            body["thread_ts"] = message.thread_ts
        if message.edited:
            body["edited"] = {"user": message.user, "ts": message.ts}
        if message.files:
            body["files"] = [file_object(self.files.files[file["id"]], self.url) for file in message.files]
        if with_metadata and message.metadata:
            body["metadata"] = message.metadata
        return body

    def need_scope(self, *any_of: str) -> None:
        """Refusal unless the bot token has one of these scopes."""
        if any_of and not self.scopes.intersection(any_of):
            provided = ",".join(sorted(self.scopes))
            raise Refusal("missing_scope", needed=",".join(any_of), provided=provided)

    def visible_channel(self, channel_id: object) -> Channel:
        """A conversation the bot may know of: public, or with the bot in it; Refusal otherwise."""
        channel = self.world.channels.get(str(channel_id))
        bot_is_in = channel is not None and self.world.bot_user in channel.members
        if channel is None or ((channel.is_private or channel.is_im) and not bot_is_in):
            raise Refusal("channel_not_found")
        return channel

    def bot_is_member(self, channel: Channel) -> bool:
        """Whether the bot was invited there."""
        return self.world.bot_user in channel.members
