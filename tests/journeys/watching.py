"""What the journeys of watching share: sweeping now, and finding what the bot posts by itself."""

from typing import Any

from sqlalchemy import Connection

from bot.playground.api_simulator.batch import Batch
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records import cards as cards_store
from bot.store.records import notices as notices_store
from bot.store.records import scheduled_jobs
from bot.store.transactions.begin_watch import SWEEP
from tests.desk import BATCHES, Desk
from tests.waiting import until_stored


def add_running_batch(desk: Desk, ends_in: float = 600.0, **wish: Any) -> Batch:
    """Add a batch that ends after so many simulated seconds. All its requests succeed unless counts are given."""
    counts = {} if {"succeeded", "errored"} & set(wish) else {"succeeded": 1_200}
    return desk.api.workspace.add(processing_status="in_progress", ends_in=ends_in, **counts, **wish)


async def run_sweep(desk: Desk) -> None:
    """Sweep now instead of within a minute."""
    await desk.bot.worker.sweep.run(0)


async def wait_for_first_sweep(desk: Desk) -> None:
    """Wait for the sweep that a worker begins with. The next one follows ten seconds later at the earliest."""
    database = desk.bot.worker.services.database

    def is_done(connection: Connection) -> bool:
        job = scheduled_jobs.get(connection, SWEEP)
        return job is not None and job.done_at is not None

    await until_stored(lambda: database.run(is_done))


async def advance_and_sweep(desk: Desk, seconds: float = 700.0) -> None:
    """Let simulated time pass, then sweep."""
    desk.api.advance(seconds)
    await run_sweep(desk)


def find_cards(desk: Desk, batch: Batch, place: str = BATCHES) -> list[SlackMessage]:
    """Return the public messages about a batch that are outside of threads."""
    return [
        each
        for each in public_messages(desk, place)
        if batch.id in each.visible_text and each.thread_ts in (None, each.ts)
    ]


def find_notices(desk: Desk, batch: Batch, place: str = BATCHES) -> list[SlackMessage]:
    """Return the public replies in the thread of a batch's card."""
    return [
        each
        for each in public_messages(desk, place)
        if batch.id in each.visible_text and each.thread_ts not in (None, each.ts)
    ]


def public_messages(desk: Desk, place: str = BATCHES) -> list[SlackMessage]:
    """Return what everyone in a channel sees."""
    return [each for each in desk.slack.messages(place) if each.ephemeral_to is None]


async def wait_for_card(desk: Desk, batch: Batch, saying: str = "", place: str = BATCHES) -> SlackMessage:
    """Wait until a batch's card contains `saying`; return it."""
    found = await desk.slack.wait_for(
        lambda: [c for c in find_cards(desk, batch, place) if saying in c.visible_text], timeout=15
    )
    return found[0]


async def wait_for_notice(desk: Desk, batch: Batch, place: str = BATCHES) -> SlackMessage:
    """Wait for a reply in the thread of a batch's card; return it."""
    found = await desk.slack.wait_for(lambda: find_notices(desk, batch, place), timeout=15)
    return found[0]


async def wait_until_settled(desk: Desk) -> None:
    """Wait until every card and notice is sent, so that what is missing now will not come."""
    database = desk.bot.worker.services.database

    def is_settled(connection: Connection) -> bool:
        return notices_store.OUTBOX.count_open(connection) + cards_store.OUTBOX.count_open(connection) == 0

    await until_stored(lambda: database.run(is_settled))
