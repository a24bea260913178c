"""The beginning of a watch: every card of the batch is redrawn, and none of them twice."""

from bot.store.records.cards import DRAW
from tests.desk import BATCHES, BEN, BOT, GENERAL
from tests.worker.scene import Scene


async def test_each_card_is_enqueued_once_when_one_more_person_watches(scene: Scene) -> None:
    scene.slack.world.invite(GENERAL, BOT)
    batch = scene.batch(ends_in=3_600)
    for place in (BATCHES, GENERAL):
        await scene.watch(batch, channel=place)
    before = await scene.worker.engine.list_unstarted(DRAW)

    await scene.watch(batch, user=BEN)

    new = set(await scene.worker.engine.list_unstarted(DRAW)) - set(before)
    assert sorted(name.split(":")[2] for name in new) == sorted([BATCHES, GENERAL])
