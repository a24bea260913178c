"""Faults of the API and the clock: nothing is missed, and nothing false is announced."""

import json
from datetime import timedelta

from bot.playground.api_simulator.faults import ApiFault
from bot.store.records import scheduled_jobs, watches
from bot.store.transactions.begin_watch import SWEEP
from tests.desk import ADA, BATCHES, BOT, GENERAL
from tests.worker.scene import Scene, id_of


async def test_a_batch_must_be_missing_for_a_minute_before_it_is_taken_for_deleted(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    await scene.watch(batch)
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", status=404, times=3))

    await scene.sweep()
    assert not scene.notices()
    scene.advance(59)
    await scene.sweep()
    assert not scene.notices()
    scene.advance(2)
    await scene.sweep()

    [told] = scene.notices()
    [card] = scene.cards()
    assert "deleted" in told.visible_text
    assert "Deleted elsewhere" in card.visible_text


async def test_every_card_of_a_batch_taken_for_deleted_is_correct_again_once_it_is_watched_again(scene: Scene) -> None:
    scene.slack.world.invite(GENERAL, BOT)
    batch = scene.batch(ends_in=3_600)
    for place in (BATCHES, GENERAL):
        await scene.watch(batch, channel=place)
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", status=404, times=2))
    await scene.sweep()
    scene.advance(61)
    await scene.sweep()
    assert ["Deleted elsewhere" in card.visible_text for card in scene.cards() + scene.cards(GENERAL)] == [True, True]

    await scene.watch(batch)

    assert [" · running" in card.visible_text for card in scene.cards() + scene.cards(GENERAL)] == [True, True]


async def test_a_batch_that_was_taken_for_deleted_by_mistake_is_announced_again_when_it_is(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    await scene.watch(batch)
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", status=404, times=2))
    await scene.sweep()
    scene.advance(61)
    await scene.sweep()
    await scene.watch(batch)
    before = len(scene.notices())

    scene.advance(3_700)
    await scene.worker.services.workspace.batches.delete(id_of(batch))
    await scene.sweep()
    scene.advance(61)
    await scene.sweep()

    assert before == 1
    assert ["deleted" in message.visible_text for message in scene.notices()] == [True, True]


async def test_a_batch_that_is_found_again_was_never_missing(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    await scene.watch(batch)
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", status=404))
    await scene.sweep()
    await scene.sweep()
    scene.advance(120)
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", status=404))

    await scene.sweep()

    assert not scene.notices()


async def test_ten_minutes_of_overload_are_announced_once_and_nothing_is_missed(scene: Scene) -> None:
    batch = scene.batch(ends_in=300)
    await scene.watch(batch)
    await scene.sweep()
    for _ in range(20):
        scene.api.add_fault(ApiFault(status=529, times=3))
        await scene.sweep()
        scene.api.clear_faults()
        scene.advance(30)
    [unseen] = scene.notices()

    await scene.sweep()

    assert "hasn't returned" in unseen.visible_text
    assert [message.text.count("succeeded") > 0 for message in scene.notices()] == [False, True]


async def test_a_muted_channel_gets_no_notice_of_an_outage(scene: Scene) -> None:
    muted, other = scene.batch(ends_in=3_600), scene.batch(ends_in=3_600)
    for batch in (muted, other):
        await scene.watch(batch)
    await scene.watch(other, channel=ADA)
    scene.database.transact(lambda c: watches.mute(c, muted.id, None))
    scene.database.transact(lambda c: watches.mute(c, ADA, None))
    scene.api.add_fault(ApiFault(status=529, times=100))

    for _ in range(12):
        await scene.sweep()
        scene.advance(30)

    [told] = scene.notices()
    assert other.id in told.visible_text
    assert scene.notices("D0ADA") == []


async def test_pages_of_html_are_an_outage_and_change_nothing(scene: Scene) -> None:
    await scene.watch(scene.batch(ends_in=60))
    scene.advance(100)
    scene.api.add_fault(ApiFault(body="<html>sorry</html>"))

    await scene.sweep()
    assert not scene.notices()
    await scene.sweep()

    assert len(scene.notices()) == 1


async def test_the_pause_that_the_api_asks_for_is_obeyed(scene: Scene) -> None:
    await scene.watch(scene.batch(ends_in=3_600))
    scene.api.add_fault(ApiFault(status=429, retry_after=240, times=3))

    await scene.sweep()

    duty = scene.database.transact(lambda connection: scheduled_jobs.get(connection, SWEEP))
    assert duty is not None
    assert duty.due_at == scene.now() + timedelta(seconds=240)


async def test_the_end_of_a_batch_is_announced_once_its_results_exist(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    early = scene.read(batch).model_copy(update={"results_url": None})
    scene.api.add_fault(ApiFault(path=f"*{batch.id}", body=early.model_dump_json()))

    await scene.sweep()
    told_early = scene.notices()
    await scene.sweep()

    assert not told_early
    assert len(scene.notices()) == 1


async def test_results_that_appear_after_the_notice_are_shown_and_not_announced_again(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    early = scene.read(batch).model_copy(update={"results_url": None})
    said = []
    for _ in range(3):
        scene.api.add_fault(ApiFault(path=f"*{batch.id}", body=early.model_dump_json()))
        await scene.sweep()
        said.append((len(scene.notices()), "results aren't available yet" in scene.cards()[0].visible_text))
        scene.advance(601)

    await scene.sweep()
    await scene.sweep()

    [card] = scene.cards()
    assert said == [(0, True), (1, True), (1, True)]
    assert "results aren't available yet" not in card.visible_text
    assert len(scene.notices()) == 1


async def test_a_look_that_always_fails_delays_no_other_batch(scene: Scene) -> None:
    batches = sorted((scene.batch(ends_in=60) for _ in range(2)), key=lambda batch: batch.id)
    for batch in batches:
        await scene.watch(batch)
    scene.advance(100)
    scene.api.add_fault(ApiFault(path=f"*{batches[0].id}", status=500, times=100))

    await scene.sweep()

    assert [batches[1].id in message.visible_text for message in scene.notices()] == [True]


async def test_a_clock_that_was_set_back_does_not_stop_the_sweeps(scene: Scene) -> None:
    now = scene.now()
    ahead = now + timedelta(hours=3)
    scene.database.transact(lambda connection: scheduled_jobs.set_due(connection, SWEEP, ahead))
    scene.database.transact(lambda connection: scheduled_jobs.set_due(connection, "reminders", ahead))

    def take(name: str, furthest: timedelta) -> int | None:
        return scene.database.transact(
            lambda connection: scheduled_jobs.claim_turn(connection, name, now, now + timedelta(minutes=1), furthest)
        )

    assert take(SWEEP, timedelta(minutes=30)) == 1
    assert take(SWEEP, timedelta(minutes=30)) is None
    assert take("reminders", timedelta(hours=26)) is None


def spoil(page: str, batch_id: str) -> str:
    """Return a list page in which this batch has no counts."""
    listed = json.loads(page)
    for batch in listed["data"]:
        if batch["id"] == batch_id:
            batch["request_counts"] = None
    return json.dumps(listed)


async def read_page(scene: Scene) -> str:
    page = await scene.worker.services.workspace.batches.list(limit=100)
    return page.model_dump_json(exclude={"unreadable", "is_cut"})


async def test_an_odd_batch_beside_it_delays_no_end(scene: Scene) -> None:
    odd, batch = scene.batch(ends_in=3_600), scene.batch(ends_in=60)
    for each in (odd, batch, scene.batch(ends_in=7_200)):
        await scene.watch(each)
    scene.advance(61)
    page = spoil(await read_page(scene), odd.id)
    single = json.dumps(next(each for each in json.loads(page)["data"] if each["id"] == odd.id))
    scene.api.add_fault(ApiFault(method="GET", path="/v1/messages/batches", body=page, times=3))
    scene.api.add_fault(ApiFault(method="GET", path=f"*{odd.id}", body=single, times=3))

    await scene.sweep()

    [told] = scene.notices()
    assert batch.id[9:19] in told.visible_text
    job = await scene.worker.services.database.run(lambda connection: scheduled_jobs.get(connection, SWEEP))
    assert job is not None
    assert job.failing_since is None


async def test_a_batch_that_became_odd_is_not_taken_for_deleted(scene: Scene) -> None:
    odd = scene.batch(ends_in=60)
    await scene.watch(odd)
    for _ in range(2):
        await scene.watch(scene.batch(ends_in=7_200))
    scene.advance(61)
    await scene.sweep()
    before = len(scene.notices())
    page = spoil(await read_page(scene), odd.id)
    scene.api.add_fault(ApiFault(method="GET", path="/v1/messages/batches", body=page, times=9))

    for _ in range(3):
        scene.advance(61)
        await scene.sweep()

    assert len(scene.notices()) == before
    assert not any("Deleted elsewhere" in card.visible_text for card in scene.cards())
