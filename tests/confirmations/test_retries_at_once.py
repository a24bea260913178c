"""Retries of the same failures, claimed at once in every way: the whole, a sample, a rest, an approval."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.commands.approve import ApproveChange
from bot.commands.draft_change import SendChange
from bot.operations.drafts import RetriedMeanwhile
from bot.store.db.database import Database
from bot.store.records import drafts, labels
from bot.store.records.drafts import Draft
from bot.store.records.labels import Relative
from bot.store.transactions import abandoned_drafts, competing_retries
from tests.builders import ADA, BEN, NOW
from tests.services import build_confirmations
from tests.store.conftest import database_url, postgres_url, sqlite_url

__all__ = ["database_url", "postgres_url", "sqlite_url"]

PARENT, SAMPLE = "msgbatch_parent", "msgbatch_sample"
RETRY = Draft("whole", ADA.user, ADA.team, ADA.channel, "ready", "", 40, 4_000, "[]", None, None, PARENT, "retry",
              None, None, NOW, NOW)  # fmt: skip
REST = replace(RETRY, id="rest", whole_id="parted", parent_id=SAMPLE, kind="canary")
WAITING = replace(RETRY, id="waiting", state="waiting")
PARTED = (
    replace(RETRY, id="parted", state="split", sample=10, rest_id="rest"),
    replace(RETRY, id="first ten", state="sent", whole_id="parted", rest_id="rest", batch_id=SAMPLE),
)
ROADS = (RETRY, replace(RETRY, id="another", sample=10), REST, WAITING)


def begun(connection: Connection) -> None:
    """Store one retry that was split, whose rest waits, and three others that may begin."""
    for draft in (*PARTED, *ROADS):
        drafts.add(connection, draft)
    labels.add_relative(connection, Relative(SAMPLE, PARENT, "retry"))


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    stores = [Database(database_url) for _ in range(4)]
    stores[0].open()
    stores[0].transact(begun)
    for store in stores:  # connected, so that none comes late
        await asyncio.gather(
            *(store.run(lambda connection: drafts.list_in_states(connection, "ready")) for _ in range(4))
        )
    yield stores
    for store in stores:
        await store.close()


def proposed(store: Database, draft: Draft) -> SendChange | ApproveChange:
    """Return the change that a press proposes for a draft, with the retries it knows of."""
    told = store.transact(lambda connection: competing_retries.find_other_retries(connection, draft))
    return ApproveChange(draft, told) if draft.state == "waiting" else SendChange(draft, told)


async def asked(store: Database, draft: Draft) -> str:
    """Ask Ben, who made none of the drafts."""
    return (await build_confirmations(store, lambda: NOW).ask(proposed(store, draft), BEN)).confirmation_id


async def press(store: Database, change: SendChange | ApproveChange, confirmation: str) -> int:
    return await build_confirmations(store, lambda: NOW).begin(change, BEN, confirmation)


def states(store: Database) -> dict[str, str]:
    found = store.transact(lambda connection: [drafts.get(connection, draft.id) for draft in ROADS])
    return {draft.id: draft.state for draft in found if draft is not None}


async def test_of_all_drafts_that_would_send_the_same_failures_one_is_sent(processes: list[Database]) -> None:
    questions = [await asked(processes[0], draft) for draft in ROADS]
    presses = [
        (store, proposed(processes[0], draft), question)
        for store in processes
        for draft, question in zip(ROADS, questions, strict=True)
    ]

    results = await asyncio.gather(*(press(*each) for each in presses), return_exceptions=True)

    assert sum(isinstance(each, int) for each in results) == 1
    assert sorted(states(processes[0]).values()).count("sending") == 1
    [gone] = [id for id, state in states(processes[0]).items() if state == "sending"]
    told = [each.retried for each in results if isinstance(each, RetriedMeanwhile)]
    assert len({type(each) for each in results} - {int, RetriedMeanwhile}) <= 1  # the winner's own, pressed once more
    assert {names[-1] for names in told} == {f"draft {gone}"}


@pytest.mark.parametrize("one", ["whole", "rest", "waiting"])
async def test_a_doubtful_retry_is_reported_and_one_that_was_not_sent_is_not(
    processes: list[Database], one: str
) -> None:
    store = processes[0]
    first, other = next(d for d in ROADS if d.id == one), next(d for d in ROADS if d.id != one)
    own_part = () if first is REST else (SAMPLE,)
    assert await press(store, proposed(store, first), await asked(store, first))

    store.transact(lambda connection: drafts.change_state(connection, one, "sending", "ready", at=NOW))
    not_sent = proposed(store, other).retried
    store.transact(lambda connection: drafts.begin_work(connection, one, "ready", "sending", held_by="dead", at=NOW))
    left = store.transact(lambda connection: abandoned_drafts.find_abandoned(connection, NOW))
    store.transact(
        lambda connection: [
            abandoned_drafts.settle_draft(connection, draft, NOW, timedelta(minutes=10)) for draft in left
        ]
    )

    assert not_sent == (SAMPLE,)
    assert proposed(store, other).retried == (SAMPLE, f"draft {one}")
    assert proposed(store, first).retried == own_part
