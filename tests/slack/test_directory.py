"""What Slack says about a caller is cached for a minute; a failed lookup is not cached."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from msgspec.structs import replace as replace_struct
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.permissions import Rules
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Person
from bot.slack.directory import CACHE_SECONDS, Directory, Home, is_outsider
from tests.desk import BATCHES, BEN, GUEST, OPERATORS, desk_world

CALLER = Caller(UserId(BEN), TeamId("T0DEMO"), ChannelId(BATCHES))


@dataclass
class Seconds:
    """A clock in seconds that a test moves."""

    now: float = field(default=0.0)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(desk_world()) as simulator:
        yield simulator


def directory(slack: SlackSimulator, clock: Seconds, rules: Rules | None = None) -> Directory:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    return Directory(client, rules or Rules(operators=frozenset({OPERATORS})), Home("T0DEMO"), clock)


async def test_a_person_removed_from_the_group_loses_permission_within_a_minute(slack: SlackSimulator) -> None:
    clock = Seconds()
    book = directory(slack, clock)
    before = await book.find_caller_facts(CALLER)
    slack.world.groups.clear()

    clock.now = CACHE_SECONDS - 1
    just_before = await book.find_caller_facts(CALLER)
    clock.now = CACHE_SECONDS + 1
    after = await book.find_caller_facts(CALLER)

    assert CACHE_SECONDS <= 60
    assert before.groups == just_before.groups == {OPERATORS}
    assert after.groups == frozenset()
    assert after.unknown_groups == {OPERATORS}


async def test_what_failed_is_asked_again_at_once(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds())
    slack.fail_next("users.info", error="internal_error")

    first, second = await book.find_caller_facts(CALLER), await book.find_caller_facts(CALLER)

    assert first.is_guest is None
    assert second.is_guest is False


async def test_what_is_asked_afresh_is_never_what_was_cached(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds())
    await book.find_caller_facts(CALLER)
    slack.world.add(replace(slack.world.groups[OPERATORS], users=()), replace(slack.world.people[BEN], deleted=True))

    cached, fresh = await book.find_caller_facts(CALLER), await book.find_caller_facts(CALLER, fresh=True)
    afterwards = await book.find_caller_facts(CALLER)

    assert (cached.groups, cached.is_guest) == (frozenset({OPERATORS}), False)
    assert (fresh.groups, fresh.is_guest) == (frozenset(), True)
    assert afterwards == fresh


async def test_no_channel_is_asked_about_that_no_rule_needs(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds(), Rules(allow_guests=True, allow_external=True))

    await book.find_caller_facts(Caller(UserId(GUEST), TeamId("T0DEMO"), ChannelId(BATCHES)))

    assert {call.method for call in slack.calls()} == {"users.info"}


async def test_guests_and_strangers_are_distinguished_from_members(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds())

    guest = await book.find_caller_facts(replace_struct(CALLER, user=UserId(GUEST)))
    stranger = await book.find_caller_facts(replace_struct(CALLER, user=UserId("U0STRANGER")))

    assert (guest.is_guest, guest.is_outsider) == (True, False)
    assert (stranger.is_guest, stranger.is_outsider) == (False, True)


ENTERPRISES = [None, "E0US", "E0THEM"]


@pytest.mark.parametrize("is_stranger", [None, False, True])
@pytest.mark.parametrize("team", ["T0US", "T0COLLEAGUES", "T0THEM", None])
@pytest.mark.parametrize("enterprise", ENTERPRISES)
@pytest.mark.parametrize("home_enterprise", [None, "E0US"])
def test_the_organization_decides_first_and_the_workspace_only_without_one(
    home_enterprise: str | None, enterprise: str | None, team: str | None, is_stranger: bool | None
) -> None:
    user: dict[str, object] = {"id": BEN, "team_id": team}
    if enterprise:
        user["enterprise_user"] = {"enterprise_id": enterprise, "teams": [team]}
    if is_stranger is not None:
        user["is_stranger"] = is_stranger
    is_ours = enterprise == home_enterprise if enterprise and home_enterprise else team == "T0US"

    assert is_outsider(user, Home("T0US", home_enterprise)) is (bool(is_stranger) or not is_ours)


GONE = {"id": "U0GONE", "team_id": "T0DEMO", "name": "gone", "deleted": True, "is_bot": False, "updated": 1}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"profile": {"real_name": "Gone Person", "display_name": ""}}, "Gone Person"),
        ({"profile": {"real_name": "Gone Person", "display_name": "goner"}}, "goner"),
        ({"profile": {"display_name": None}, "real_name": "Gone Person"}, "Gone Person"),
        ({"profile": {"real_name": " ", "display_name": "\u200b\u2060"}, "real_name": "Gone Person"}, "Gone Person"),
        ({"profile": {}}, "gone"),
        ({"profile": None}, "gone"),
        ({}, "gone"),
        ({"name": ""}, None),
        ({"name": None, "profile": {"real_name": "\u00ad"}}, None),
    ],
    ids=str,
)
async def test_a_person_is_called_by_the_best_name_there_is(
    slack: SlackSimulator, fields: dict[str, object], name: str | None
) -> None:
    slack.world.add(Person("U0GONE", "Gone", record={**GONE, **fields}))

    assert await directory(slack, Seconds()).find_name(UserId("U0GONE")) == name


@pytest.mark.parametrize("error", ["user_not_found", "users_not_found", "user_not_visible"])
async def test_a_person_whom_slack_does_not_show_has_no_name(slack: SlackSimulator, error: str) -> None:
    slack.fail_next("users.info", error=error)

    assert await directory(slack, Seconds()).find_name(UserId("U0GONE")) is None
