"""After a cancel, a notice says what it really did."""

import pytest

from bot.api.ids import BatchId
from bot.playground.api_simulator.batch import Counts, Ending
from bot.playground.api_simulator.faults import ApiFault
from tests.builders import running
from tests.desk import ADA, BATCHES, GENERAL, Desk
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    find_cards,
    find_notices,
    public_messages,
    run_sweep,
    wait_for_card,
    wait_for_notice,
    wait_until_settled,
)

pytestmark = pytest.mark.worker


async def test_the_person_who_cancels_learns_how_many_were_canceled(desk: Desk) -> None:
    batch = add_running_batch(desk)
    desk.api.advance(300)

    [reply] = await desk.type(f"/batch cancel {batch.id}")
    shown = await wait_for_card(desk, batch, "canceling")
    await advance_and_sweep(desk)
    told, last = await wait_for_notice(desk, batch), await wait_for_card(desk, batch, "succeeded")
    await wait_until_settled(desk)
    canceled = (await desk.bot.worker.services.workspace.batches.retrieve(BatchId(batch.id))).request_counts.canceled

    assert "I'll post the final count in <#C0BATCHES>" in reply.visible_text
    assert 0 < canceled < 1_200
    assert f"{canceled:,} canceled" in told.visible_text or f"{canceled:,} of 1,200 canceled" in told.visible_text
    assert f"The {1_200 - canceled:,} that succeeded are billed." in told.visible_text
    assert f"<@{ADA}> *" in told.visible_text
    assert (last.ts, len(public_messages(desk))) == (shown.ts, 2)


async def test_a_watcher_who_cancels_is_notified_once(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    await desk.type(f"/batch cancel {batch.id}")
    await run_sweep(desk)
    shown = await wait_for_card(desk, batch, "canceling")
    await advance_and_sweep(desk)
    await desk.slack.wait_for(lambda: find_notices(desk, batch), timeout=15)
    await wait_until_settled(desk)

    assert " by Ada Berg" in shown.visible_text
    assert set(shown.choices) >= {"Refresh", "Watch", "Unwatch"}
    assert "Cancel" not in shown.choices
    assert sum(f"<@{ADA}> *" in each.visible_text for each in public_messages(desk)) == 1


async def test_after_a_cancel_no_card_offers_to_cancel_although_nothing_was_swept(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    shown = await wait_for_card(desk, batch, " · running")

    await desk.type(f"/batch cancel {batch.id}")
    redrawn = await wait_for_card(desk, batch, "canceling")

    assert redrawn.ts == shown.ts
    assert "Cancel" not in redrawn.choices
    assert [card.ts for card in find_cards(desk, batch)] == [shown.ts]


async def test_a_cancel_that_ends_the_batch_at_once_redraws_its_cards(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch, " · running")
    still_running = running(id=BatchId(batch.id)).model_dump_json()
    desk.api.add_fault(ApiFault(method="GET", path=f"*/{batch.id}", body=still_running))
    batch.cancel_initiated_at = desk.api.now
    batch.ending = Ending(desk.api.now, Counts(canceled=1_200))

    await desk.type(f"/batch cancel {batch.id}")
    card = await wait_for_card(desk, batch, "all 1,200 canceled")

    assert "Cancel" not in card.choices


async def test_a_watcher_who_cancels_elsewhere_is_notified_where_the_reply_says(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    [reply] = await desk.type(f"/batch cancel {batch.id}", channel="D0ADA")
    await wait_for_card(desk, batch, place="D0ADA")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch)
    await wait_until_settled(desk)

    assert "I'll post the final count in <#C0BATCHES>" in reply.visible_text
    assert " canceled" in told.visible_text
    assert find_notices(desk, batch, "D0ADA") == []


async def test_a_watcher_in_a_quiet_channel_is_notified_where_they_canceled(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type("/batch notify none")
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    [reply] = await desk.type(f"/batch cancel {batch.id}", channel="D0ADA")
    await wait_for_card(desk, batch, place="D0ADA")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch, "D0ADA")
    await wait_until_settled(desk)

    assert "I'll post the final count in our direct messages" in reply.visible_text
    assert " canceled" in told.visible_text
    assert find_notices(desk, batch) == []


async def test_a_cancel_in_a_channel_without_the_bot_is_followed_in_direct_messages(desk: Desk) -> None:
    batch = add_running_batch(desk)

    [reply, *_] = await desk.type(f"/batch cancel {batch.id}", channel=GENERAL)
    await wait_for_card(desk, batch, place="D0ADA")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch, "D0ADA")

    assert "in our direct messages" in reply.visible_text
    assert " canceled" in told.visible_text
    assert public_messages(desk, BATCHES) == []
