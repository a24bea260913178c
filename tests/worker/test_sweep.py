"""The sweep: it reads pages instead of each batch, and misses nothing in an outage."""

import asyncio
from datetime import timedelta

from bot.store.records import watches
from tests.desk import ADA, BATCHES, BEN, GENERAL
from tests.worker.scene import Scene


async def test_a_card_is_edited_in_place_and_the_watcher_mentioned_once(either_scene: Scene) -> None:
    batch = either_scene.batch(processing=320, ends_in=60)
    await either_scene.watch(batch)
    either_scene.advance(100)

    await either_scene.sweep()
    await either_scene.sweep()

    [card] = either_scene.cards()
    [told] = either_scene.notices()
    assert "all 320 succeeded" in card.visible_text
    assert told.visible_text.count(f"<@{ADA}>") == 1
    assert told.thread_ts == card.ts


async def test_a_card_that_shows_the_same_is_not_edited(scene: Scene) -> None:
    await scene.watch(scene.batch(ends_in=900))

    for _ in range(5):
        scene.advance(30)
        await scene.sweep()

    assert scene.count_calls("chat.postMessage") == 1
    assert scene.count_calls("chat.update") == 0


async def test_watchers_of_one_batch_share_a_card_and_a_message(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    await scene.watch(batch, BEN)
    scene.advance(100)

    await scene.sweep()

    [told] = scene.notices()
    assert len(scene.cards()) == 1
    assert (told.visible_text.count(f"<@{ADA}>"), told.visible_text.count(f"<@{BEN}>")) == (1, 1)


async def test_requests_grow_with_pages_and_not_with_watches(scene: Scene) -> None:
    batches = [scene.batch(age=60 + number, ends_in=3_600) for number in range(300)]
    for batch in batches:
        await scene.watch(batch, drawn=False)
    before = len(scene.api.requests)

    await scene.worker.sweep.run(1)

    assert len(scene.api.requests) - before == 1


async def test_a_single_watch_costs_a_single_look(scene: Scene) -> None:
    for number in range(250):
        scene.api.workspace.add(succeeded=1, age=7_200 + number)
    await scene.watch(scene.batch(ends_in=3_600))
    before = len(scene.api.requests)

    await scene.worker.sweep.run(1)

    [request] = scene.api.requests[before:]
    assert not request.query


async def test_pages_older_than_every_watch_are_not_read(scene: Scene) -> None:
    for number in range(60):
        await scene.watch(scene.batch(age=100 + number, ends_in=3_600), drawn=False)
    for number in range(1_500):
        scene.api.workspace.add(succeeded=1, age=7_200 + number)
    before = len(scene.api.requests)

    await scene.worker.sweep.run(1)

    assert len(scene.api.requests) - before == 1


async def test_two_sweeps_that_see_the_same_end_announce_it_once(either_scene: Scene) -> None:
    batch = either_scene.batch(ends_in=60)
    await either_scene.watch(batch)
    either_scene.advance(100)
    other = either_scene.make_worker()

    await asyncio.gather(either_scene.worker.sweep.run(1), other.sweep.run(2))
    await either_scene.deliver_all()

    assert len(either_scene.notices()) == 1


async def test_a_canceled_batch_shows_what_was_really_canceled(scene: Scene) -> None:
    batch = scene.batch(processing=1_000, ends_in=3_600)
    await scene.watch(batch, reason="cancel")
    scene.api.workspace.cancel(batch.id)
    await scene.sweep()
    scene.advance(60)

    await scene.sweep()

    [told] = scene.notices()
    assert " canceled" in told.visible_text
    assert f"<@{ADA}>" in told.visible_text


async def test_a_watcher_who_cancels_is_notified_once(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    await scene.watch(batch, channel=ADA, reason="cancel")
    scene.advance(100)

    await scene.sweep()

    assert [message.visible_text.count(f"<@{ADA}>") for message in scene.notices() + scene.notices("D0ADA")] == [1]


async def test_a_channel_with_failures_only_gets_no_notice_of_success(scene: Scene) -> None:
    good, bad = scene.batch(ends_in=60), scene.batch(processing=0, succeeded=5, errored=5, ends_in=60)
    for batch in (good, bad):
        await scene.watch(batch)
    scene.database.transact(lambda connection: watches.set_notify_level(connection, BATCHES, "failures"))
    scene.advance(100)

    await scene.sweep()

    [told] = scene.notices()
    assert bad.id in told.visible_text
    assert all(" · running" not in card.visible_text for card in scene.cards())


async def test_a_muted_batch_ends_silently(scene: Scene) -> None:
    first, second = scene.batch(ends_in=60), scene.batch(ends_in=600)
    for batch in (first, second):
        await scene.watch(batch)
    until = scene.now() + timedelta(seconds=300)
    scene.database.transact(lambda connection: watches.mute(connection, BATCHES, until))
    scene.advance(100)
    await scene.sweep()
    assert not scene.notices()
    scene.advance(600)

    await scene.sweep()

    [told] = scene.notices()
    assert second.id in told.visible_text


async def test_the_feed_shows_new_batches_and_their_ends_but_no_old_ones(scene: Scene) -> None:
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    old = scene.api.workspace.add(succeeded=1)
    before = scene.batch(ends_in=300)
    worker = scene.make_worker(feed_channel=GENERAL)
    await worker.sweep.run(1)
    await scene.deliver_all()
    assert not scene.cards(GENERAL)
    scene.advance(30)
    new = scene.batch(age=5, ends_in=3_600)
    await worker.sweep.run(2)
    await scene.deliver_all()
    [appeared] = scene.cards(GENERAL)
    scene.advance(400)

    await worker.sweep.run(3)
    await scene.deliver_all()

    said = " ".join(message.visible_text for message in scene.cards(GENERAL))
    assert new.id in appeared.visible_text
    assert before.id in said
    assert old.id not in said
    assert not scene.notices(GENERAL)
