"""What Slack says about a caller is cached for five minutes; a failed lookup is not cached."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.permissions import Rules
from bot.playground.slack_simulator.server import SlackSimulator
from bot.slack.directory import CACHE_SECONDS, Directory
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
    return Directory(client, rules or Rules(operators=frozenset({OPERATORS})), clock)


async def test_a_person_removed_from_the_group_loses_permission_within_five_minutes(slack: SlackSimulator) -> None:
    clock = Seconds()
    book = directory(slack, clock)
    before = await book.find_caller_facts(CALLER)
    slack.world.groups.clear()

    clock.now = CACHE_SECONDS - 1
    just_before = await book.find_caller_facts(CALLER)
    clock.now = CACHE_SECONDS + 1
    after = await book.find_caller_facts(CALLER)

    assert before.groups == just_before.groups == {OPERATORS}
    assert after.groups == frozenset()
    assert after.unknown_groups == {OPERATORS}


async def test_what_failed_is_asked_again_at_once(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds())
    slack.fail_next("users.info", error="internal_error")

    first, second = await book.find_caller_facts(CALLER), await book.find_caller_facts(CALLER)

    assert first.is_guest is None
    assert second.is_guest is False


async def test_nothing_is_asked_that_no_rule_needs(slack: SlackSimulator) -> None:
    book = directory(slack, Seconds(), Rules(allow_guests=True, allow_external=True))

    standing = await book.find_caller_facts(Caller(UserId(GUEST), TeamId("T0DEMO"), ChannelId(BATCHES)))

    assert standing.is_guest is False
    assert slack.calls() == []


@pytest.mark.parametrize("user", [GUEST, "U0STRANGER"])
async def test_guests_and_strangers_are_distinguished_from_members(slack: SlackSimulator, user: str) -> None:
    book = directory(slack, Seconds())

    standing = await book.find_caller_facts(Caller(UserId(user), TeamId("T0DEMO"), ChannelId(BATCHES)))

    assert standing.is_guest is True
