"""Rows that cannot be read, and rows of a newer version of the bot on the same store."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.playground.api_simulator.batch import Batch
from bot.store.db.tables import cards as cards_table
from bot.store.db.tables import notices as table
from bot.store.records import cards, notices
from bot.worker.deliver_notice import NEWER_VERSION_WAIT
from tests.worker.scene import Scene


async def two_ended(scene: Scene) -> tuple[Batch, Batch]:
    """Return two batches whose end was seen, and of which no one has been notified yet."""
    first, second = scene.batch(ends_in=60), scene.batch(ends_in=60)
    for batch in (first, second):
        await scene.watch(batch)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    return first, second


def change(scene: Scene, batch: Batch, **values: object) -> None:
    key = scene.notice(batch).key
    scene.database.transact(lambda c: c.execute(update(table).where(table.c.key == key).values(**values)))


@pytest.mark.parametrize("spoiled", [{"payload": "{"}, {"mentions": "nobody"}])
async def test_an_unreadable_notice_delays_no_other(either_scene: Scene, spoiled: dict[str, str]) -> None:
    poisoned, good = await two_ended(either_scene)
    key = either_scene.notice(poisoned).key
    change(either_scene, poisoned, **spoiled)
    either_scene.advance(200)

    handed_over = await either_scene.worker.maintenance.redrive()
    await either_scene.deliver_all()

    [told] = either_scene.notices()
    assert handed_over == 4
    assert good.id in told.visible_text
    assert either_scene.database.transact(notices.OUTBOX.count_open) == 0
    assert (key,) not in [
        row.primary_key
        for row in either_scene.database.transact(lambda c: notices.OUTBOX.find_overdue(c, either_scene.now()))
    ]


async def test_a_notice_of_a_newer_version_waits_for_its_worker(either_scene: Scene) -> None:
    newer, known = await two_ended(either_scene)
    change(either_scene, newer, event="celebrated")

    for _ in range(20):
        await either_scene.deliver_all()
        either_scene.advance(600)
    older_told, left = either_scene.notices(), either_scene.notice(newer)
    change(either_scene, newer, event="ended")  # a worker that knows it, in this test's terms
    await either_scene.deliver_all()

    assert [known.id in message.visible_text for message in older_told] == [True]
    assert (left.attempts, left.given_up) == (0, None)
    assert len(either_scene.notices()) == 2


async def test_a_notice_that_no_version_knows_is_given_up_after_a_week(scene: Scene) -> None:
    newer, _ = await two_ended(scene)
    change(scene, newer, event="celebrated")
    scene.advance((NEWER_VERSION_WAIT + timedelta(hours=1)).total_seconds())

    await scene.worker.notices.run(scene.notice(newer).key)

    assert "celebrated" in str(scene.notice(newer).given_up)


async def test_a_notice_that_was_delayed_before_the_clock_was_set_back_is_sent_now(either_scene: Scene) -> None:
    batch, _ = await two_ended(either_scene)
    ahead = either_scene.now() + timedelta(hours=20)
    change(either_scene, batch, due_at=ahead)
    either_scene.database.transact(lambda c: c.execute(update(cards_table).values(due_at=ahead)))

    handed_over = await either_scene.worker.maintenance.redrive()

    assert handed_over == 3
    assert either_scene.database.transact(lambda c: cards.OUTBOX.find_overdue(c, either_scene.now())) == []
