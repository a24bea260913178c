"""The feed shows each batch of the workspace as one card, however the bot learned of it."""

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.store.records import batches as batch_records
from bot.store.transactions import preferences
from tests.desk import ADA, GENERAL
from tests.worker.scene import Scene


async def begin(scene: Scene) -> None:
    """Let the feed begin in a workspace without batches."""
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    scene.worker = scene.make_worker(feed_channel=GENERAL)
    await scene.sweep()
    scene.advance(30)


def shown(scene: Scene, batch: Batch) -> int:
    return sum(batch.id in message.visible_text for message in scene.cards(GENERAL))


async def test_a_batch_that_was_watched_before_the_feed_knew_it_has_its_card(either_scene: Scene) -> None:
    await begin(either_scene)
    batch = either_scene.batch(age=5, ends_in=3_600)
    await either_scene.watch(batch)

    await either_scene.sweep()
    await either_scene.sweep()

    assert shown(either_scene, batch) == 1
    assert len(either_scene.cards()) == 1


async def test_a_batch_that_is_watched_in_the_feeds_channel_has_one_card_there(scene: Scene) -> None:
    await begin(scene)
    batch = scene.batch(age=5, ends_in=60)
    await scene.watch(batch, channel=GENERAL)
    await scene.sweep()
    scene.advance(100)

    await scene.sweep()

    assert shown(scene, batch) == 1
    assert [f"<@{ADA}>" in message.visible_text for message in scene.notices(GENERAL)] == [True]


async def test_the_feed_says_that_no_one_watches_only_while_no_one_does(scene: Scene) -> None:
    await begin(scene)
    batch = scene.batch(age=5, ends_in=3_600)
    await scene.sweep()
    at_first = scene.cards(GENERAL)[0].visible_text
    enqueue = scene.worker.engine.enqueue

    await scene.watch(batch)
    watched = scene.cards(GENERAL)[0].visible_text
    scene.database.transact(lambda c: preferences.end_watches(c, enqueue, batch.id, ADA, scene.now()))
    await scene.deliver_all()
    unwatched = scene.cards(GENERAL)[0].visible_text

    assert ["no one watches" in said for said in (at_first, watched, unwatched)] == [True, False, True]


async def test_batches_on_a_page_that_failed_are_shown_the_next_time(scene: Scene) -> None:
    await begin(scene)
    batches = [scene.api.workspace.add(succeeded=1, age=5 + number / 100) for number in range(105)]
    scene.api.add_fault(ApiFault(delay=0.001))  # the first page succeeds
    scene.api.add_fault(ApiFault(status=529, times=3))

    await scene.sweep()
    scene.api.clear_faults()
    for _ in range(3):
        scene.advance(30)
        await scene.sweep()

    known = await scene.database.run(lambda c: batch_records.get_many(c, [batch.id for batch in batches]))
    assert len(known) == len(batches)
