"""What Slack says of people: guest or not, shared channel or not, which user groups, which name. Asked now and then."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, UserId
from bot.permissions import CallerFacts, Rules
from bot.slack.errors import SLACK_ERRORS, describe_error

T = TypeVar("T")
log = logging.getLogger(__name__)

CACHE_SECONDS = 300.0
"""Seconds; usergroups.users.list allows some 20 calls a minute (docs.slack.dev, rate limits)."""
MAX_CACHED = 10_000
"""Entries; enough for a workspace, and no way to fill the memory."""


class Directory:
    """Look-ups with a memory of CACHE_SECONDS seconds. What fails is not remembered, and is never taken for a yes."""

    def __init__(self, client: AsyncWebClient, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, object]] = {}

    async def find_caller_facts(self, caller: Caller) -> CallerFacts:
        """Return what the rules need to know of a caller, and nothing else."""
        groups = sorted(self._rules.groups)
        (guest, external), members = await asyncio.gather(
            asyncio.gather(self._is_guest(caller), self._is_external(caller)),
            asyncio.gather(*map(self._members, groups)),
        )
        known = dict(zip(groups, members, strict=True))
        return CallerFacts(
            groups=frozenset(group for group, people in known.items() if people is not None and caller.user in people),
            groups_unread=frozenset(group for group, people in known.items() if people is None),
            is_guest=guest,
            is_external_channel=external,
        )

    async def may_post(self, channel: ChannelId) -> bool:
        """Return whether the bot is in a channel; asked anew each time, because people invite it when it was not.

        Where Slack gives no answer it is taken for a yes: what cannot be posted there goes to direct messages.
        """
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SlackApiError:
            return False
        except SLACK_ERRORS as error:
            log.warning("Slack did not say whether I am in %s: %s", channel, describe_error(error))
            return True
        return bool(found.get("is_member")) and not found.get("is_archived")

    async def find_name(self, user: UserId) -> str | None:
        """Return what a person is called, or None where Slack does not say."""
        return await self._remembered(("name", user), lambda: self._ask_name(user))

    async def _is_guest(self, caller: Caller) -> bool | None:
        if self._rules.allow_guests:
            return False
        return await self._remembered(("user", caller.user), lambda: self._ask_user(caller.user))

    async def _is_external(self, caller: Caller) -> bool | None:
        if self._rules.allow_external or caller.channel is None:
            return False
        channel = caller.channel
        return await self._remembered(("channel", channel), lambda: self._ask_channel(channel))

    async def _members(self, group: str) -> frozenset[str] | None:
        return await self._remembered(("group", group), lambda: self._ask_group(group))

    async def _ask_user(self, user: UserId) -> bool:
        found = (await self._client.users_info(user=user))["user"]
        return any(found.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted"))

    async def _ask_name(self, user: UserId) -> str | None:
        found = (await self._client.users_info(user=user))["user"]
        name = found.get("profile", {}).get("display_name") or found.get("real_name")
        return str(name) if name else None

    async def _ask_channel(self, channel: ChannelId) -> bool:
        found = (await self._client.conversations_info(channel=channel))["channel"]
        return any(found.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))

    async def _ask_group(self, group: str) -> frozenset[str]:
        return frozenset((await self._client.usergroups_users_list(usergroup=group))["users"])

    async def _remembered(self, key: tuple[str, str], ask: Callable[[], Awaitable[T]]) -> T | None:
        known = self._known.get(key)
        if known is not None and known[0] > self._clock():
            return cast(T, known[1])  # a key's first word says of which type its answer is
        try:
            found = await ask()
        except SLACK_ERRORS as error:
            log.warning("Slack did not say what %s %s is: %s", *key, describe_error(error))
            return None
        if len(self._known) >= MAX_CACHED:
            self._known.clear()
        self._known[key] = (self._clock() + CACHE_SECONDS, found)
        return found
