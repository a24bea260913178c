"""What all processes share: the claims on rows, and the pace of calls to Slack."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import Connection

from bot.playground.api_simulator.batch import Batch
from bot.worker.attempt import LEASE
from bot.worker.slack_pacing import CALLS_A_MINUTE, EDIT, POST, SlackPacing
from tests.desk import BATCHES
from tests.worker.scene import Scene


async def make_ended_batch(scene: Scene) -> Batch:
    """Return a batch whose end was seen, and of which no one has been notified yet."""
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    return batch


async def test_a_notice_that_another_process_holds_is_left_to_it_until_its_lease_ends(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    key = scene.claim_elsewhere(batch, "other")

    await scene.worker.notices.run(key)
    early = scene.notices()
    scene.advance(LEASE.total_seconds() + 1)
    await scene.worker.notices.run(key)

    assert not early
    assert len(scene.notices()) == 1


async def test_a_lease_from_before_the_clock_was_set_back_blocks_no_one(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    key = scene.claim_elsewhere(batch, "other", scene.now() + timedelta(hours=2))

    await scene.worker.notices.run(key)

    assert len(scene.notices()) == 1


async def test_a_channel_gets_a_message_a_second_and_no_more(either_scene: Scene) -> None:
    for _ in range(3):
        await either_scene.watch(either_scene.batch(ends_in=900), drawn=False)

    await either_scene.deliver_all()

    times = [message.at for message in either_scene.cards()]
    assert len(times) == 3
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


async def test_a_second_process_keeps_the_same_pace(either_scene: Scene) -> None:
    made = [either_scene.batch(ends_in=900) for _ in range(2)]
    for batch in made:
        await either_scene.watch(batch, drawn=False)
    other = either_scene.make_worker()

    await either_scene.worker.cards.run(made[0].id, BATCHES)
    await other.cards.run(made[1].id, BATCHES)

    first, second = (message.at for message in either_scene.cards())
    assert second - first >= 1


async def test_a_minutes_calls_may_be_made_at_once_and_no_minute_has_more(either_scene: Scene) -> None:
    pace, most = either_scene.worker.pace, CALLS_A_MINUTE[POST]

    def speak(connection: Connection) -> list[tuple[timedelta, bool]]:
        return [pace.reserve(connection, POST, f"C{number}") for number in range(most)]

    began = either_scene.now()
    at_once = either_scene.database.transact(speak)
    refused = either_scene.database.transact(lambda connection: pace.reserve(connection, POST, "C9999"))
    either_scene.advance(55)
    waits = either_scene.database.transact(lambda connection: pace.reserve(connection, POST, "C9999"))

    assert set(at_once) == {(timedelta(0), True)}
    assert not refused[1]
    assert waits[1]
    assert either_scene.now() + waits[0] - began >= timedelta(minutes=1)


async def test_a_minute_from_before_the_clock_was_set_back_blocks_no_one(scene: Scene) -> None:
    ahead = SlackPacing(lambda: scene.now() + timedelta(minutes=20))
    scene.database.transact(lambda c: [ahead.reserve(c, EDIT, "C1") for _ in range(CALLS_A_MINUTE[EDIT])])

    wait, reserved = scene.database.transact(lambda connection: scene.worker.pace.reserve(connection, EDIT, "C1"))

    assert (wait, reserved) == (timedelta(0), True)
