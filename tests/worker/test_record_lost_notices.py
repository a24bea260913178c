"""A notice that is given up is a row of its batch, with the reason, and is counted."""

from sqlalchemy import update

from bot.playground.api_simulator.batch import Batch
from bot.store.db.tables import notices as table
from bot.store.records import audit
from bot.store.records.audit import AuditEntry
from bot.worker.attempt import ATTEMPTS
from tests.desk import BATCHES, BEN, BOT
from tests.worker.scene import Scene


async def make_ended_batch(scene: Scene, user: str = BEN, channel: str = BATCHES) -> Batch:
    """Return a watched batch whose end waits to be announced."""
    batch = scene.batch(ends_in=60)
    await scene.watch(batch, user, channel=channel)
    scene.advance(100)
    await scene.worker.sweep.run(1)
    return batch


def rows_of(scene: Scene, batch: Batch) -> list[AuditEntry]:
    return scene.database.transact(lambda connection: audit.list_entries(connection, subject=batch.id))


async def test_a_notice_that_slack_refuses_for_good_is_on_record(either_scene: Scene) -> None:
    batch = await make_ended_batch(either_scene)
    either_scene.slack.fail_next("chat.postMessage", error="invalid_blocks", times=100)

    for _ in range(ATTEMPTS + 3):
        await either_scene.deliver_all()
        either_scene.advance(3_600)

    [row] = rows_of(either_scene, batch)
    assert (row.verb, row.command, row.outcome, row.channel_id) == ("notice", "notice ended", "failed", BATCHES)
    assert "invalid_blocks" in str(row.detail)
    assert len(either_scene.given_up) == 1


async def test_a_notice_for_a_closed_channel_is_on_record_although_its_people_get_it(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    scene.slack.world.remove(BATCHES, BOT)

    await scene.deliver_all()
    await scene.deliver_all()

    assert [row.detail for row in rows_of(scene, batch)] == ["not_in_channel"]


async def test_a_notice_for_someone_who_left_is_on_record(scene: Scene) -> None:
    batch = await make_ended_batch(scene, channel=BEN)
    scene.slack.fail_next("chat.postMessage", error="user_disabled")

    await scene.deliver_all()

    assert [(row.detail, row.channel_id) for row in rows_of(scene, batch)] == [("user_disabled", BEN)]


async def test_a_notice_that_cannot_be_read_is_on_record(scene: Scene) -> None:
    batch = await make_ended_batch(scene)
    spoiled = update(table).where(table.c.batch_id == batch.id).values(payload="{")
    scene.database.transact(lambda connection: connection.execute(spoiled))

    await scene.deliver_all()

    assert [row.detail for row in rows_of(scene, batch)] == ["its record cannot be read"]


async def test_a_notice_that_arrives_is_no_row(scene: Scene) -> None:
    batch = await make_ended_batch(scene)

    await scene.deliver_all()

    assert len(scene.notices()) == 1
    assert (rows_of(scene, batch), scene.given_up) == ([], [])
