"""When /readyz turns red because of the sweeps: within a minute, and not in quiet hours."""

from datetime import timedelta

from bot.observability.health import MAX_OVERDUE, StoreHealth
from bot.playground.api_simulator.faults import ApiFault
from bot.store.records import scheduled_jobs
from bot.store.transactions.begin_watch import SWEEP
from bot.worker.sweep_interval import FASTEST, SLOWEST
from tests.worker.scene import Scene


async def red_after(scene: Scene, store_health: StoreHealth) -> float:
    """Return after how many seconds without any event the sweep counts as late."""
    for seconds in range(300):
        if await store_health.check_sweep() is not None:
            return seconds
        scene.advance(1)
    raise AssertionError("it stays green")


async def test_it_is_red_within_a_minute_of_a_sweep_that_did_not_come(either_scene: Scene) -> None:
    await either_scene.watch(either_scene.batch(ends_in=3_600, age=1))
    store_health = StoreHealth({"": either_scene.database}, either_scene.now)
    await either_scene.sweep()

    seconds = await red_after(either_scene, store_health)

    assert MAX_OVERDUE < seconds <= 60
    assert FASTEST.total_seconds() + MAX_OVERDUE < 60


async def test_it_is_red_within_a_minute_of_the_first_sweep_that_failed(scene: Scene) -> None:
    await scene.watch(scene.batch(ends_in=3_600))
    store_health = StoreHealth({"": scene.database}, scene.now)
    await scene.sweep()
    scene.api.add_fault(ApiFault(status=529, times=1_000))
    await scene.sweep()

    seconds = 0
    while await store_health.check_sweep() is None:
        due = scene.database.transact(lambda connection: scheduled_jobs.get(connection, SWEEP))
        if due is not None and due.due_at <= scene.now():
            await scene.worker.sweep.run(1)
        scene.advance(1)
        seconds += 1

    assert 30 < seconds <= 60


async def test_a_single_failed_sweep_does_not_turn_it_red(scene: Scene) -> None:
    await scene.watch(scene.batch(ends_in=3_600))
    store_health = StoreHealth({"": scene.database}, scene.now)
    await scene.sweep()
    scene.api.add_fault(ApiFault(body="<html>"))
    await scene.sweep()

    scene.advance(35)

    assert await store_health.check_sweep() is None
    await scene.sweep()
    scene.advance(11)
    assert await store_health.check_sweep() is None


async def test_quiet_hours_are_green_all_along(scene: Scene) -> None:
    store_health = StoreHealth({"": scene.database}, scene.now)

    said = []
    for _ in range(3 * 60):
        await scene.worker.sweep.run(1)
        scene.advance(SLOWEST.total_seconds() + 5)  # later by a maintenance round and a turn of the queue
        said.append(await store_health.check_sweep())

    assert set(said) == {None}


async def test_a_process_that_starts_after_a_night_gives_the_worker_time(scene: Scene) -> None:
    await scene.sweep()
    scene.advance(timedelta(hours=8).total_seconds())

    store_health = StoreHealth({"": scene.database}, scene.now)

    assert await store_health.check_sweep() is None
    assert MAX_OVERDUE < await red_after(scene, store_health) <= 60
