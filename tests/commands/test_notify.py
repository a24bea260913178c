"""Notify: how much a channel hears when batches end."""

import pytest

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, NeedsChannel, UnexpectedWord, UsageError
from bot.commands.notify import LEVELS, Notify, NotifyShown
from bot.operations.services import Services
from bot.store.records import audit
from tests.builders import ADA, AT_HOME
from tests.commands.carrying_out import carry_out, reads_as, usage_error

IN_DIRECT_MESSAGES = Caller(UserId("U0ADA"), TeamId("T0TEAM"), ChannelId("D0ADA"))


def test_it_takes_an_optional_level() -> None:
    assert reads_as("notify", Notify())
    assert reads_as("notify FAILURES", Notify("failures"))


@pytest.mark.parametrize(("typed", "kind"), [("notify loud", BadValue), ("notify all none", UnexpectedWord)])
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "notify")


def test_it_needs_an_operator() -> None:
    assert Notify.permission is Permission.OPERATE


def test_only_a_change_is_announced() -> None:
    assert Notify("none").is_announced
    assert not Notify().is_announced


async def test_without_a_level_it_reads_and_records_nothing(services: Services) -> None:
    assert await carry_out(services, "notify") == NotifyShown("C0BATCHES", "all", changed=False)
    assert await services.database.run(audit.list_entries) == []


@pytest.mark.parametrize("level", LEVELS)
async def test_a_level_is_stored_and_recorded(level: str, services: Services) -> None:
    changed = await carry_out(services, f"notify {level}")

    assert changed == NotifyShown("C0BATCHES", LEVELS[level], changed=True)
    assert await carry_out(services, "notify") == NotifyShown("C0BATCHES", LEVELS[level], changed=False)
    [entry] = await services.database.run(audit.list_entries)
    assert (entry.verb, entry.command, entry.user_id) == ("notify", f"notify {level}", ADA.user)


@pytest.mark.parametrize("caller", [AT_HOME, IN_DIRECT_MESSAGES])
async def test_it_needs_a_channel(caller: Caller, services: Services) -> None:
    with pytest.raises(NeedsChannel):
        await carry_out(services, "notify none", caller)
