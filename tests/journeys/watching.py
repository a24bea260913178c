"""What the journeys of watching share: a sweep at once, and looking for what the bot says by itself."""

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


def running_batch(desk: Desk, ends_in: float = 600.0, **wish: Any) -> Batch:
    """Put a batch that ends after so many simulated seconds, all of it succeeded unless wished otherwise."""
    counts = {} if {"succeeded", "errored"} & set(wish) else {"succeeded": 1_200}
    return desk.api.workspace.add(processing_status="in_progress", ends_in=ends_in, **counts, **wish)


async def sweep(desk: Desk) -> None:
    """Let the bot look at the workspace now instead of within a minute."""
    await desk.bot.worker.sweep.run(0)


async def first_sweep(desk: Desk) -> None:
    """Wait for the sweep that a worker begins with: the next one comes by itself ten seconds later at the earliest."""
    database = desk.bot.worker.services.database

    def is_done(connection: Connection) -> bool:
        job = scheduled_jobs.get(connection, SWEEP)
        return job is not None and job.done_at is not None

    await until_stored(lambda: database.run(is_done))


async def end(desk: Desk, seconds: float = 700.0) -> None:
    """Let simulated time pass, and the bot look."""
    desk.api.advance(seconds)
    await sweep(desk)


def cards(desk: Desk, batch: Batch, place: str = BATCHES) -> list[SlackMessage]:
    """Return what stands at the top of a channel about a batch for everybody."""
    return [each for each in public(desk, place) if batch.id in each.visible_text and each.thread_ts in (None, each.ts)]


def notices(desk: Desk, batch: Batch, place: str = BATCHES) -> list[SlackMessage]:
    """Return the answers to a batch's card."""
    return [
        each for each in public(desk, place) if batch.id in each.visible_text and each.thread_ts not in (None, each.ts)
    ]


def public(desk: Desk, place: str = BATCHES) -> list[SlackMessage]:
    """Return what everybody in a channel sees."""
    return [each for each in desk.slack.messages(place) if each.ephemeral_to is None]


async def card(desk: Desk, batch: Batch, saying: str = "", place: str = BATCHES) -> SlackMessage:
    """Wait for a batch's card to say something."""
    found = await desk.slack.wait_for(
        lambda: [c for c in cards(desk, batch, place) if saying in c.visible_text], timeout=15
    )
    return found[0]


async def notice(desk: Desk, batch: Batch, place: str = BATCHES) -> SlackMessage:
    """Wait for the answer to a batch's card."""
    found = await desk.slack.wait_for(lambda: notices(desk, batch, place), timeout=15)
    return found[0]


async def settled(desk: Desk) -> None:
    """Wait until the bot has nothing left to draw or to send: what is not there now does not come."""
    database = desk.bot.worker.services.database

    def is_settled(connection: Connection) -> bool:
        return notices_store.OUTBOX.count_open(connection) + cards_store.OUTBOX.count_open(connection) == 0

    await until_stored(lambda: database.run(is_settled))
