"""The moment at which a batch ends: everyone who watches is notified, in the thread of its card."""

import asyncio
import threading

from sqlalchemy import Connection

from bot.operations.snapshots import snapshot_batch
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch
from tests.desk import ADA, BATCHES, BEN
from tests.waiting import happened
from tests.worker.scene import Scene


async def test_someone_who_begins_to_watch_while_the_end_is_recorded_is_notified_too(either_scene: Scene) -> None:
    scene = either_scene
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    running = scene.read(batch)
    scene.advance(100)
    await scene.sweep()

    await scene.watch(batch, BEN, as_read=running)
    shown = scene.cards()
    await scene.sweep()
    await scene.sweep()

    assert "100 succeeded" in shown[0].visible_text
    assert [[user in each.visible_text for user in (ADA, BEN)] for each in scene.notices()] == [
        [True, False],
        [False, True],
    ]
    assert all("100 succeeded" in each.visible_text for each in scene.notices())


async def test_a_watch_that_is_stored_while_a_sweep_stores_the_end_is_not_missed(either_scene: Scene) -> None:
    scene = either_scene
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    running, stored, go_on = scene.read(batch), threading.Event(), threading.Event()

    def begin(connection: Connection) -> None:
        watch = StoredWatch(batch.id, BEN, BATCHES, "watch", scene.now())
        begin_watch.start_watch(
            connection, scene.worker.engine.enqueue, watch, snapshot_batch(running, scene.now()), scene.now()
        )
        stored.set()
        go_on.wait(10)

    beginning = asyncio.create_task(asyncio.to_thread(scene.database.transact, begin))
    await asyncio.to_thread(stored.wait, 10)
    scene.advance(100)
    looked = len(scene.api.requests)
    with happened("connection taken") as begun:
        sweeping = asyncio.create_task(scene.worker.sweep.run(1))
        await scene.api.wait_for(lambda: len(scene.api.requests) > looked)
        begun.clear()
        await asyncio.wait_for(begun.wait(), 10)  # by the sweep, which now waits for the other transaction
    go_on.set()
    await asyncio.gather(beginning, sweeping)
    await scene.deliver_all()

    [told] = scene.notices()
    assert (ADA in told.visible_text, BEN in told.visible_text) == (True, True)


async def test_an_end_before_the_first_card_waits_for_the_card_and_answers_it(scene: Scene) -> None:
    batch = scene.batch(ends_in=5)
    await scene.watch(batch, drawn=False)
    scene.advance(8)
    await scene.worker.sweep.run(1)

    await scene.worker.notices.run(scene.notice(batch).key)
    early = scene.cards()
    scene.advance(5)
    await scene.deliver_all()

    assert early == []
    assert [f"<@{ADA}>" in message.visible_text for message in scene.notices()] == [True]
    assert len(scene.cards()) == 1


async def test_an_end_does_not_wait_forever_for_a_card(scene: Scene) -> None:
    batch = scene.batch(ends_in=5)
    await scene.watch(batch, drawn=False)
    scene.advance(8)
    await scene.worker.sweep.run(1)
    scene.advance(30)

    await scene.worker.notices.run(scene.notice(batch).key)

    assert [f"<@{ADA}>" in message.visible_text for message in scene.cards()] == [True]
