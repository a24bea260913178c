"""Every message there is, and who may see it."""

import copy
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.credentials import random_letters
from bot.playground.slack_simulator.records import Json, SlackMessage


def assign_ids(blocks: list[Json]) -> list[Json]:
    """A copy of the blocks in which Slack has given ids to those that came without, and to their elements."""
    named = copy.deepcopy(blocks)
    for block in named:
        _name(block)
    return named


def _name(block: Json) -> None:
    if block.get("type") != "markdown":
        block["block_id"] = block.get("block_id") or random_letters(5)
    inner = [block.get("accessory"), block.get("element")]
    for element in inner + (block.get("elements") or []) + (block.get("actions") or []):
        if isinstance(element, dict) and element.get("type") == "card":
            _name(element)
        elif isinstance(element, dict) and not _is_only_text(element):
            element.setdefault("action_id", random_letters(5))
    for child in block.get("child_blocks") or []:
        _name(child)


def _is_only_text(element: Json) -> bool:
    kind = str(element.get("type"))
    if kind.startswith("rich_text_"):
        return kind != "rich_text_input"
    return kind in {"image", "plain_text", "mrkdwn"}


def make_message_frame(message: SlackMessage) -> Json:
    """A message as the page's protocol has it."""
    frame = asdict(message)
    del frame["metadata"]
    return frame


class MessageStore:
    """The messages of all channels by (channel, ts); a ts is never used twice."""

    def __init__(self, clock: Callable[[], float], feed: ChangeFeed) -> None:
        self._clock = clock
        self._feed = feed
        self._messages: dict[tuple[str, str], SlackMessage] = {}
        self._last = 0

    def mint_ts(self) -> str:
        """A timestamp later than all before it."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, blocks: list[Json] | None = None, **more: Any) -> SlackMessage:
        """Add a message; `more` are further fields of SlackMessage."""
        ts = self.mint_ts()
        message = SlackMessage(channel, ts, user, text, assign_ids(blocks or []), at=float(ts), **more)
        return self._keep(message)

    def change(self, message: SlackMessage, **changes: Any) -> SlackMessage:
        """Put a changed message in the place of the one with the same ts."""
        if "blocks" in changes:
            changes["blocks"] = assign_ids(changes["blocks"])
        return self._keep(replace(message, **changes))

    def remove(self, message: SlackMessage) -> None:
        """Take a message away; harmless when it is gone already."""
        if self._messages.pop((message.channel, message.ts), None):
            self._feed.publish({"type": "message_deleted", "channel": message.channel, "ts": message.ts})

    def find(self, channel: str, ts: str) -> SlackMessage | None:
        """The message with this ts, ephemeral or not."""
        return self._messages.get((channel, ts))

    def list_channel(self, channel: str, viewer: str | None = None) -> list[SlackMessage]:
        """A channel's messages, oldest first; with a viewer, others' ephemeral ones left out."""
        return [
            message
            for message in self._messages.values()
            if message.channel == channel and (viewer is None or message.ephemeral_to in (None, viewer))
        ]

    def frames(self) -> list[Json]:
        """Every message as the page's protocol has it."""
        return [make_message_frame(message) for message in self._messages.values()]

    def _keep(self, message: SlackMessage) -> SlackMessage:
        self._messages[message.channel, message.ts] = message
        self._feed.publish({"type": "message", "message": make_message_frame(message)})
        return message
