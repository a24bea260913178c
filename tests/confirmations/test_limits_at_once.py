"""Files sent in the same moment, by several processes: together they stay under the limits of their person."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from functools import partial

import pytest
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.draft_change import SendChange
from bot.operations.approval import ApprovalLimit, LimitReached, SpendRules
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, dump_estimate
from bot.store.db.database import Database
from bot.store.records import drafts
from bot.store.records.drafts import Draft
from tests.builders import ADA, BEN, NOW
from tests.services import build_confirmations
from tests.store.conftest import database_url, postgres_url, sqlite_url

__all__ = ["database_url", "postgres_url", "sqlite_url"]

ESTIMATE = dump_estimate(
    Estimate((ModelEstimate("claude-opus-5", 40, 1, 1, Decimal(10), Decimal(10), EstimateBasis.COUNTED),))
)
FILE = Draft("0", ADA.user, ADA.team, ADA.channel, "ready", "", 40, 4_000, ESTIMATE, None, None, None, None,
             None, None, NOW, NOW)  # fmt: skip
FILES = tuple(replace(FILE, id=f"file{number}", sample=10 if number % 3 == 0 else None) for number in range(12))


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    stores = [Database(database_url) for _ in range(4)]
    stores[0].open()
    for draft in FILES:
        stores[0].transact(partial(drafts.add, draft=draft))
    for store in stores:  # connected, so that none comes late
        await asyncio.gather(
            *(store.run(lambda connection: drafts.list_in_states(connection, "ready")) for _ in "1234")
        )
    yield stores
    for store in stores:
        await store.close()


@pytest.mark.parametrize(
    ("limit", "people", "sent"),
    [
        (ApprovalLimit(Decimal(35), None), (ADA,), 3),
        (ApprovalLimit(None, 100), (ADA,), 2),
        (ApprovalLimit(Decimal(35), None), (ADA, BEN), 6),
        (ApprovalLimit(None, None, budget=Decimal(45)), (ADA, BEN), 4),
    ],
    ids=["spend", "requests", "spend-of-two", "budget-of-two"],
)
async def test_files_sent_at_once_stay_under_a_limit_together(
    limit: ApprovalLimit, people: tuple[Caller, ...], sent: int, processes: list[Database]
) -> None:
    async def press(number: int, draft: Draft) -> int:
        store, caller = processes[number % len(processes)], people[number % len(people)]
        confirmations = build_confirmations(store, lambda: NOW)
        change = SendChange(draft, rules=SpendRules(limit))
        question = await confirmations.ask(change, caller)
        return await confirmations.begin(change, caller, question.confirmation_id)

    results = await asyncio.gather(*(press(*each) for each in enumerate(FILES)), return_exceptions=True)

    assert sum(isinstance(each, int) for each in results) == sent
    assert {type(each) for each in results} == {int, LimitReached}
    claimed = processes[0].transact(lambda connection: drafts.list_in_states(connection, "sending"))
    assert len(claimed) == sent
