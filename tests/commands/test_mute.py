"""Mute: no notices about a batch, or in a channel, for everyone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingReference, NeedsChannel, UnexpectedWord, UsageError
from bot.commands.mute import Mute, MuteAsked, Muted
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.store.records import audit
from tests.builders import ADA, AT_HOME, ID, NOW
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("mute here", Mute(Reference("here"))),
        ("mute channel 2H", Mute(Reference("here"), "2h")),
        ("mute <#C0BATCHES|batch-jobs> 3d", Mute(Reference("C0BATCHES"), "3d")),
        (f"mute {ID} off", Mute(Reference(ID), "off")),
    ],
)
def test_it_takes_a_batch_or_a_channel_and_how_long(typed: str, command: Mute) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("mute", MissingReference),
        ("mute here yesterday", BadValue),
        ("mute here 5", BadValue),
        ("mute here 99999h", BadValue),
        ("mute here 2026-13-45", BadValue),
        ("mute here 2h off", UnexpectedWord),
        ("mute #batch-jobs", BadValue),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "mute")


def test_it_needs_an_operator() -> None:
    assert Mute.permission is Permission.OPERATE


def test_it_is_announced_because_it_is_for_everyone() -> None:
    assert Mute(Reference("here"), "2h").is_announced


async def test_a_channel_without_an_end_is_asked_about_and_not_muted(services: Services) -> None:
    assert await carry_out(services, "mute here") == MuteAsked(Mute(Reference("here")))
    assert await services.database.run(audit.list_entries) == []
    assert not Mute(Reference("here")).is_announced


async def test_a_batch_without_an_end_is_muted_until_it_is_over(services: Services, place: Place) -> None:
    place(processing_status="in_progress", processing=5, id=ID)

    assert await carry_out(services, "mute last") == Muted(ID, is_channel=False, until=None)


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("forever", None),
        ("30m", NOW + timedelta(minutes=30)),
        ("2h", NOW + timedelta(hours=2)),
        ("1w", NOW + timedelta(days=7)),
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
    ],
)
async def test_a_channel_is_muted_for_as_long_as_was_typed(
    typed: str, until: datetime | None, services: Services
) -> None:
    assert await carry_out(services, f"mute here {typed}") == Muted("C0BATCHES", is_channel=True, until=until)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
        ("America/Los_Angeles", "2026-12-31", datetime(2026, 12, 31, 8, tzinfo=UTC)),
        ("Asia/Tokyo", "2026-12-31", datetime(2026, 12, 30, 15, tzinfo=UTC)),
        # Berlin changes its clocks at 01:00 UTC, so the day of a change begins in the old offset.
        ("Europe/Berlin", "2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", "2026-03-30", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", "2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("Europe/Berlin", "2026-10-26", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # In Cairo the clocks skip from midnight to 01:00, so this day has no midnight.
        ("Africa/Cairo", "2026-04-24", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        # In Havana the hour after midnight comes twice: the day begins with the first.
        ("America/Havana", "2026-11-01", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
async def test_a_typed_date_begins_in_the_time_zone_of_the_settings(
    zone: str, day: str, begins: datetime, services: Services
) -> None:
    there = replace(services, time_zone=ZoneInfo(zone), now=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    outcome = await carry_out(there, f"mute here {day}")

    assert isinstance(outcome, Muted)
    assert outcome.until is not None
    assert outcome.until.astimezone(UTC) == begins


async def test_off_ends_a_mute(services: Services) -> None:
    await carry_out(services, "mute here 2h")

    assert await carry_out(services, "mute here off") == Muted("C0BATCHES", is_channel=True, until=None, ended=True)


async def test_a_batch_is_muted_by_its_id(services: Services, place: Place) -> None:
    place(processing_status="in_progress", processing=5, id=ID)

    assert await carry_out(services, "mute last 2h") == Muted(ID, is_channel=False, until=NOW + timedelta(hours=2))


async def test_here_in_direct_messages_is_the_person(services: Services) -> None:
    in_direct_messages = Caller(UserId("U0ADA"), TeamId("T0TEAM"), ChannelId("D0ADA"))

    outcome = await carry_out(services, "mute here forever", in_direct_messages)

    assert outcome == Muted("U0ADA", is_channel=True, until=None)


async def test_here_on_the_home_tab_is_no_channel(services: Services) -> None:
    with pytest.raises(NeedsChannel):
        await carry_out(services, "mute here", AT_HOME)


async def test_a_day_that_has_begun_is_refused(services: Services) -> None:
    with pytest.raises(BadValue):
        await carry_out(services, "mute here 2026-11-21")


async def test_it_is_recorded(services: Services) -> None:
    await carry_out(services, "mute here 2h")

    [entry] = await services.database.run(audit.list_entries)
    assert (entry.verb, entry.subject, entry.user_id) == ("mute", "C0BATCHES", ADA.user)
