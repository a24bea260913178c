"""The bot's own messages: post, edit and find them. Each error names what the caller can do about it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

import aiohttp
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.caller import UserId
from bot.slack.directory import PersonKind, is_shared_outside
from bot.slack.errors import REFUSED_BLOCKS, describe_error, read_fault, was_never_sent
from bot.slack.retries import read_retry_after
from bot.slack_faults import CLOSED_PLACE, MISSING_SCOPE, RATE_LIMITED, Meaning, SlackFault
from bot.ui.components.text import write_dates
from bot.ui.components.workspace_mark import WorkspaceMark, mark_message
from bot.ui.reply import Message

log = logging.getLogger(__name__)

EVENT_TYPE = "batchdesk"
_REPLY_KEY = "reply:"
"""Begins the key of a message that answers someone, and of no message in an outbox."""
TEXT_LIMIT = 4_000
"""Characters. chat.update refuses more (docs.slack.dev, chat.update)."""
CALL_SECONDS = 10.0
"""How long one call may take. It is much shorter than the lease of the row that a worker delivers."""
_LOOK_AGAIN_SECONDS = 1.0
_CLOCK_SKEW_SECONDS = 300.0
_MAX_PAGES = 5  # of 200 messages each, when searching for a message of the bot's
SHARED_REASON = "the channel is shared with another organization"
_MESSAGE_GONE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)


FindPersonKind = Callable[[UserId], Awaitable[PersonKind | SlackFault]]
"""Looks up what kind of account a person has now, or a minute ago at most."""


class MessageCallFailed(Exception):
    """A chat call failed. Each subclass names what the caller can do about it."""


class ChannelClosed(MessageCallFailed):
    """The channel is gone, archived or closed to the bot, or the bot no longer answers the person."""


class MessageGone(MessageCallFailed):
    """The bot's message was deleted or locked."""


class ChannelShared(MessageCallFailed):
    """The channel is shared with another organization, and the bot may not post there."""


class ChannelUnchecked(MessageCallFailed):
    """Slack does not say whether the channel is shared with another organization, so nothing was sent."""


class AnswerUncertain(MessageCallFailed):
    """There is no usable answer. Look for the message before sending it again."""


class NeverSent(AnswerUncertain):
    """The call failed before it reached Slack, so there is nothing to look for."""


class BotRefused(MessageCallFailed):
    """Slack refuses the bot, not the message: an administrator must fix its token, its scopes or the workspace."""


class ScopeMissing(BotRefused):
    """The token lacks a scope."""


class MessageRefused(MessageCallFailed):
    """Slack refused the message itself, and will refuse it again."""


class BlocksRefused(MessageRefused):
    """Slack refused the blocks of the message."""


@dataclass(eq=False)
class SlackRateLimited(MessageCallFailed):
    """Too many calls of `method`. Slack did nothing; try again after `retry_after` seconds."""

    retry_after: float
    method: str


def make_reply_key(id: str | None = None) -> str:
    """Return the key for a message that answers someone: a new one, or the one that belongs to an id."""
    return f"{_REPLY_KEY}{id or secrets.token_hex(8)}"


class BotMessages:
    """Slack's chat methods for the bot's own messages. Every method raises a subclass of MessageCallFailed.

    If Slack refuses the blocks of a message, its fallback blocks are sent, and then its text alone.
    Give it a client that does not retry by itself, where the caller counts attempts.

    Unless `allow_external`, nothing is posted or edited in a channel that is shared with another organization at that
    moment. Slack is asked each time, because a channel may become shared between two messages.
    `find_kind` looks up a person, for `check_reader`. `time_zone`: the one of the dates in a message's plain text.
    `mark`: the workspace that all its messages are about, if there are several.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        call_seconds: float = CALL_SECONDS,
        *,
        allow_external: bool = False,
        allow_guests: bool = False,
        find_kind: FindPersonKind | None = None,
        time_zone: tzinfo = UTC,
        mark: WorkspaceMark | None = None,
    ) -> None:
        self.mark = mark
        self._client = client
        self._call_seconds = call_seconds
        self._allow_external = allow_external
        self._allow_guests = allow_guests
        self._find_kind = find_kind
        self._time_zone = time_zone

    def make_content(self, message: Message) -> dict[str, Any]:
        """Return the arguments for the text and the blocks of a message. Without blocks, Slack shows the text."""
        message = mark_message(message, self.mark)
        blocks = [dict(block) for block in message.blocks]
        text = write_dates(message.text, self._time_zone)[:TEXT_LIMIT]
        return {"text": text} | ({"blocks": blocks} if blocks else {})

    async def check_reader(self, place: str) -> None:
        """Raise ChannelClosed if a place is a person whom the bot does not answer any more.

        Someone may have become a guest, or of another organization, since they asked to be notified. A channel is
        checked when something is sent there. Raises ChannelUnchecked if Slack does not say.
        """
        kind = await self._look_up_person(place)
        if kind is None:
            return
        if kind.is_guest and not self._allow_guests:
            raise ChannelClosed("the person is a guest or has left")
        if kind.is_outsider and not self._allow_external:
            raise ChannelClosed("the person belongs to another organization")

    async def has_outside_readers(self, place: str) -> bool:
        """Return whether a place is a guest, or has people of other organizations: `*` does not include them.

        Raises ChannelUnchecked if Slack does not say.
        """
        kind = await self._look_up_person(place)
        if kind is not None:
            return kind.is_guest or kind.is_outsider
        return self._allow_external and await self._is_shared(place)

    async def _look_up_person(self, place: str) -> PersonKind | None:
        """Return what kind of person a place is; None for a channel, and for someone whom Slack does not know."""
        if self._find_kind is None or not place.startswith(("U", "W")):
            return None
        kind = await self._find_kind(UserId(place))
        if not isinstance(kind, SlackFault):
            return kind
        if kind.meaning is Meaning.FORBIDDEN_HERE:  # then nothing can be sent to them either
            return None
        raise ChannelUnchecked(f"cannot look up who {place} is: {kind}")

    async def post(
        self, channel: str, message: Message, key: str, thread_ts: str | None = None, *, broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message with `key` in its metadata. Return the id of its channel, and its ts."""
        arguments: dict[str, Any] = {
            "channel": channel,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread_ts is not None:
            arguments |= {"thread_ts": thread_ts, "reply_broadcast": broadcast}
        answer = await self._send("chat.postMessage", message, arguments)
        return str(answer["channel"]), str(answer["ts"])

    async def post_once(
        self, channel: str, message: Message, key: str, thread_ts: str | None = None
    ) -> tuple[str, str]:
        """Post a message. If the answer is lost, look for the message before posting it again.

        Raises AnswerUncertain if the message may be there, and Slack does not say, or may not be asked.
        """
        oldest = time.time() - _CLOCK_SKEW_SECONDS
        try:
            return await self.post(channel, message, key, thread_ts)
        except NeverSent:
            return await self.post(channel, message, key, thread_ts)
        except AnswerUncertain as error:
            log.warning("looking for a message before it is posted again: %s", error)
        try:
            place = await self.open_direct_message(channel) if channel.startswith(("U", "W")) else channel
            found = await self.find(place, key, thread_ts, oldest)
            if found is None:  # Slack may be slower than its answer
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                found = await self.find(place, key, thread_ts, oldest)
        except MessageCallFailed as error:
            raise AnswerUncertain(f"not found out: {error}") from error
        return (place, found) if found is not None else await self.post(channel, message, key, thread_ts)

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace the content of one of the bot's messages."""
        await self._send("chat.update", message, {"channel": channel, "ts": ts})

    async def delete(self, channel: str, ts: str) -> None:
        """Delete one of the bot's messages. Raises MessageGone if it is not there."""
        await self._call("chat.delete", {"channel": channel, "ts": ts})

    async def find(self, channel: str, key: str, thread_ts: str | None = None, oldest: float = 0) -> str | None:
        """Return the ts of the bot's message with this key in a channel or thread, or None.

        Searches at most 1,000 messages. Slack lists the newest first, but the oldest first in threads and with
        `oldest` (Unix seconds), which bounds the search outside threads. The key is in the message's metadata
        (docs.slack.dev, message metadata). Raises ScopeMissing without the scope for the history of such channels.
        """
        method = "conversations.history"
        arguments: dict[str, Any] = {"channel": channel, "include_all_metadata": 1, "limit": 200}
        if thread_ts is not None:
            method = "conversations.replies"
            arguments["ts"] = thread_ts
        elif oldest:
            arguments["oldest"] = f"{oldest:.6f}"
        for _ in range(_MAX_PAGES):
            answer = await self._call(method, arguments, reads=True)
            messages: list[dict[str, Any]] = answer.get("messages", [])
            found = next((message["ts"] for message in messages if _key(message) == key), None)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if found is not None or not cursor:
                return found
            arguments["cursor"] = cursor
        return None

    async def open_direct_message(self, user: str) -> str:
        """Return the id of the bot's direct message with a person."""
        answer = await self._call("conversations.open", {"users": user})
        return str(answer["channel"]["id"])

    async def _send(self, method: str, message: Message, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
        """Send the first form of a message whose blocks Slack accepts."""
        await self._check_channel(str(arguments["channel"]))
        *better, last = list_forms(message)
        for form in better:
            try:
                return await self._call(method, {**self.make_content(form), **arguments})
            except BlocksRefused as error:
                log.error("Slack refused the blocks of a message: %s", error)
        return await self._call(method, {**self.make_content(last), **arguments})

    async def _check_channel(self, channel: str) -> None:
        """Raise ChannelShared if the bot may not post in a channel. Direct messages with the bot have one reader."""
        if not self._allow_external and await self._is_shared(channel):
            raise ChannelShared(SHARED_REASON)

    async def _is_shared(self, channel: str) -> bool:
        if channel.startswith(("U", "W", "D")):
            return False
        try:
            answer = await self._call("conversations.info", {"channel": channel}, reads=True)
        except AnswerUncertain as error:
            raise ChannelUnchecked(f"cannot look up whether {channel} is shared: {error}") from error
        return is_shared_outside(answer.get("channel") or {})

    async def _call(self, method: str, arguments: Mapping[str, Any], *, reads: bool = False) -> AsyncSlackResponse:
        try:
            async with asyncio.timeout(self._call_seconds):
                if reads:  # methods that read do not accept JSON (docs.slack.dev, conversations.history)
                    return await self._client.api_call(method, http_verb="GET", params=dict(arguments))
                return await self._client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            raise classify_error(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            # AttributeError: slack_sdk takes every text for JSON, also the plain text of a proxy.
            kind = NeverSent if was_never_sent(error) else AnswerUncertain
            raise kind(describe_error(error)) from error


def classify_error(error: SlackApiError) -> MessageCallFailed:
    """Return the subclass of MessageCallFailed that an error answer means."""
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return AnswerUncertain("an answer that is not Slack's")
    code = str(response.get("error", ""))
    status = response.status_code
    if status == 429 or code in RATE_LIMITED:
        retry_after = max(1.0, read_retry_after(response.headers))
        return SlackRateLimited(retry_after, method=response.api_url.rpartition("/")[2])
    if code in CLOSED_PLACE:
        return ChannelClosed(code)
    if code in _MESSAGE_GONE:
        return MessageGone(code)
    fault = read_fault(error)
    if fault.meaning is Meaning.PASSING:
        return AnswerUncertain(code or f"HTTP {status}")
    if fault.meaning is Meaning.FOR_GOOD:
        return ScopeMissing(str(fault)) if fault.code == MISSING_SCOPE else BotRefused(str(fault))
    return BlocksRefused(code) if code in REFUSED_BLOCKS else MessageRefused(code)


def list_forms(message: Message) -> list[Message]:
    """Return the forms of a message, best first: with its blocks, with its fallback blocks, and its text alone."""
    blocks = [each for each in (message.blocks, message.fallback_blocks) if each]
    return [replace(message, blocks=each, fallback_blocks=None) for each in (*blocks, ())]


def _key(message: Mapping[str, Any]) -> object:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == EVENT_TYPE else None
