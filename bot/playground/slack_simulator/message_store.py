"""Every message there is, and who may see it."""

import copy
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from bot.playground.slack_simulator.change_feed import ChangeFeed
from bot.playground.slack_simulator.credentials import random_letters
from bot.playground.slack_simulator.records import Json, SlackMessage


def assign_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy of the blocks as Slack keeps them: an id for each block and element, and whole text objects."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        _assign_id(block)
    complete_texts(copied)
    return copied


def complete_texts(value: Any) -> None:
    """Add what Slack adds to text objects: `emoji` to plain text, and `verbatim` to mrkdwn."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") in ("plain_text", "mrkdwn"):
            value.setdefault(*(("emoji", True) if value["type"] == "plain_text" else ("verbatim", False)))
        for inner in value.values():
            complete_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            complete_texts(inner)


def _assign_id(block: Json) -> None:
    if block.get("type") != "markdown":
        block["block_id"] = block.get("block_id") or random_letters(5)
    inner = [block.get("accessory"), block.get("element")]
    for element in inner + (block.get("elements") or []) + (block.get("actions") or []):
        if isinstance(element, dict) and element.get("type") == "card":
            _assign_id(element)
        elif isinstance(element, dict) and not _is_only_text(element):
            element.setdefault("action_id", random_letters(5))
    for child in block.get("child_blocks") or []:
        _assign_id(child)


def _is_only_text(element: Json) -> bool:
    kind = str(element.get("type"))
    if kind.startswith("rich_text_"):
        return kind != "rich_text_input"
    return kind in {"image", "plain_text", "mrkdwn"}


def make_message_frame(message: SlackMessage) -> Json:
    """Return a message for the page's protocol."""
    frame = asdict(message)
    del frame["metadata"]
    return frame


class MessageStore:
    """The messages of all channels by (channel, ts). A ts is never used twice."""

    def __init__(self, clock: Callable[[], float], feed: ChangeFeed) -> None:
        self._clock = clock
        self._feed = feed
        self._messages: dict[tuple[str, str], SlackMessage] = {}
        self._last = 0

    def mint_ts(self) -> str:
        """Return a timestamp later than all before it."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, blocks: list[Json] | None = None, **more: Any) -> SlackMessage:
        """Add a message. `more`: further fields of SlackMessage."""
        ts = self.mint_ts()
        message = SlackMessage(channel, ts, user, text, assign_ids(blocks or []), at=float(ts), **more)
        return self._keep(message)

    def change(self, message: SlackMessage, **changes: Any) -> SlackMessage:
        """Replace a message with a changed one of the same ts."""
        if "blocks" in changes:
            changes["blocks"] = assign_ids(changes["blocks"])
        return self._keep(replace(message, **changes))

    def remove(self, message: SlackMessage) -> None:
        """Remove a message, if it still exists."""
        if self._messages.pop((message.channel, message.ts), None):
            self._feed.publish({"type": "message_deleted", "channel": message.channel, "ts": message.ts})

    def find(self, channel: str, ts: str) -> SlackMessage | None:
        """Return the message with this ts, ephemeral or not, or None."""
        return self._messages.get((channel, ts))

    def find_thread(self, message: SlackMessage) -> str | None:
        """Return the thread that a message is in. The first message of a thread is in it, once it has a reply."""
        has_reply = any(other.thread_ts == message.ts for other in self.list_channel(message.channel))
        return message.ts if has_reply else message.thread_ts

    def list_channel(self, channel: str, viewer: str | None = None) -> list[SlackMessage]:
        """Return a channel's messages, oldest first. With a viewer, skip messages that are ephemeral to others."""
        return [
            message
            for message in self._messages.values()
            if message.channel == channel and (viewer is None or message.ephemeral_to in (None, viewer))
        ]

    def make_frames(self) -> list[Json]:
        """Return every message for the page's protocol."""
        return [make_message_frame(message) for message in self._messages.values()]

    def _keep(self, message: SlackMessage) -> SlackMessage:
        self._messages[message.channel, message.ts] = message
        self._feed.publish({"type": "message", "message": make_message_frame(message)})
        return message
