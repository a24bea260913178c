"""Mute a batch or a channel, and set how much a channel hears."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    find_notices,
    wait_for_card,
    wait_for_notice,
    wait_until_settled,
)

pytestmark = pytest.mark.worker


async def test_a_channel_can_ask_for_failures_only(desk: Desk) -> None:
    well, badly = add_running_batch(desk), add_running_batch(desk, errored=5)
    [reply] = await desk.type("/batch notify failures")
    for batch in (well, badly):
        await desk.type(f"/batch watch {batch.id}")
        await wait_for_card(desk, batch)

    await advance_and_sweep(desk)
    await wait_for_notice(desk, badly)
    await wait_for_card(desk, well, "all 1,200 succeeded")
    await wait_until_settled(desk)

    assert "only post failures and deletions" in reply.visible_text
    assert find_notices(desk, well) == []


async def test_a_level_is_shown_changed_by_a_button_and_recorded(desk: Desk) -> None:
    [shown] = await desk.type("/batch notify")
    [changed] = await desk.press(shown, "None")
    [record] = await desk.type("/batch audit")

    assert "when a watched batch ends" in shown.visible_text
    assert "when batches end" in changed.visible_text
    assert changed.ts == shown.ts
    assert "*notify* `none`: done" in record.visible_text


async def test_only_operators_may_mute_and_notify(desk: Desk) -> None:
    batch = add_running_batch(desk)

    [level] = await desk.type("/batch notify none", BEN)
    [muted] = await desk.type(f"/batch mute {batch.id}", BEN)

    assert "Only operators" in level.visible_text
    assert "Only operators" in muted.visible_text


async def test_notify_is_about_a_channel(desk: Desk) -> None:
    [reply] = await desk.type("/batch notify none", channel="D0ADA")

    assert "is about a channel" in reply.visible_text


async def test_a_muted_batch_notifies_no_one_and_its_card_stays_current(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    [reply] = await desk.type(f"/batch mute {batch.id}")
    await advance_and_sweep(desk)
    await wait_for_card(desk, batch, "all 1,200 succeeded")
    await wait_until_settled(desk)
    [record] = await desk.type("/batch audit")

    assert "Muted" in reply.visible_text
    assert find_notices(desk, batch) == []
    assert "*mute*: done" in record.visible_text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("/batch notify none", "I post nothing there when batches end"),
        ("/batch notify failures", "An operator can change that with `/batch notify all` there."),
        ("/batch mute here 2h", "muted"),
    ],
)
async def test_no_mention_is_promised_if_the_channel_mutes_it(desk: Desk, said: str, words: str) -> None:
    batch = add_running_batch(desk)
    await desk.type(said)

    [watched] = await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    [canceled] = await desk.type(f"/batch cancel {batch.id}")

    assert words in watched.visible_text
    assert words in canceled.visible_text


async def test_a_muted_batch_promises_no_mention(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch mute {batch.id}")

    [watched] = await desk.type(f"/batch watch {batch.id}")

    assert "muted" in watched.visible_text


async def test_a_mute_lapses(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await desk.type("/batch mute here 2h")

    desk.time.later += timedelta(hours=2, minutes=1)
    await advance_and_sweep(desk)

    assert f"<@{ADA}>" in (await wait_for_notice(desk, batch)).visible_text


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
async def test_a_mute_until_a_date_ends_when_that_day_begins_in_the_bots_time_zone(
    open_desk: OpenDesk, zone: str
) -> None:
    desk = await open_desk(time_zone=zone)
    local_today = desk.time().astimezone(ZoneInfo(zone)).date()
    day = local_today + timedelta(days=2)
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    [reply] = await desk.type(f"/batch mute here {day}")
    [refused] = await desk.type(f"/batch mute here {local_today}")

    assert f"{begins:%Y-%m-%d %H:%M} UTC" in str(reply.blocks)
    assert f"{day} 00:00" in reply.text
    assert "a time in the future" in refused.visible_text


async def test_a_mute_can_be_ended(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await desk.type("/batch mute channel")

    [reply] = await desk.type("/batch mute here off")
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk)

    assert "Unmuted" in reply.visible_text
    assert f"<@{ADA}>" in (await wait_for_notice(desk, batch)).visible_text


async def test_mute_here_in_direct_messages_mutes_them(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id} --dm")
    await wait_for_card(desk, batch, place="D0ADA")

    [reply] = await desk.type("/batch mute here 2h", channel="D0ADA")
    await advance_and_sweep(desk)
    await wait_for_card(desk, batch, "all 1,200 succeeded", place="D0ADA")
    await wait_until_settled(desk)

    assert "Muted our direct messages" in reply.visible_text
    assert find_notices(desk, batch, "D0ADA") == []


@pytest.mark.parametrize("until", ["0h", "2020-01-01"])
async def test_a_mute_that_would_be_over_is_refused(desk: Desk, until: str) -> None:
    [reply] = await desk.type(f"/batch mute here {until}")

    assert "a time in the future" in reply.visible_text


async def test_a_time_that_cannot_be_read_mutes_nothing(desk: Desk) -> None:
    [reply] = await desk.type("/batch mute here tomorrowish")

    assert "Type `2h`, `3d`" in reply.visible_text


async def test_a_mute_is_announced_in_the_audit_channel(desk: Desk) -> None:
    await desk.restart(audit_channel=BATCHES)

    await desk.type("/batch mute here 3d", channel="D0ADA")

    assert any("/batch mute here 3d" in each.visible_text for each in desk.slack.messages(BATCHES))
