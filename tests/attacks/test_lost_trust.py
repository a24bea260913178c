"""What was asked for while someone was trusted is not delivered once a channel or a person no longer is."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, SHARED, Desk
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    public_messages,
    wait_for_card,
    wait_for_notice,
    wait_until_settled,
)

CAUSE = "invalid_request_error"
NOT_TRUSTED: list[dict[str, Any]] = [
    {"is_restricted": True},
    {"is_ultra_restricted": True},
    {"team_id": "T0OTHER"},
    {"team_id": "T0OTHER", "enterprise_id": "E0OTHER"},
    {"is_stranger": True},
    {"deleted": True},
]


def change_person(desk: Desk, user: str, **changes: Any) -> None:
    """Change what Slack says of a person."""
    desk.slack.world.add(replace(desk.slack.world.people[user], **changes))


@pytest.mark.parametrize("option", ["", "--full", "--file", "--causes", "--merged"])
@pytest.mark.parametrize("is_pending", [False, True])
async def test_an_answer_that_took_long_appears_in_no_channel_that_became_shared(
    desk: Desk, option: str, is_pending: bool
) -> None:
    batch = desk.api.workspace.add(succeeded=3, errored=2)
    before = public_messages(desk)
    desk.api.add_fault(ApiFault(path=f"*{batch.id}/results", delay=60.0))

    reading = asyncio.create_task(desk.type(f"/batch results {batch.id} {option} --public"))
    await desk.api.wait_for(lambda: desk.api.delayed)
    channel = desk.slack.world.channels[BATCHES]
    desk.slack.world.add(replace(channel, is_ext_shared=not is_pending, is_pending_ext_shared=is_pending))
    desk.api.answer_delayed()
    await reading

    assert public_messages(desk) == before
    seen = [*desk.slack.messages(BATCHES, ADA), *desk.slack.messages("D0ADA", ADA)]
    assert any("shared with other organizations" in each.visible_text for each in seen)


@pytest.mark.worker
@pytest.mark.parametrize("changes", NOT_TRUSTED)
async def test_who_is_no_longer_answered_gets_no_card_and_no_notice(desk: Desk, changes: dict[str, Any]) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id} --dm", user=BEN)
    await desk.type(f"/batch own {batch.id} <@{BEN}|ben>")
    await wait_for_card(desk, batch, place="D0BEN")
    await wait_until_settled(desk)
    before = public_messages(desk, "D0BEN")
    change_person(desk, BEN, **changes)
    await desk.restart()  # what is known of a person is a minute old at most

    await desk.type(f"/batch note {batch.id} secret")
    await advance_and_sweep(desk)
    await wait_until_settled(desk)
    [record] = await desk.type(f"/batch audit {batch.id}")

    assert public_messages(desk, "D0BEN") == before
    assert "notice" in record.visible_text


@pytest.mark.worker
async def test_a_guest_who_is_let_in_is_notified_without_causes(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_guests=True)
    change_person(desk, BEN, is_restricted=True)
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id} --dm", user=BEN)
    await desk.type(f"/batch watch {batch.id} --dm")
    await wait_for_card(desk, batch, place="D0BEN")

    await advance_and_sweep(desk)
    to_guest = await wait_for_notice(desk, batch, "D0BEN")
    to_member = await wait_for_notice(desk, batch, "D0ADA")

    assert "1,161 of 1,200 succeeded" in to_guest.visible_text
    assert CAUSE not in to_guest.visible_text
    assert CAUSE in to_member.visible_text


@pytest.mark.worker
async def test_in_a_channel_that_others_are_let_into_a_notice_has_no_causes(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_external=True)
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id}", channel=SHARED)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch, place=SHARED)
    await wait_for_card(desk, batch)

    await advance_and_sweep(desk)
    shared = await wait_for_notice(desk, batch, SHARED)
    internal = await wait_for_notice(desk, batch)

    assert "1,161 of 1,200 succeeded" in shared.visible_text
    assert CAUSE not in shared.visible_text
    assert CAUSE in internal.visible_text
