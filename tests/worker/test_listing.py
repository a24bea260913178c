"""Batches that were deleted elsewhere after their end was announced, or only seem so: list pages show it."""

from datetime import timedelta

from bot.api.models import RETENTION, BatchPage
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.delete import Delete, DeleteChange
from bot.operations.find_batch import Reference
from bot.operations.listing_memory import ListingMemory
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records.batches import OpenBatches
from bot.store.transactions import deletions
from bot.store.transactions.announce import Announcer
from bot.worker.listing import SweepState
from tests.desk import ADA, GENERAL
from tests.services import build_confirmations
from tests.worker.scene import Scene, id_of


async def ended_in_the_feed(scene: Scene) -> Batch:
    """Return a batch, between an older and a newer one, whose end the feed shows."""
    scene.slack.world.invite(GENERAL, "U0BATCHDESK")
    scene.worker = scene.make_worker(feed_channel=GENERAL)
    await scene.sweep()
    scene.advance(30)
    _, batch, _ = (scene.batch(age=age, ends_in=60) for age in (6, 5, 4))
    await scene.sweep()
    scene.advance(120)
    await scene.sweep()
    return batch


def card_of(scene: Scene, batch: Batch) -> SlackMessage:
    [card] = [message for message in scene.cards(GENERAL) if batch.id in message.visible_text]
    return card


async def sweep_for_minutes(scene: Scene, minutes: int = 2) -> None:
    for _ in range(minutes):
        await scene.sweep()
        scene.advance(61)
    await scene.sweep()


async def test_a_batch_that_is_not_listed_any_more_loses_its_buttons_without_a_further_request(
    either_scene: Scene,
) -> None:
    batch = await ended_in_the_feed(either_scene)
    before = card_of(either_scene, batch)
    await either_scene.worker.services.workspace.batches.delete(id_of(batch))
    asked = len(either_scene.api.requests)

    await either_scene.sweep()
    at_first = card_of(either_scene, batch)
    either_scene.advance(61)
    await either_scene.sweep()
    await sweep_for_minutes(either_scene)

    last = card_of(either_scene, batch)
    assert "Delete" in before.choices
    assert at_first.visible_text == before.visible_text
    assert "Deleted elsewhere" in last.visible_text
    assert (last.ts, last.buttons) == (before.ts, [])
    assert {request.path for request in either_scene.api.requests[asked:]} == {"/v1/messages/batches"}
    assert [message.visible_text for message in either_scene.cards(GENERAL) if "Deleted" in message.visible_text] == [
        last.visible_text
    ]
    assert not either_scene.notices(GENERAL)


async def test_a_batch_that_is_listed_again_within_a_minute_was_never_gone(scene: Scene) -> None:
    batch = await ended_in_the_feed(scene)
    others = [each for each in scene.api.workspace.batches if each.id != batch.id]
    page = BatchPage(data=tuple(scene.read(each) for each in others)).model_dump_json()

    for _ in range(3):
        scene.api.add_fault(ApiFault(path="/v1/messages/batches", body=page))
        await scene.sweep()
        scene.advance(50)
        await scene.sweep()
        scene.advance(50)

    assert "Delete" in card_of(scene, batch).choices


async def test_a_process_takes_no_batch_for_deleted_that_its_key_never_showed(scene: Scene) -> None:
    batch = await ended_in_the_feed(scene)
    await scene.worker.services.workspace.batches.delete(id_of(batch))

    scene.worker = scene.make_worker(feed_channel=GENERAL)
    await sweep_for_minutes(scene)

    assert "Delete" in card_of(scene, batch).choices


async def test_a_batch_that_another_key_did_not_show_gets_its_buttons_back_when_it_is_listed(scene: Scene) -> None:
    batch = await ended_in_the_feed(scene)
    enqueue = scene.worker.engine.enqueue
    scene.advance(61)
    scene.database.transact(lambda connection: deletions.mark_deleted(connection, enqueue, batch.id, scene.now()))
    await scene.deliver_all()
    before = card_of(scene, batch)

    await scene.sweep()

    assert "Deleted elsewhere" in before.visible_text
    assert "Delete" in card_of(scene, batch).choices
    assert not scene.notices(GENERAL)


async def test_the_end_of_a_running_batch_that_was_taken_for_deleted_is_announced(either_scene: Scene) -> None:
    batch = await ended_in_the_feed(either_scene)
    running = either_scene.batch(age=1, ends_in=600)
    await either_scene.watch(running, channel=GENERAL)
    announcer = Announcer(either_scene.worker.engine.enqueue)
    either_scene.database.transact(
        lambda connection: announcer.announce_gone(connection, running.id, either_scene.now())
    )
    await either_scene.deliver_all()
    either_scene.advance(700)

    await either_scene.sweep()
    await either_scene.sweep()

    assert ["deleted" in message.visible_text for message in either_scene.notices(GENERAL)] == [True, False]
    assert "100 succeeded" in card_of(either_scene, running).visible_text
    assert "Delete" in card_of(either_scene, batch).choices


async def test_a_batch_that_the_bot_deleted_stays_deleted_though_an_old_list_shows_it(scene: Scene) -> None:
    batch = await ended_in_the_feed(scene)
    page = BatchPage(data=tuple(scene.read(each) for each in scene.api.workspace.batches)).model_dump_json()
    caller = Caller(UserId(ADA), TeamId("T0DEMO"), ChannelId(GENERAL))
    asked = DeleteChange(Delete(Reference(batch.id)), scene.read(batch))
    confirmations = build_confirmations(scene.database, scene.now)
    entry = await confirmations.begin(asked, caller, None)
    await asked.apply(scene.worker.services, caller)
    await confirmations.finish(entry, "done", None)
    await scene.deliver_all()

    scene.api.add_fault(ApiFault(path="/v1/messages/batches", body=page))
    await scene.sweep()

    assert "Deleted by" in card_of(scene, batch).visible_text


async def test_nothing_follows_from_pages_that_are_empty_or_do_not_reach_back_or_from_expired_batches(
    scene: Scene,
) -> None:
    ages = (60, 120, 180, RETENTION.total_seconds() + 1)
    newest, middle, oldest, expired = (scene.read(scene.api.workspace.add(succeeded=1, age=age)) for age in ages)
    listed, now = ListingMemory(), scene.now()

    def missing(later: int, *pages: BatchPage) -> list[str]:
        sighting = SweepState(now, OpenBatches({}, None, None, some_missing=False), set(), frozenset(), None)
        for page in pages:
            sighting.record_page(page)
        return listed.find_missing(sighting.ended, sighting.reach, now + timedelta(minutes=later))

    whole = BatchPage(data=(newest, middle, oldest, expired))
    first, rest = BatchPage(data=(newest,), has_more=True), BatchPage(data=(oldest,))
    said = [missing(later, *pages) for later, pages in enumerate([[whole], [BatchPage(data=())], [], [first, rest]])]

    assert said == [[], [], [], []]
    assert missing(4, first, rest) == [middle.id]
    assert missing(5, first) == []
