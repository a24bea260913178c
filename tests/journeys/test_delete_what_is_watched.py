"""Delete a batch that others watch: its end is announced first, and its card says who deleted it."""

from datetime import timedelta

import pytest

from bot.api.ids import BatchId
from tests.desk import BEN, Desk
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    find_cards,
    find_notices,
    run_sweep,
    wait_for_card,
    wait_for_first_sweep,
    wait_for_notice,
    wait_until_settled,
)

pytestmark = pytest.mark.worker

YES = "Delete for good"


async def look_until_it_is_missed(desk: Desk) -> None:
    """Sweep for longer than a batch may be missing."""
    for _ in range(2):
        await run_sweep(desk)
        desk.time.later += timedelta(seconds=61)
    await run_sweep(desk)


async def test_an_unseen_end_is_announced_before_the_batch_is_deleted(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch label {batch.id} Nightly eval")
    await desk.type(f"/batch watch {batch.id}", BEN)
    first = await wait_for_card(desk, batch)
    desk.api.advance(700)
    [question] = await desk.type(f"/batch delete {batch.id}")

    [gone] = await desk.press(question, YES)
    last, told = await wait_for_card(desk, batch, "🗑️"), await wait_for_notice(desk, batch)
    await look_until_it_is_missed(desk)
    await wait_until_settled(desk)

    assert "Deleted by" in gone.visible_text
    assert "Nightly eval · 1,161 of 1,200 succeeded · 39 errored" in told.visible_text
    assert told.visible_text.count(f"<@{BEN}>") == 1
    assert len(find_notices(desk, batch)) == 1
    assert "Deleted · Nightly eval" in last.visible_text
    assert "Deleted by Ada Berg" in last.visible_text
    assert (last.ts, last.buttons, len(find_cards(desk, batch))) == (first.ts, [], 1)


async def test_the_card_of_an_announced_batch_names_who_deleted_it(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    ended = await wait_for_card(desk, batch, "all 1,200 succeeded")
    await wait_for_notice(desk, batch)

    [question] = await desk.press(ended, "Delete")
    await desk.press(question, YES)
    last = await wait_for_card(desk, batch, "Deleted by Ada Berg")
    await wait_until_settled(desk)

    assert (last.ts, last.buttons) == (ended.ts, [])
    assert "available until" not in last.visible_text
    assert len(find_notices(desk, batch)) == 1


async def test_a_batch_deleted_elsewhere_before_the_confirmation_is_not_called_deleted_here(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await wait_for_first_sweep(desk)
    desk.api.advance(700)
    [question] = await desk.type(f"/batch delete {batch.id}")
    await desk.bot.worker.services.workspace.batches.delete(BatchId(batch.id))

    await desk.press(question, YES)
    await look_until_it_is_missed(desk)
    last, told = await wait_for_card(desk, batch, "🗑️"), await wait_for_notice(desk, batch)

    assert "Deleted elsewhere" in last.visible_text
    assert "not through Batchdesk" in told.visible_text


async def test_a_press_that_finds_a_batch_gone_leaves_no_dead_button_behind(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    ended = await wait_for_card(desk, batch, "1,161 of 1,200 succeeded")
    await wait_for_notice(desk, batch)
    await desk.bot.worker.services.workspace.batches.delete(BatchId(batch.id))

    [too_early] = await desk.press(ended, "Results")  # the API may say so of a batch that has just ended
    await wait_until_settled(desk)
    [kept] = find_cards(desk, batch)
    desk.time.later += timedelta(seconds=61)
    [gone] = await desk.press(kept, "Retry failures")
    last = await wait_for_card(desk, batch, "🗑️")
    await wait_until_settled(desk)

    assert all("There is no batch" in reply.visible_text for reply in (too_early, gone))
    assert kept.buttons == ended.buttons
    assert "Deleted elsewhere" in last.visible_text
    assert (last.ts, last.buttons, len(find_notices(desk, batch))) == (ended.ts, [], 1)
