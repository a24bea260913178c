"""Reminders: due by the clock, once each, and not of what is gone, fetched or muted."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.batches.models import BatchId, MessageBatch
from bot.commands.seen import seen_of
from bot.playground.api_simulator.batch import Batch
from bot.store import batches_seen, notices, watches
from bot.store.batches_seen import SeenBatch
from bot.store.notices import Event, Notice
from bot.store.watches import Watch
from bot.watching.remind import Reminders, event_due, reminders
from tests.builders import ADA, BEN, CREATED, ID, counts, ended, running
from tests.desk import BATCHES, Desk

pytestmark = pytest.mark.worker

DAYS = timedelta(days=1)


def seen(batch: MessageBatch, **changes: object) -> SeenBatch:
    found = seen_of(batch, CREATED + timedelta(hours=1))
    return SeenBatch(**{**vars(found), **changes})


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
def test_results_are_spoken_of_a_week_and_a_day_before_they_go(age: timedelta, due: Event | None) -> None:
    batch = seen(ended(counts(succeeded=5)))

    assert event_due(batch, CREATED + age) == due


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(hours=22, minutes=59), None),
        (timedelta(hours=23), "expires_soon"),
        (timedelta(hours=23, minutes=59), "expires_soon"),
        (timedelta(hours=24), None),
    ],
)
def test_a_batch_is_spoken_of_an_hour_before_its_day_is_over(age: timedelta, due: Event | None) -> None:
    assert event_due(seen(running()), CREATED + age) == due


@pytest.mark.parametrize(
    "change",
    [{"fetched_at": CREATED + DAYS}, {"missing_since": CREATED + DAYS}, {"status": "gone"}],
    ids=["downloaded", "missing", "gone"],
)
def test_nobody_is_reminded_of_what_is_settled(change: dict[str, object]) -> None:
    batch = seen(ended(counts(succeeded=5)), **change)

    assert event_due(batch, CREATED + 28 * DAYS) is None


def test_who_watches_in_one_place_is_reminded_in_one_message() -> None:
    places = [(ADA.user, BATCHES), (BEN.user, BATCHES), (BEN.user, BEN.user), ("", "C0FEED")]
    known = [Watch(ID, user, place, "watch" if user else "feed", CREATED) for user, place in places]

    found = list(reminders([seen(running())], known, CREATED + timedelta(hours=23, minutes=30)))

    assert [(each.channel_id, each.mentions) for each in found] == [
        (BATCHES, (ADA.user, BEN.user)),
        (BEN.user, (BEN.user,)),
    ]


async def remember(desk: Desk, batch: Batch) -> MessageBatch:
    """Let Ada have watched a batch in the channel, as the store has it afterwards."""
    services = desk.bot.worker.services
    found = await services.batches.retrieve(BatchId(batch.id))
    watch = Watch(batch.id, ADA.user, BATCHES, "watch", desk.time())
    await services.database.run(lambda c: batches_seen.add(c, seen_of(found, desk.time())))
    await services.database.run(lambda c: watches.add(c, watch))
    return found


def reminding(desk: Desk) -> Reminders:
    services = desk.bot.worker.services
    return Reminders(services.database, services.batches, services.enqueue, desk.time)


async def told(desk: Desk, batch: Batch) -> list[Notice]:
    return await desk.bot.worker.services.database.run(lambda c: notices.of_batch(c, batch.id))


def set_clock(desk: Desk, to: datetime) -> None:
    desk.time.later += to - desk.time()


async def test_each_reminder_comes_once(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    found = await remember(desk, batch)

    stored = []
    for days in (1, 22, 23, 28, 28.5, 30):
        set_clock(desk, found.created_at + days * DAYS)
        await reminding(desk).send_due()
        stored.append([each.event for each in await told(desk, batch)])

    week, day = "results_expire_7d", "results_expire_1d"
    assert stored == [[], [week], [week], [week, day], [week, day], [week, day]]


async def test_two_workers_remind_once(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    found = await remember(desk, batch)
    set_clock(desk, found.created_at + 22 * DAYS)

    sent = await asyncio.gather(reminding(desk).send_due(), reminding(desk).send_due())

    assert sum(sent) <= 1
    assert len(await told(desk, batch)) == 1


async def test_nobody_is_reminded_of_a_batch_that_was_deleted_since(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    found = await remember(desk, batch)
    desk.api.workspace.delete(batch.id)
    set_clock(desk, found.created_at + 22 * DAYS)

    await reminding(desk).send_due()
    looked = len(desk.api.requests)
    await reminding(desk).send_due()

    assert await told(desk, batch) == []
    assert sum(request.path.endswith(batch.id) for request in desk.api.requests[looked:]) == 0


@pytest.mark.parametrize("of_channel", [False, True])
async def test_nobody_is_reminded_of_what_is_muted_until_the_mute_ends(desk: Desk, of_channel: bool) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    found = await remember(desk, batch)
    set_clock(desk, found.created_at + 22 * DAYS)
    until, subject = desk.time() + timedelta(hours=3), BATCHES if of_channel else batch.id
    await desk.bot.worker.services.database.run(lambda c: watches.mute(c, subject, until))

    await reminding(desk).send_due()
    muted = await told(desk, batch)
    set_clock(desk, until + timedelta(minutes=1))
    await reminding(desk).send_due()

    assert muted == []
    assert len(await told(desk, batch)) == 1


async def test_a_reminder_waits_while_the_api_does_not_answer(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)
    found = await remember(desk, batch)
    set_clock(desk, found.created_at + 22 * DAYS)
    await desk.api.stop()

    sent = await reminding(desk).send_due()

    assert sent == 0
    assert await told(desk, batch) == []
