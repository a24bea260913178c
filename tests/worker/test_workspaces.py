"""The worker in two workspaces: each is swept, announced and redrawn by itself, and neither waits for the other."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.db.task_queue import enqueue_nothing
from bot.store.records import notices, workers
from bot.store.records.notices import Notice
from bot.store.records.workers import WorkerProcess
from tests.desk import ADA, BATCHES
from tests.journeys.watching import wait_for_first_sweep
from tests.two_workspaces import DEV, OF_DEVELOPMENT, TwoWorkspaces
from tests.waiting import until_stored

pytestmark = pytest.mark.worker


def add_running(api: ApiSimulator, **wish: object) -> Batch:
    """Add a running batch that ends in ten minutes."""
    return api.workspace.add(processing_status="in_progress", ends_in=600.0, succeeded=9, **wish)


async def wait_for_message(two: TwoWorkspaces, place: str, *words: str) -> SlackMessage:
    """Wait for a public message in a channel that contains all words; return it."""

    def find() -> list[SlackMessage]:
        public = [each for each in two.desk.slack.messages(place) if each.ephemeral_to is None]
        return [each for each in public if all(word in f"{each.text} {each.visible_text}" for word in words)]

    return (await two.desk.slack.wait_for(find, timeout=15))[0]


async def sweep_each(two: TwoWorkspaces) -> None:
    """Sweep each workspace, after twelve minutes."""
    for api, worker in zip((two.production, two.development), two.desk.bot.workers, strict=True):
        api.advance(700)
        await worker.sweep.run(0)


async def test_each_workspace_has_its_cards_and_notices_and_an_outage_of_one_does_not_touch_the_other(
    two: TwoWorkspaces,
) -> None:
    mine, other = add_running(two.production), add_running(two.development, id=OF_DEVELOPMENT)
    await two.desk.type(f"/batch watch {mine.id}")
    await two.desk.type(f"/batch watch {other.id}", channel=DEV)
    card = await wait_for_message(two, BATCHES, mine.id)
    card_of_other = await wait_for_message(two, DEV, other.id)
    two.production.add_fault(ApiFault(status=401, times=100))

    await sweep_each(two)
    told = await wait_for_message(two, DEV, "all 9 succeeded", f"<@{ADA}>")
    two.production.clear_faults()
    await sweep_each(two)
    told_late = await wait_for_message(two, BATCHES, "all 9 succeeded", f"<@{ADA}>")

    texts = [each.text for each in (card, card_of_other, told, told_late)]
    assert [re.match(r"\[(\w+)\]", text)[1] for text in texts] == [  # type: ignore[index] # no match is a failure too
        "production",
        "development",
        "development",
        "production",
    ]
    assert all("*production*" in str(each.blocks) for each in (card, told_late))


async def test_what_a_dead_process_held_is_free_in_each_workspace(two: TwoWorkspaces) -> None:
    now, (first, second) = two.desk.time(), two.desk.bot.workers
    for worker in (first, second):
        notice = Notice(f"held:{worker.services.workspace.id}", None, "act", ADA, (ADA,), now, {"words": "Done."})
        worker.services.database.transact(partial(notices.send, enqueue=enqueue_nothing, notice=notice))
        worker.services.database.transact(
            partial(
                notices.OUTBOX.claim,
                primary_key=notice.primary_key,
                worker_id="dead",
                now=now,
                lease=timedelta(hours=1),
            )
        )
    dead = WorkerProcess("dead", "elsewhere", 1, now, workers.STOPPED)
    first.services.database.transact(partial(workers.record_heartbeat, worker=dead, now=dead.seen_at))
    await wait_for_first_sweep(two.desk)  # the engine has been launched
    for minutes in (1, 5):
        two.desk.time.later = timedelta(minutes=minutes)
        await first.maintenance.run_once()
        await second.maintenance.run_once()

    for worker in (first, second):
        key = f"held:{worker.services.workspace.id}"
        await until_stored(partial(worker.services.database.run, partial(_is_settled, key=key)))


def _is_settled(connection: Connection, key: str) -> bool:
    found = notices.get(connection, key)
    return found is not None and not found.is_open
