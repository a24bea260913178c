"""The bot's own messages: post, edit and find them. Each error names what the caller can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ui.reply import Message

EVENT_TYPE = "batchdesk"
TEXT_LIMIT = 4_000
"""Characters. chat.update refuses more (docs.slack.dev, chat.update)."""
_MAX_PAGES = 5  # of 200 messages each, when searching for a message of the bot's
# Slack's codes for a channel that the bot cannot post in, now and probably ever (docs.slack.dev, chat.postMessage).
_CHANNEL_CLOSED = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_not_found",
        "users_not_found",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "account_inactive_recipient",
    }
)
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
# These are about the token, not the message. The message can be sent once an administrator has fixed the token.
_TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "no_permission",
        "org_login_required",
        "ekm_access_denied",
        "team_access_not_granted",
    }
)
_TEMPORARY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})


class MessageCallFailed(Exception):
    """A chat call failed. Each subclass names what the caller can do about it."""


class ChannelClosed(MessageCallFailed):
    """The channel is gone, archived or closed to the bot, or the person has left."""


class MessageGone(MessageCallFailed):
    """The bot's message was deleted or locked."""


class AnswerUncertain(MessageCallFailed):
    """There is no usable answer, or it is not about the message. Look for the message before sending it again."""


class MessageRefused(MessageCallFailed):
    """Slack refused the message itself, and will refuse it again."""


@dataclass(eq=False)
class SlackRateLimited(MessageCallFailed):
    """Too many calls of `method`. Slack did nothing; try again after `retry_after` seconds."""

    retry_after: float
    method: str


class BotMessages:
    """Slack's chat methods for the bot's own messages. Give it a client that does not retry by itself.

    Every method raises a subclass of MessageCallFailed.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(
        self, channel: str, message: Message, key: str, thread_ts: str | None = None, *, broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message with `key` in its metadata. Return the id of its channel, and its ts."""
        arguments = _content(message) | {
            "channel": channel,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread_ts is not None:
            arguments |= {"thread_ts": thread_ts, "reply_broadcast": broadcast}
        answer = await self._call("chat.postMessage", arguments)
        return str(answer["channel"]), str(answer["ts"])

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace the content of one of the bot's messages."""
        await self._call("chat.update", _content(message) | {"channel": channel, "ts": ts})

    async def find(self, channel: str, key: str, thread_ts: str | None = None, oldest: float = 0) -> str | None:
        """Return the ts of the bot's message with this key in a channel or thread, or None.

        Searches at most 1,000 messages. Slack lists the newest first, but the oldest first in threads and with
        `oldest` (Unix seconds), which bounds the search outside threads. The key is in the message's metadata
        (docs.slack.dev, message metadata).
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

    async def _call(self, method: str, arguments: Mapping[str, Any], *, reads: bool = False) -> AsyncSlackResponse:
        try:
            if reads:  # methods that read do not accept JSON (docs.slack.dev, conversations.history)
                return await self._client.api_call(method, http_verb="GET", params=dict(arguments))
            return await self._client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            raise classify_error(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            # AttributeError: slack_sdk takes every text for JSON, also the plain text of a proxy.
            raise AnswerUncertain(type(error).__name__) from error


def classify_error(error: SlackApiError) -> MessageCallFailed:
    """Return the subclass of MessageCallFailed that an error answer means."""
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return AnswerUncertain("an answer that is not Slack's")
    code = str(response.get("error", ""))
    status = response.status_code
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return SlackRateLimited(_retry_after(response.headers), method=response.api_url.rpartition("/")[2])
    if code in _CHANNEL_CLOSED:
        return ChannelClosed(code)
    if code in _MESSAGE_GONE:
        return MessageGone(code)
    if status >= 500 or code in _TEMPORARY | _TOKEN or not code:
        return AnswerUncertain(code or f"HTTP {status}")
    return MessageRefused(code)


def _retry_after(headers: Mapping[str, Any]) -> float:
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(1.0, float(found[0] if isinstance(found, list) else found))
    except ValueError:
        return 30.0


def _content(message: Message) -> dict[str, Any]:
    return {"text": message.text[:TEXT_LIMIT], "blocks": [dict(block) for block in message.blocks]}


def _key(message: Mapping[str, Any]) -> object:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == EVENT_TYPE else None
