"""An end is announced even if the results cannot be read."""

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import Desk
from tests.journeys.watching import add_running_batch, advance_and_sweep, wait_for_card, wait_for_notice

pytestmark = pytest.mark.worker


async def test_an_end_is_announced_without_causes_if_the_results_cannot_be_read(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    desk.api.add_fault(ApiFault(path="/v1/messages/batches/*/results", status=404, times=99))
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch)

    assert "1,161 of 1,200 succeeded" in told.visible_text
    assert "Cost" not in told.visible_text


async def test_reading_for_a_notice_counts_as_read_by_no_one(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=1, succeeded=9)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    await wait_for_notice(desk, batch)

    [question] = await desk.type(f"/batch delete {batch.id}")
    [results] = await desk.type(f"/batch results {batch.id}")

    assert "*No one has downloaded them.*" in question.visible_text
    assert "Read by me " in results.visible_text
