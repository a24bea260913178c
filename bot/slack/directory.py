"""Look up people, channels and user groups in Slack, with a cache. Rights are never older than a minute."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from typing import Any, TypeVar, cast

from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, UserId
from bot.permissions import CallerFacts, Rules
from bot.slack.client import read_object
from bot.slack.errors import SLACK_ERRORS, describe_error, get_code, read_fault
from bot.slack_faults import NOT_A_MEMBER, SlackFault

T = TypeVar("T")
log = logging.getLogger(__name__)

CACHE_SECONDS = 60.0
"""How long a withdrawn right may still be used to read, and how long a channel that became shared may be answered in.
usergroups.users.list allows about 20 calls a minute (docs.slack.dev, rate limits)."""
NAME_SECONDS = 300.0
"""How long a changed name may still appear."""
MAX_CACHED = 10_000
"""Entries. Enough for a workspace, and a bound on memory."""


class _ChannelHidden(Exception):
    """Slack shows the bot no such channel: the bot is not in it."""


class _Hidden(Enum):
    HIDDEN = auto()


_HIDDEN = _Hidden.HIDDEN


class Home(Struct, frozen=True):
    """The workspace that the bot token belongs to, and its organization if it has one, as auth.test names them."""

    team_id: str
    enterprise_id: str | None = None


class PersonKind(Struct, frozen=True):
    """What kind of account a person has. `is_outsider`: it belongs to another organization.

    `is_active`: neither an app's nor deactivated.
    """

    is_guest: bool
    is_outsider: bool
    is_active: bool = True


class Directory:
    """Looks up what Slack knows, and caches it for CACHE_SECONDS. A failed look-up is not cached and grants nothing."""

    def __init__(
        self,
        client: AsyncWebClient,
        rules: Rules,
        home: Home,
        clock: Callable[[], float] = time.monotonic,
        cache: dict[tuple[str, str], tuple[float, object]] | None = None,
    ) -> None:
        self._client = client
        self._rules = rules
        self._home = home
        self._clock = clock
        self._cache = {} if cache is None else cache

    def under(self, rules: Rules) -> "Directory":
        """Return a directory for other rules, which shares what is known."""
        return Directory(self._client, rules, self._home, self._clock, self._cache)

    async def find_caller_facts(
        self, caller: Caller, *, fresh: bool = False, fresh_channel: bool = False
    ) -> CallerFacts:
        """Return what the rules need to know about a caller. `fresh`: ask Slack now, whatever is cached.

        `fresh_channel`: ask about the channel now, because others there see the answer.
        """
        groups = sorted(self._rules.groups)
        person, external, found = await asyncio.gather(
            self._look_up(("user", caller.user), lambda: self._fetch_user(caller.user), fresh=fresh),
            self._is_external(caller, fresh=fresh or fresh_channel),
            asyncio.gather(*(self._find_members(group, fresh=fresh) for group in groups)),
        )
        members = dict(zip(groups, found, strict=True))
        faults = {group: users for group, users in members.items() if isinstance(users, SlackFault)}
        return CallerFacts(
            groups=frozenset(
                group for group, users in members.items() if not isinstance(users, SlackFault) and caller.user in users
            ),
            unknown_groups=frozenset(faults),
            is_guest=None if isinstance(person, SlackFault) else person.is_guest,
            is_outsider=None if isinstance(person, SlackFault) else person.is_outsider,
            is_active=isinstance(person, SlackFault) or person.is_active,
            is_external_channel=external if isinstance(external, bool) else None,
            sees_channel=external is not _HIDDEN,
            person_fault=person if isinstance(person, SlackFault) else None,
            channel_fault=external if isinstance(external, SlackFault) else None,
            group_faults=faults,
        )

    async def may_post(self, channel: ChannelId) -> bool:
        """Return whether the bot is in a channel. Not cached, because people invite the bot after a refusal.

        Returns True if Slack does not say: what cannot be posted there later goes to direct messages.
        """
        try:
            found = read_object(await self._client.conversations_info(channel=channel), "channel")
        except SLACK_ERRORS as error:
            if get_code(error) in NOT_A_MEMBER:
                return False
            log.warning("cannot look up whether the bot is in %s: %s", channel, describe_error(error))
            return True
        return bool(found.get("is_member")) and not found.get("is_archived")

    async def find_kind(self, user: UserId) -> PersonKind | SlackFault:
        """Return what kind of account a person has, or why Slack does not say."""
        return await self._look_up(("user", user), lambda: self._fetch_user(user))

    async def find_name(self, user: UserId) -> str | None:
        """Return a person's name, or None if Slack does not know it."""
        found = await self._look_up(("name", user), lambda: self._fetch_name(user), seconds=NAME_SECONDS)
        return None if isinstance(found, SlackFault) else found

    async def _is_external(self, caller: Caller, *, fresh: bool) -> bool | _Hidden | SlackFault:
        """Return _HIDDEN if Slack shows the bot no such channel."""
        if self._rules.allow_external or caller.channel is None:
            return False
        channel = caller.channel
        try:
            return await self._look_up(("channel", channel), lambda: self._fetch_channel(channel), fresh=fresh)
        except _ChannelHidden:
            return _HIDDEN

    async def _find_members(self, group: str, *, fresh: bool) -> frozenset[str] | SlackFault:
        return await self._look_up(("group", group), lambda: self._fetch_group(group), fresh=fresh)

    async def _fetch_user(self, user: UserId) -> PersonKind:
        found = read_object(await self._client.users_info(user=user), "user")
        is_guest = any(found.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "deleted"))
        is_active = not (found.get("is_bot") or found.get("deleted"))
        return PersonKind(is_guest, is_outsider(found, self._home), is_active)

    async def _fetch_name(self, user: UserId) -> str | None:
        return read_name(read_object(await self._client.users_info(user=user), "user"))

    async def _fetch_channel(self, channel: ChannelId) -> bool:
        try:
            found = read_object(await self._client.conversations_info(channel=channel), "channel")
        except SlackApiError as error:
            if get_code(error) in NOT_A_MEMBER:
                raise _ChannelHidden from error
            raise
        return is_shared_outside(found)

    async def _fetch_group(self, group: str) -> frozenset[str]:
        answer = await self._client.usergroups_users_list(usergroup=group)
        return frozenset(map(str, answer.get("users") or ()))

    async def _look_up(
        self,
        key: tuple[str, str],
        fetch: Callable[[], Awaitable[T]],
        *,
        fresh: bool = False,
        seconds: float = CACHE_SECONDS,
    ) -> T | SlackFault:
        cached = None if fresh else self._cache.get(key)
        if cached is not None and cached[0] > self._clock():
            return cast(T, cached[1])  # the first part of a key determines the type of its value
        asked_at = self._clock()
        try:
            found = await fetch()
        except SLACK_ERRORS as error:
            fault = read_fault(error)
            log.warning("cannot look up %s %s in Slack: %s", *key, fault)
            return fault
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = (asked_at + seconds, found)
        return found


def read_name(user: Mapping[str, Any]) -> str | None:
    """Return the name of a user of users.info, or None. A profile may be missing, and each name in it empty."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((str(name) for name in names if _is_visible(str(name or ""))), None)


def _is_visible(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)


def is_shared_outside(channel: Mapping[str, Any]) -> bool:
    """Return whether another organization is in a channel of conversations.info, or invited to it.

    `is_shared` alone does not tell: channels shared among the workspaces of one organization have it too.
    """
    return any(channel.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))


def is_outsider(user: Mapping[str, Any], home: Home) -> bool:
    """Return whether a user of users.info belongs to another organization than the bot.

    In an organization of several workspaces the organization decides, otherwise the workspace. `is_stranger` is absent
    for people of other organizations who share a channel with the bot, so its absence proves nothing.
    """
    account = user.get("enterprise_user") or {}
    enterprise_id = account.get("enterprise_id")
    if home.enterprise_id and enterprise_id:
        is_ours = enterprise_id == home.enterprise_id
    else:
        is_ours = home.team_id in (user.get("team_id"), *(account.get("teams") or ()))
    return bool(user.get("is_stranger")) or not is_ours
