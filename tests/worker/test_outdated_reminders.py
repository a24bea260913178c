"""A reminder is true when it is sent; one that is not true any more is not sent."""

from bot.playground.api_simulator.faults import ApiFault
from tests.worker.scene import Scene
from tests.worker.test_reminders import DAYS, remember, reminding, set_clock, told


async def test_no_one_is_reminded_of_results_that_no_longer_exist(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)
    found = await remember(scene, batch)
    set_clock(scene, found.created_at + 22 * DAYS)
    archived = scene.read(batch).model_copy(update={"archived_at": scene.now(), "results_url": None})
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", body=archived.model_dump_json()))

    await reminding(scene).send_due()

    assert told(scene, batch) == []


async def test_no_one_is_reminded_that_an_ended_batch_expires(scene: Scene) -> None:
    batch = scene.batch(ends_in=23.5 * 3_600 - 5)
    await scene.watch(batch)
    scene.advance(23.5 * 3_600)

    await reminding(scene).send_due()

    assert told(scene, batch) == []


async def test_a_reminder_that_slack_delayed_too_long_is_not_sent(scene: Scene) -> None:
    batch = scene.batch(ends_in=23.5 * 3_600)
    await scene.watch(batch)
    scene.advance(23.2 * 3_600)
    await reminding(scene).send_due()
    scene.slack.fail_next("chat.postMessage", error="internal_error")
    await scene.deliver_all()
    scene.advance(1_800)

    await scene.sweep()
    scene.advance(60)
    await scene.deliver_all()

    assert [each.event for each in told(scene, batch)] == ["expires_soon", "ended"]
    [ended] = scene.notices()
    assert "100 succeeded" in ended.visible_text
