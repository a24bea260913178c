"""A workspace where thousands of batches appear at once: the feed shows some and counts the rest, with few requests."""

from bot.store.records import watches
from tests.desk import GENERAL
from tests.worker.scene import Scene

APPEARED = 1_150
MOST = 20


async def fed(scene: Scene) -> None:
    """Let the feed begin, and thousands of batches appear after that."""
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    scene.worker = scene.make_worker(feed_channel=GENERAL)
    await scene.sweep()
    scene.advance(30)
    for number in range(APPEARED):
        scene.api.workspace.add(processing_status="in_progress", processing=5, age=1 + number / 1_000, ends_in=600)


async def test_some_become_cards_and_the_rest_become_a_number(scene: Scene) -> None:
    await fed(scene)
    asked = len(scene.api.requests)

    await scene.worker.sweep.run(2)
    requests = len(scene.api.requests) - asked
    for _ in range(3):
        await scene.deliver_all()
        scene.advance(5)
        await scene.sweep()

    said = [message.visible_text for message in scene.slack.messages(GENERAL)]
    counted = [words for words in said if "more new batch" in words]
    assert requests == 3  # a hundred, then pages of a thousand
    assert len(said) - len(counted) == MOST
    assert sum(int(words.split()[0].replace(",", "")) for words in counted) == APPEARED - MOST
    assert len(counted) <= requests


async def test_in_a_muted_channel_there_is_no_number_either(scene: Scene) -> None:
    await fed(scene)
    scene.database.transact(lambda connection: watches.mute(connection, GENERAL, None))

    await scene.sweep()

    assert not any("more batches appeared" in message.visible_text for message in scene.slack.messages(GENERAL))


async def test_when_they_end_only_the_cards_are_edited(scene: Scene) -> None:
    await fed(scene)
    await scene.sweep()
    scene.advance(700)
    before = scene.count_calls("chat.postMessage")

    await scene.sweep()
    for _ in range(5):
        scene.advance(10)
        await scene.deliver_all()

    assert scene.count_calls("chat.postMessage") == before
    assert scene.count_calls("chat.update") == MOST
