"""Reminders: due by the clock, once each, and none for batches that are gone, fetched or muted."""

import asyncio
from datetime import datetime, timedelta

import pytest
from msgspec.structs import asdict
from sqlalchemy import Connection, update

from bot.api.models import MessageBatch
from bot.operations.snapshots import snapshot_batch
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.store.db.tables import batches as batches_table
from bot.store.records import batches as batch_records
from bot.store.records import notices, watches
from bot.store.records.batches import SeenBatch
from bot.store.records.notices import Event, Notice
from bot.store.records.watches import StoredWatch
from bot.worker.reminders import FAILED_LOOKS, LOOKS_AT_ONCE, ReminderSender, find_due_event, list_due_reminders
from tests.builders import ADA, BEN, CREATED, ID, counts, ended, running
from tests.desk import BATCHES
from tests.worker.scene import Scene

DAYS = timedelta(days=1)


def seen(batch: MessageBatch, **changes: object) -> SeenBatch:
    found = snapshot_batch(batch, CREATED + timedelta(hours=1))
    return SeenBatch(**{**asdict(found), **changes})


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(days=21, hours=23), None),
        (timedelta(days=22), "results_expire_7d"),
        (timedelta(days=27, hours=23), "results_expire_7d"),
        (timedelta(days=28), "results_expire_1d"),
        (timedelta(days=28, hours=23), "results_expire_1d"),
        (timedelta(days=29), None),
    ],
)
def test_reminders_of_results_are_due_a_week_and_a_day_before_they_expire(age: timedelta, due: Event | None) -> None:
    batch = seen(ended(counts(succeeded=5)))

    assert find_due_event(batch, CREATED + age) == due


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(hours=22, minutes=59), None),
        (timedelta(hours=23), "expires_soon"),
        (timedelta(hours=23, minutes=59), "expires_soon"),
        (timedelta(hours=24), None),
    ],
)
def test_a_reminder_of_a_batch_is_due_an_hour_before_it_expires(age: timedelta, due: Event | None) -> None:
    assert find_due_event(seen(running()), CREATED + age) == due


@pytest.mark.parametrize(
    "change",
    [{"fetched_at": CREATED + DAYS}, {"missing_since": CREATED + DAYS}, {"status": "gone"}],
    ids=["downloaded", "missing", "gone"],
)
def test_no_one_is_reminded_of_settled_batches(change: dict[str, object]) -> None:
    batch = seen(ended(counts(succeeded=5)), **change)

    assert find_due_event(batch, CREATED + 28 * DAYS) is None


def test_everyone_who_watches_in_one_place_is_reminded_in_one_message() -> None:
    places = [(ADA.user, BATCHES), (BEN.user, BATCHES), (BEN.user, BEN.user), ("", "C0FEED")]
    known = [StoredWatch(ID, user, place, "watch" if user else "feed", CREATED) for user, place in places]

    found = list(list_due_reminders([seen(running())], known, CREATED + timedelta(hours=23, minutes=30)))

    assert [(each.channel_id, each.mentions) for each in found] == [
        (BATCHES, (ADA.user, BEN.user)),
        (BEN.user, (BEN.user,)),
    ]


async def remember(scene: Scene, batch: Batch) -> MessageBatch:
    """Store a batch that Ada watches in the channel."""
    found = scene.read(batch)
    watch = StoredWatch(batch.id, ADA.user, BATCHES, "watch", scene.now())
    scene.database.transact(lambda c: batch_records.add(c, snapshot_batch(found, scene.now())))
    scene.database.transact(lambda c: watches.add(c, watch))
    return found


def reminding(scene: Scene) -> ReminderSender:
    services = scene.worker.services
    return ReminderSender(services.database, services.workspace.batches, services.enqueue, scene.now)


def told(scene: Scene, batch: Batch) -> list[Notice]:
    return scene.database.transact(lambda c: notices.list_for_batch(c, batch.id))


def set_clock(scene: Scene, to: datetime) -> None:
    scene.advance((to - scene.now()).total_seconds())


async def test_each_reminder_is_sent_once(either_scene: Scene) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    found = await remember(either_scene, batch)

    stored = []
    for days in (1, 22, 23, 28, 28.5, 30):
        set_clock(either_scene, found.created_at + days * DAYS)
        await reminding(either_scene).send_due()
        await either_scene.deliver_all()
        stored.append([each.event for each in told(either_scene, batch)])

    week, day = "results_expire_7d", "results_expire_1d"
    assert stored == [[], [week], [week], [week, day], [week, day], [week, day]]
    assert [f"<@{ADA.user}>" in message.visible_text for message in either_scene.slack.messages(BATCHES)] == [
        True,
        True,
    ]


async def test_two_workers_remind_once(either_scene: Scene) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    found = await remember(either_scene, batch)
    set_clock(either_scene, found.created_at + 22 * DAYS)

    sent = await asyncio.gather(reminding(either_scene).send_due(), reminding(either_scene).send_due())

    assert sum(sent) == 1
    assert len(told(either_scene, batch)) == 1


async def test_no_one_is_reminded_of_a_batch_that_was_deleted_since(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)
    found = await remember(scene, batch)
    scene.api.workspace.delete(batch.id)
    set_clock(scene, found.created_at + 22 * DAYS)

    await reminding(scene).send_due()
    looked = len(scene.api.requests)
    await reminding(scene).send_due()

    assert told(scene, batch) == []
    assert scene.api.requests[looked:] == []


async def test_the_card_of_a_batch_that_is_not_found_shows_that_it_is_gone(scene: Scene) -> None:
    batch = scene.batch(ends_in=60)
    await scene.watch(batch)
    scene.advance(100)
    await scene.sweep()
    scene.api.workspace.delete(batch.id)
    set_clock(scene, scene.read(batch).created_at + 22 * DAYS)

    await reminding(scene).send_due()
    await scene.deliver_all()

    [card] = scene.cards()
    assert "Deleted elsewhere" in card.visible_text
    assert card.buttons == []


@pytest.mark.parametrize("of_channel", [False, True])
async def test_no_one_is_reminded_of_a_muted_batch_until_the_mute_ends(either_scene: Scene, of_channel: bool) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    found = await remember(either_scene, batch)
    set_clock(either_scene, found.created_at + 22 * DAYS)
    until, subject = either_scene.now() + timedelta(hours=3), BATCHES if of_channel else batch.id
    either_scene.database.transact(lambda c: watches.mute(c, subject, until))

    await reminding(either_scene).send_due()
    muted = told(either_scene, batch)
    set_clock(either_scene, until + timedelta(minutes=1))
    await reminding(either_scene).send_due()

    assert muted == []
    assert len(told(either_scene, batch)) == 1


async def test_a_reminder_waits_while_the_api_does_not_answer(scene: Scene) -> None:
    batches = [scene.api.workspace.add(succeeded=5) for _ in range(FAILED_LOOKS + 5)]
    for batch in batches:
        found = await remember(scene, batch)
    set_clock(scene, found.created_at + 22 * DAYS)
    before = len(scene.api.requests)
    scene.api.add_fault(ApiFault(path="*", status=529, times=1_000))

    sent = await reminding(scene).send_due()
    asked = {request.path for request in scene.api.requests[before:]}
    scene.api.clear_faults()
    later = await reminding(scene).send_due()

    assert (sent, len(asked)) == (0, FAILED_LOOKS)
    assert later == len(batches)


async def test_an_unreadable_row_delays_no_other_reminder(either_scene: Scene) -> None:
    poisoned, good = (either_scene.api.workspace.add(succeeded=5) for _ in range(2))
    for batch in (poisoned, good):
        found = await remember(either_scene, batch)
    spoil = update(batches_table).where(batches_table.c.id == poisoned.id).values(body="{")
    either_scene.database.transact(lambda connection: connection.execute(spoil))
    set_clock(either_scene, found.created_at + 22 * DAYS)

    await reminding(either_scene).send_due()

    assert told(either_scene, poisoned) == []
    assert len(told(either_scene, good)) == 1


async def test_of_thousands_one_run_looks_at_some_and_the_next_at_the_rest(scene: Scene) -> None:
    batches = [scene.api.workspace.add(succeeded=5) for _ in range(LOOKS_AT_ONCE + 20)]
    now = scene.now()

    def store(connection: Connection) -> None:
        for batch in batches:
            batch_records.add(connection, snapshot_batch(scene.read(batch), now))
            watches.add(connection, StoredWatch(batch.id, ADA.user, BATCHES, "watch", now))

    scene.database.transact(store)
    set_clock(scene, now + 22 * DAYS + timedelta(hours=1))
    before = len(scene.api.requests)

    first = await reminding(scene).send_due()
    looks = len(scene.api.requests) - before
    second = await reminding(scene).send_due()

    assert (first, looks, second) == (LOOKS_AT_ONCE, LOOKS_AT_ONCE, 20)
