"""Maintenance: jobs are enqueued once, work of dead workers is taken over, and stuck rows are enqueued again."""

import asyncio
import os
import socket
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.records import batches as batch_records
from bot.store.records import labels, notices, scheduled_jobs, workers
from bot.store.records.workers import DEAD_AFTER, WorkerProcess
from bot.worker.maintenance import HEARTBEAT_INTERVAL, MESSAGE_DELAY, Chore, Maintenance
from tests.desk import BATCHES
from tests.waiting import until_stored
from tests.worker.scene import Scene


async def test_a_due_sweep_is_enqueued_by_one_of_two_workers(either_scene: Scene) -> None:
    await either_scene.watch(either_scene.batch(ends_in=900))
    either_scene.advance(11)
    other = either_scene.make_worker()

    for worker in (either_scene.worker, other):
        await worker.maintenance.enqueue_sweep()

    assert await either_scene.worker.engine.list_unstarted("sweep") == {"sweep:1": "ENQUEUED"}


async def test_a_new_watch_brings_the_next_sweep_forward(scene: Scene) -> None:
    far = scene.now() + timedelta(seconds=60)
    scene.database.transact(lambda connection: scheduled_jobs.set_due(connection, "sweep", far))

    await scene.watch(scene.batch(ends_in=900))

    duty = scene.database.transact(lambda connection: scheduled_jobs.get(connection, "sweep"))
    assert duty is not None
    assert duty.due_at - scene.now() <= timedelta(seconds=10)


async def test_a_notice_that_is_stuck_for_two_minutes_is_enqueued_again(either_scene: Scene) -> None:
    batch = either_scene.batch(ends_in=60)
    await either_scene.watch(batch)
    either_scene.advance(100)
    await either_scene.worker.sweep.run(1)
    either_scene.advance(119)
    early = await either_scene.worker.maintenance.redrive()
    either_scene.advance(2)

    count = await either_scene.worker.maintenance.redrive()
    again = await either_scene.worker.maintenance.redrive()

    assert (early, count, again) == (0, 2, 0)
    handed = await either_scene.worker.engine.list_unstarted("deliver")
    assert len([id for id in handed if id.startswith(f"notice:{batch.id}:ended")]) == 2


async def test_a_notice_that_a_dead_process_held_is_free_after_a_moment(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    key = scene.claim_elsewhere(batch, "dead")

    freed = scene.database.transact(
        lambda c: notices.OUTBOX.release_claims(c, "dead", scene.now() + timedelta(seconds=3))
    )
    await scene.worker.notices.run(key)
    at_once = scene.notices()
    scene.advance(4)
    await scene.worker.notices.run(key)

    assert freed == 1
    assert not at_once
    assert len(scene.notices()) == 1


def other(scene: Scene, **changes: object) -> WorkerProcess:
    facts = {"id": "other", "host": "elsewhere", "pid": 1, "started_at": scene.now(), "seen_at": scene.now()}
    return WorkerProcess(**(facts | changes))  # type: ignore[arg-type]  # each test changes one of them


def is_dead(scene: Scene, worker: WorkerProcess) -> bool:
    scene.database.transact(lambda connection: workers.record_heartbeat(connection, worker, worker.seen_at))
    return worker.id in {each.id for each in scene.database.transact(scene.worker.maintenance.find_dead)}


async def test_a_process_without_heartbeat_is_dead_and_its_work_free_within_a_minute(scene: Scene) -> None:
    assert not is_dead(scene, other(scene, seen_at=scene.now() - DEAD_AFTER))
    assert is_dead(scene, other(scene, id="older", seen_at=scene.now() - DEAD_AFTER - timedelta(seconds=1)))
    assert timedelta(minutes=1) > DEAD_AFTER + HEARTBEAT_INTERVAL + MESSAGE_DELAY


async def test_after_an_outage_of_the_store_no_living_process_is_taken_for_dead(scene: Scene) -> None:
    living = [scene.worker.engine.process, scene.make_worker().engine.process]
    gone = other(scene, id="gone")

    def beat(*processes: WorkerProcess) -> None:
        for process in processes:
            scene.database.transact(partial(workers.record_heartbeat, worker=process, now=scene.now()))

    def dead() -> list[str]:
        return [each.id for each in scene.database.transact(scene.worker.maintenance.find_dead)]

    beat(*living, gone)
    scene.advance(120)
    beat(living[0])
    at_once = dead()
    for _ in range(3):
        scene.advance(10)
        beat(*living)

    assert at_once == []
    assert dead() == ["gone"]


async def test_a_process_that_died_before_the_clock_was_set_back_is_dead(scene: Scene) -> None:
    assert not is_dead(scene, other(scene, seen_at=scene.now() + timedelta(seconds=30)))  # clocks of two machines
    assert is_dead(scene, other(scene, id="ahead", seen_at=scene.now() + timedelta(hours=3)))


async def test_a_process_of_this_machine_that_does_not_run_is_dead_at_once(scene: Scene) -> None:
    mine = scene.worker.engine.process
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()

    assert is_dead(scene, other(scene, host=mine.host, pid=ended.pid))
    assert not is_dead(scene, other(scene, id="alive", host=mine.host, pid=os.getpid()))
    assert not is_dead(scene, mine)


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="without Linux's /proc a machine is its name alone")
async def test_a_process_on_a_machine_of_the_same_name_is_not_judged_by_its_number(scene: Scene) -> None:
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()

    assert not is_dead(scene, other(scene, host=socket.gethostname(), pid=ended.pid))
    assert scene.worker.engine.process.host.split()[0] == socket.gethostname()


async def test_a_process_that_stopped_is_not_waited_for(scene: Scene) -> None:
    neighbour = scene.make_worker()
    scene.database.transact(lambda c: workers.record_heartbeat(c, neighbour.engine.process, scene.now()))

    await neighbour.maintenance.mark_stopped()

    dead = scene.database.transact(scene.worker.maintenance.find_dead)
    assert [each.id for each in dead] == [neighbour.engine.worker_id]


async def test_maintenance_continues_after_a_failure_of_the_store(scene: Scene) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("done")

    maintenance = Maintenance(
        scene.database, scene.worker.engine, scene.now, [Chore("note", timedelta(minutes=1), note)]
    )
    scene.database.transact(lambda connection: connection.execute(text("ALTER TABLE bd_duties RENAME TO bd_gone")))
    await maintenance.run_once()
    scene.database.transact(lambda connection: connection.execute(text("ALTER TABLE bd_gone RENAME TO bd_duties")))

    scene.database.transact(lambda c: scheduled_jobs.set_due(c, "prune", scene.now() + timedelta(hours=1)))
    await maintenance.run_once()

    assert done == ["done"]


async def test_a_slow_chore_is_begun_once_and_delays_neither_the_heartbeat_nor_other_chores(scene: Scene) -> None:
    hanging, done = asyncio.Event(), asyncio.Event()
    begun: list[str] = []

    async def hang() -> None:
        begun.append("slow")
        await hanging.wait()

    async def finish() -> None:
        done.set()

    chores = [Chore("slow", HEARTBEAT_INTERVAL, hang), Chore("quick", HEARTBEAT_INTERVAL, finish)]
    maintenance = Maintenance(scene.database, scene.worker.engine, scene.now, chores, pause=0.01)
    running = asyncio.create_task(maintenance.run())

    await asyncio.wait_for(done.wait(), 5)
    scene.advance(60)
    done.clear()
    await asyncio.wait_for(done.wait(), 5)
    await until_stored(lambda: scene.database.run(lambda c: workers.list_workers(c)[0].seen_at >= scene.now()))
    running.cancel()
    await asyncio.wait([running])

    assert begun == ["slow"]


async def test_the_label_of_a_deleted_batch_is_deleted_with_its_card(scene: Scene) -> None:
    deleted, kept = scene.batch(ends_in=60), scene.batch(ends_in=60)
    for batch in (deleted, kept):
        await scene.watch(batch)
        change = partial(labels.set_field, batch_id=batch.id, what="label", value="eval", by="U0ADA", at=scene.now())
        scene.database.transact(change)
    scene.advance(100)
    await scene.sweep()
    scene.database.transact(lambda connection: batch_records.mark_gone(connection, deleted.id, scene.now()))
    scene.advance(timedelta(days=41).total_seconds())

    await scene.worker.maintenance.prune_store()

    assert scene.database.transact(lambda connection: labels.find_batches(connection, label="eval")) == {kept.id}


async def test_old_batches_are_deleted_with_their_cards_and_notices(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    await scene.sweep()
    scene.advance(timedelta(days=41).total_seconds())
    kept = scene.batch(ends_in=60)
    await scene.watch(kept)

    forgotten = await scene.worker.maintenance.prune_store()

    assert forgotten == 1
    assert scene.database.transact(lambda connection: notices.list_for_batch(connection, batch.id)) == []
    assert len(scene.cards(BATCHES)) == 2
