"""The watching verbs as they are typed, and spelled back for a button."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.base import Permission
from bot.commands.language.errors import UsageError
from bot.commands.mute import Mute, _moment
from bot.commands.notify import Notify
from bot.commands.registry import parse, suggest
from bot.commands.watch import Unwatch, Watch
from bot.operations.find_batch import Reference

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ID = Reference("msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("watch", Watch()),
        ("WATCH last", Watch(Reference("last"))),
        (f"watch `{ID}` —dm", Watch(ID, "dm")),
        ("watch 01Hkc --here", Watch(Reference("01Hkc"))),
        (f"unwatch {ID}", Unwatch(ID)),
        ("notify", Notify()),
        ("notify FAILURES", Notify("failures")),
        ("mute here", Mute(Reference("here"))),
        ("mute channel 2H", Mute(Reference("here"), "2h")),
        ("mute <#C0BATCHES|batch-jobs> 3d", Mute(Reference("C0BATCHES"), "3d")),
        (f"mute {ID} off", Mute(ID, "off")),
    ],
)
def test_a_verb_is_read_and_spelled_back(typed: str, meant: Watch | Unwatch | Notify | Mute) -> None:
    command = parse(typed)

    assert command == meant
    assert parse(command.spell()) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "watch last --here --dm",
        "watch a b",
        "watch --public",
        "unwatch",
        "notify loud",
        "notify all none",
        "mute",
        "mute here yesterday",
        "mute here 5",
        "mute here 99999h",
        "mute here 2026-13-45",
        "mute here 2h off",
        "mute #batch-jobs",
    ],
)
def test_what_cannot_be_meant_is_a_question_of_usage(typed: str) -> None:
    with pytest.raises(UsageError):
        parse(typed)


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        (None, None),
        ("off", None),
        ("30m", NOW + timedelta(minutes=30)),
        ("2h", NOW + timedelta(hours=2)),
        ("1w", NOW + timedelta(days=7)),
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_mute_lasts_as_long_as_was_said(until: str | None, moment: datetime | None) -> None:
    assert _moment(until, NOW, UTC) == moment


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
def test_a_typed_date_begins_in_the_time_zone_of_the_settings(zone: str, day: str, begins: datetime) -> None:
    moment = _moment(day, NOW, ZoneInfo(zone))

    assert moment is not None
    assert moment.astimezone(UTC) == begins


def test_whoever_reads_may_watch_and_only_operators_say_what_others_hear() -> None:
    needed = {command.verb: command.permission for command in (Watch, Unwatch, Mute, Notify)}

    assert needed == {
        "watch": Permission.READ,
        "unwatch": Permission.READ,
        "mute": Permission.OPERATE,
        "notify": Permission.OPERATE,
    }


def test_other_words_for_the_verbs_are_suggested() -> None:
    assert [suggest(word) for word in ("quiet", "subscribe", "wacth")] == ["notify", "watch", "watch"]
