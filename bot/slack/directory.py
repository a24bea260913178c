"""Look up people, channels and user groups in Slack, with a cache."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TypeVar, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, UserId
from bot.permissions import CallerFacts, Rules
from bot.slack.errors import NOT_A_MEMBER, SLACK_ERRORS, describe_error, get_code

T = TypeVar("T")
log = logging.getLogger(__name__)

CACHE_SECONDS = 300.0
"""usergroups.users.list allows about 20 calls a minute (docs.slack.dev, rate limits)."""
MAX_CACHED = 10_000
"""Entries. Enough for a workspace, and a bound on memory."""


class _ChannelHidden(Exception):
    """Slack shows the bot no such channel: the bot is not in it."""


class _Hidden(Enum):
    HIDDEN = auto()


_HIDDEN = _Hidden.HIDDEN


class Directory:
    """Looks up what Slack knows, and caches it for CACHE_SECONDS. A failed look-up is not cached and grants nothing."""

    def __init__(self, client: AsyncWebClient, rules: Rules, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._cache: dict[tuple[str, str], tuple[float, object]] = {}

    async def find_caller_facts(self, caller: Caller) -> CallerFacts:
        """Return what the rules need to know about a caller, and nothing else."""
        groups = sorted(self._rules.groups)
        guest, external, found = await asyncio.gather(
            self._is_guest(caller), self._is_external(caller), asyncio.gather(*map(self._find_members, groups))
        )
        members = dict(zip(groups, found, strict=True))
        return CallerFacts(
            groups=frozenset(group for group, users in members.items() if users is not None and caller.user in users),
            unknown_groups=frozenset(group for group, users in members.items() if users is None),
            is_guest=guest,
            is_external_channel=None if external is _HIDDEN else external,
            sees_channel=external is not _HIDDEN,
        )

    async def may_post(self, channel: ChannelId) -> bool:
        """Return whether the bot is in a channel. Not cached, because people invite the bot after a refusal.

        Returns True if Slack does not say: what cannot be posted there later goes to direct messages.
        """
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SLACK_ERRORS as error:
            if get_code(error) in NOT_A_MEMBER:
                return False
            log.warning("cannot look up whether the bot is in %s: %s", channel, describe_error(error))
            return True
        return bool(found.get("is_member")) and not found.get("is_archived")

    async def find_name(self, user: UserId) -> str | None:
        """Return a person's name, or None if Slack does not know it."""
        return await self._look_up(("name", user), lambda: self._fetch_name(user))

    async def _is_guest(self, caller: Caller) -> bool | None:
        if self._rules.allow_guests:
            return False
        return await self._look_up(("user", caller.user), lambda: self._fetch_user(caller.user))

    async def _is_external(self, caller: Caller) -> "bool | _Hidden | None":
        """Return _HIDDEN if Slack shows the bot no such channel, and None if Slack does not say."""
        if self._rules.allow_external or caller.channel is None:
            return False
        channel = caller.channel
        try:
            return await self._look_up(("channel", channel), lambda: self._fetch_channel(channel))
        except _ChannelHidden:
            return _HIDDEN

    async def _find_members(self, group: str) -> frozenset[str] | None:
        return await self._look_up(("group", group), lambda: self._fetch_group(group))

    async def _fetch_user(self, user: UserId) -> bool:
        found = (await self._client.users_info(user=user))["user"]
        return any(found.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted"))

    async def _fetch_name(self, user: UserId) -> str | None:
        found = (await self._client.users_info(user=user))["user"]
        name = found.get("profile", {}).get("display_name") or found.get("real_name")
        return str(name) if name else None

    async def _fetch_channel(self, channel: ChannelId) -> bool:
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SlackApiError as error:
            if get_code(error) in NOT_A_MEMBER:
                raise _ChannelHidden from error
            raise
        return any(found.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))

    async def _fetch_group(self, group: str) -> frozenset[str]:
        return frozenset((await self._client.usergroups_users_list(usergroup=group))["users"])

    async def _look_up(self, key: tuple[str, str], fetch: Callable[[], Awaitable[T]]) -> T | None:
        cached = self._cache.get(key)
        if cached is not None and cached[0] > self._clock():
            return cast(T, cached[1])  # the first part of a key determines the type of its value
        try:
            found = await fetch()
        except SLACK_ERRORS as error:
            log.warning("cannot look up %s %s in Slack: %s", *key, describe_error(error))
            return None
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = (self._clock() + CACHE_SECONDS, found)
        return found
