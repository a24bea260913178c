"""Watch a batch, and be notified when it ends."""

import re

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GENERAL, Desk
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


async def test_one_card_is_edited_in_place_and_one_mention_comes_when_it_is_over(desk: Desk) -> None:
    batch = add_running_batch(desk, errored=39, succeeded=1_161)

    [reply] = await desk.type(f"/batch watch {batch.id}")
    first = await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    last, told = await wait_for_card(desk, batch, "1,161 of 1,200 succeeded"), await wait_for_notice(desk, batch)
    await wait_until_settled(desk)

    assert "Watching." in reply.visible_text
    assert reply.ephemeral_to == ADA
    assert " · running" in first.visible_text
    assert set(first.choices) >= {"Refresh", "Watch", "Unwatch", "Cancel"}
    assert (first.ts, len(find_cards(desk, batch))) == (last.ts, 1)
    assert [f"<@{ADA}>" in each.visible_text for each in public_messages(desk)] == [False, True]
    assert told.thread_ts == last.ts
    assert "Cost: $" in told.visible_text
    assert sum(map(int, re.findall(r"^(\d+) × `", told.visible_text, re.MULTILINE))) == 39


async def test_nothing_is_edited_while_nothing_changes(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await wait_until_settled(desk)

    await run_sweep(desk)
    await run_sweep(desk)
    await wait_until_settled(desk)

    assert desk.slack.calls("chat.update") == []


async def test_two_watchers_share_one_card_and_one_message_mentions_both(desk: Desk) -> None:
    batch = add_running_batch(desk)

    await desk.type(f"/batch watch {batch.id}", ADA)
    shown = await wait_for_card(desk, batch)
    await desk.press(shown, "Watch", BEN)
    shared = await wait_for_card(desk, batch, "watched by Ada Berg, Ben Ito")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch)
    await wait_until_settled(desk)

    assert shared.ts == shown.ts
    assert len(find_cards(desk, batch)) == 1
    assert (told.visible_text.count(f"<@{ADA}>"), told.visible_text.count(f"<@{BEN}>")) == (1, 1)
    assert len(find_notices(desk, batch)) == 1


async def test_watching_twice_changes_nothing_and_says_so(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")

    [reply] = await desk.type(f"/batch watch {batch.id}")

    assert "already" in reply.visible_text
    await wait_until_settled(desk)
    assert len(find_cards(desk, batch)) == 1


async def test_without_permission_to_post_the_card_goes_to_direct_messages_and_the_reply_says_so(desk: Desk) -> None:
    batch = add_running_batch(desk)

    [reply, *_] = await desk.type(f"/batch watch {batch.id}", channel=GENERAL)
    await wait_for_card(desk, batch, place="D0ADA")
    await advance_and_sweep(desk)
    told = await wait_for_notice(desk, batch, "D0ADA")

    assert "I can't post in <#C0GENERAL>" in reply.visible_text
    assert "/invite" in reply.visible_text
    assert "in our direct messages" in reply.visible_text
    assert f"<@{ADA}>" in told.visible_text
    assert public_messages(desk, GENERAL) == []


async def test_dm_keeps_the_channel_free(desk: Desk) -> None:
    batch = add_running_batch(desk)

    await desk.type(f"/batch watch {batch.id} --dm")
    shown = await wait_for_card(desk, batch, place="D0ADA")
    await desk.press(shown, "Refresh")
    [refreshed] = find_cards(desk, batch, "D0ADA")

    assert public_messages(desk) == []
    assert shown.choices == refreshed.choices
    assert shown.buttons[:2] == ["Refresh", "Cancel"]
    assert "Unwatch" in shown.choices


async def test_an_ended_batch_is_not_watched_but_shown(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=7)

    [reply] = await desk.type(f"/batch watch {batch.id}")

    assert "nothing to watch" in reply.visible_text
    assert "all 7 succeeded" in reply.visible_text
    await wait_until_settled(desk)
    assert public_messages(desk) == []


async def test_an_unknown_batch_is_said_to_be_unknown(desk: Desk) -> None:
    [reply] = await desk.type("/batch watch msgbatch_01AAAAAAAAAAAAAAAAAAAAAA")

    assert "There is no batch" in reply.visible_text


async def test_here_and_dm_at_once_is_a_question_of_usage(desk: Desk) -> None:
    [reply] = await desk.type("/batch watch last --here --dm")

    assert "Choose `--here` or `--dm`" in reply.visible_text


async def test_unwatch_ends_the_mention_and_keeps_the_card(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    shown = await wait_for_card(desk, batch)

    [reply] = await desk.press(shown, "Unwatch")
    await wait_until_settled(desk)
    await advance_and_sweep(desk)
    await wait_for_card(desk, batch, "all 1,200 succeeded")
    await wait_until_settled(desk)

    assert "Stopped watching" in reply.visible_text
    assert find_notices(desk, batch) == []


async def test_unwatch_accepts_a_prefix_of_a_watched_id(desk: Desk) -> None:
    batch, other = add_running_batch(desk), add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")

    [ended] = await desk.type(f"/batch unwatch {batch.id[:14]}")
    [not_watched] = await desk.type(f"/batch unwatch {other.id}")
    [list_of_none] = await desk.type("/batch watch")

    assert f"*Batch {batch.id[9:19]}*" in ended.visible_text
    assert "You weren't watching" in not_watched.visible_text
    assert "You aren't watching any batches" in list_of_none.visible_text


async def test_watch_alone_lists_the_callers_own_watches(desk: Desk) -> None:
    mine, hers = add_running_batch(desk), add_running_batch(desk)
    await desk.type(f"/batch watch {mine.id}", BEN)
    await desk.type(f"/batch watch {hers.id}", ADA)

    [mine_shown] = await desk.type("/batch watch", BEN)
    line = mine_shown.choices[-1]
    [ended] = await desk.new_messages_after(
        BEN, lambda: desk.slack.press(BEN, mine_shown, action_id="run-1", text=line)
    )

    assert mine.id[9:19] in mine_shown.visible_text
    assert hers.id[9:19] not in mine_shown.visible_text
    assert mine.id[9:19] in ended.visible_text


async def test_refresh_edits_a_shared_card_in_place_and_keeps_it_shared(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    shown = await wait_for_card(desk, batch)

    await desk.press(shown, "Refresh", BEN)

    [refreshed] = find_cards(desk, batch)
    assert refreshed.ts == shown.ts
    assert refreshed.choices == shown.choices


async def test_a_card_on_a_status_offers_to_watch_and_then_not_to(desk: Desk) -> None:
    batch = add_running_batch(desk)

    [before] = await desk.type(f"/batch status {batch.id}")
    [begun] = await desk.press(before, "Watch")
    [after] = await desk.type(f"/batch status {batch.id}")

    assert before.buttons[:2] == ["Watch", "Cancel"]
    assert begun.buttons == ["Unwatch"]
    assert after.buttons[:2] == ["Refresh", "Cancel"]
    assert "Unwatch" in after.choices
    assert f"watched by <@{ADA}>" in after.visible_text


async def test_a_batch_deleted_elsewhere_is_announced_as_deleted(desk: Desk) -> None:
    batch = add_running_batch(desk, ends_in=1.0)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    desk.api.advance(2)
    desk.api.workspace.delete(batch.id)
    await run_sweep(desk)
    desk.time.later += desk.time.later.resolution * 61_000_000
    await run_sweep(desk)
    told = await wait_for_notice(desk, batch)
    await wait_for_card(desk, batch, "Deleted elsewhere")

    assert f"<@{ADA}>" in told.visible_text
    assert "not through Batchdesk" in told.visible_text


async def test_an_end_while_the_bot_is_away_is_announced_when_it_is_back(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await wait_until_settled(desk)

    await desk.stop()
    desk.api.advance(700)
    await desk.start()
    await run_sweep(desk)
    await wait_for_notice(desk, batch)
    await run_sweep(desk)
    await wait_until_settled(desk)

    assert len(find_notices(desk, batch)) == 1
    assert len(find_cards(desk, batch)) == 1


async def test_the_feed_shows_each_batch_as_one_card_and_mentions_no_one(open_desk: OpenDesk) -> None:
    desk = await open_desk(feed_channel=BATCHES)
    await run_sweep(desk)
    batch = add_running_batch(desk, age=1.0)

    await run_sweep(desk)
    appeared = await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    over = await wait_for_card(desk, batch, "all 1,200 succeeded")
    await wait_until_settled(desk)

    assert "No owner: this batch was created elsewhere" in appeared.visible_text
    assert over.ts == appeared.ts
    assert find_notices(desk, batch) == []
