"""Messages that nobody's interaction asked for: posted, edited, found again; failures told apart by what helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ui.reply import Message

EVENT_TYPE = "batchdesk"
TEXT_LIMIT = 4_000  # characters; chat.update refuses more (docs.slack.dev, chat.update)
_PAGES = 5  # of what is looked through for a message of ours
# Slack's words for a place where the bot cannot post, now and probably ever (docs.slack.dev, chat.postMessage).
_CLOSED = frozenset(
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
_NO_MESSAGE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)
# Of the token and not of the message: what is refused for them is sent once the administrator has mended them.
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
_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})


class MessageCallFailed(Exception):
    """Base of what can become of a call; the subclass says what helps."""


class ChannelClosed(MessageCallFailed):
    """The channel is gone, archived, or closed to the bot; or the person has left."""


class MessageGone(MessageCallFailed):
    """There is no such message of ours any more, or nothing may be done with it: somebody deleted or locked it."""


class AnswerUncertain(MessageCallFailed):
    """No usable answer, or one that is not about the message: look before doing it again, for a long time."""


class MessageRefused(MessageCallFailed):
    """Slack did not take it and will not take it again: the message is wrong."""


@dataclass(eq=False)
class SlackRateLimited(MessageCallFailed):
    """Too many calls of one method; nothing was done. Come again after so many seconds."""

    retry_after: float
    method: str


class BotMessages:
    """Slack's chat methods for the bot's own messages. The client must not retry by itself.

    Every method raises MessageCallFailed in one of its kinds.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(
        self, channel: str, message: Message, key: str, thread_ts: str | None = None, *, broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message with `key` in its metadata; return the id of the channel it is in, and its ts."""
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
        """Put other content into a message of ours."""
        await self._call("chat.update", _content(message) | {"channel": channel, "ts": ts})

    async def find(self, channel: str, key: str, thread_ts: str | None = None, oldest: float = 0) -> str | None:
        """Return the ts of the bot's message with this key there (or in a thread), or None; a thousand are looked at.

        `oldest` (unix seconds) bounds the search outside threads. The key is in the metadata (docs.slack.dev, message
        metadata). Slack begins with the newest, with `oldest` and in threads with the oldest.
        """
        arguments: dict[str, Any] = {"channel": channel, "include_all_metadata": 1, "limit": 200}
        method = "conversations.history"
        if thread_ts is not None:
            method, arguments = "conversations.replies", arguments | {"ts": thread_ts}
        elif oldest:
            arguments |= {"oldest": f"{oldest:.6f}"}
        for _ in range(_PAGES):
            answer = await self._call(method, arguments, reads=True)
            messages: list[dict[str, Any]] = answer.get("messages", [])
            found = next((message["ts"] for message in messages if _key(message) == key), None)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if found is not None or not cursor:
                return found
            arguments |= {"cursor": cursor}
        return None

    async def open_direct_message(self, user: str) -> str:
        """Return the id of the direct message with a person."""
        answer = await self._call("conversations.open", {"users": user})
        return str(answer["channel"]["id"])

    async def _call(self, method: str, arguments: Mapping[str, Any], *, reads: bool = False) -> AsyncSlackResponse:
        try:
            if reads:  # the methods that read take no JSON (docs.slack.dev, conversations.history)
                return await self._client.api_call(method, http_verb="GET", params=dict(arguments))
            return await self._client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            raise classify_error(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            # AttributeError: slack_sdk takes every text for JSON, also a proxy's of plain text.
            raise AnswerUncertain(type(error).__name__) from error


def classify_error(error: SlackApiError) -> MessageCallFailed:
    """Return what an answer that is no success means."""
    response = error.response
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return AnswerUncertain("an answer that is not Slack's")
    said, status = str(response.get("error", "")), response.status_code
    if status == 429 or said in ("ratelimited", "rate_limited"):
        return SlackRateLimited(_seconds(response.headers), method=response.api_url.rpartition("/")[2])
    if said in _CLOSED:
        return ChannelClosed(said)
    if said in _NO_MESSAGE:
        return MessageGone(said)
    if status >= 500 or said in _PASSING | _TOKEN or not said:
        return AnswerUncertain(said or f"HTTP {status}")
    return MessageRefused(said)


def _seconds(headers: Mapping[str, Any]) -> float:
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
