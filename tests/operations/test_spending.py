"""What one person sends in 24 hours, and the workspace in a month, against the limits."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.operations.approval import ApprovalLimit, LimitExceeded, LimitReached, Sent, SpendRules
from bot.operations.services import Services
from bot.operations.snapshots import snapshot_batch
from bot.operations.spending import (
    check_limits,
    find_month_spend,
    make_send,
    reserve_sample,
    reserve_send,
    start_of_month,
    sum_month,
)
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, dump_estimate
from bot.store.db.database import Database
from bot.store.records import batches, drafts, ledger, sends
from bot.store.records.drafts import Draft
from bot.store.records.ledger import LedgerRow
from tests.builders import ADA, BEN, NOW, running
from tests.store.conftest import database, database_url, postgres_url, sqlite_url

__all__ = ["database", "database_url", "postgres_url", "sqlite_url"]

DAY = timedelta(hours=24)


def priced(dollars: str | None) -> str:
    """Return the stored estimate of a draft that costs at most so many USD; None: its model has no price."""
    high = None if dollars is None else Decimal(dollars)
    model = ModelEstimate("claude-opus-5", 40, 1_000, 1_000, high, high, EstimateBasis.COUNTED)
    return dump_estimate(Estimate((model,)))


WHOLE = Draft(
    id="whole",
    user_id=ADA.user,
    team_id=ADA.team,
    channel_id=ADA.channel,
    state="ready",
    name="requests.jsonl",
    requests=40,
    size=4_000,
    estimate=priced("10"),
    label=None,
    owner=ADA.user,
    parent_id=None,
    kind=None,
    batch_id=None,
    approved_by=None,
    created_at=NOW,
    changed_at=NOW,
)
SAMPLE = replace(WHOLE, id="sample", whole_id="whole", rest_id="rest", requests=10, estimate=priced("3"))
REST = replace(WHOLE, id="rest", whole_id="whole", requests=30, estimate=priced("9"))
OTHER = replace(WHOLE, id="other")


def limit(dollars: int | None = None, requests: int | None = None, budget: int | None = None) -> SpendRules:
    amounts = [None if amount is None else Decimal(amount) for amount in (dollars, budget)]
    return SpendRules(ApprovalLimit(amounts[0], requests, amounts[1]))


def exceeded(database: Database, rules: SpendRules, draft: Draft, at: datetime = NOW) -> LimitExceeded | None:
    return database.transact(lambda connection: check_limits(connection, rules, draft, at).exceeded)


def send(database: Database, draft: Draft, at: datetime = NOW, rules: SpendRules = SpendRules()) -> None:  # noqa: B008 - it is frozen
    database.transact(lambda connection: reserve_send(connection, rules, draft, at))


@pytest.mark.parametrize(
    ("rules", "estimate", "expected"),
    [
        (limit(), priced(None), None),
        (limit(10), priced("10"), None),
        (limit(10), priced("10.01"), LimitExceeded(Decimal(10))),
        (limit(10), priced(None), LimitExceeded(Decimal(10), is_unbounded=True)),
        (limit(10), "[]", LimitExceeded(Decimal(10), is_unbounded=True)),
        (limit(requests=40), priced(None), None),
        (limit(requests=39), priced("0"), LimitExceeded(requests=39)),
        (limit(9, 39), priced("10"), LimitExceeded(Decimal(9), 39)),
    ],
)
def test_a_draft_above_a_limit_or_without_a_bound_needs_approval(
    rules: SpendRules, estimate: str, expected: LimitExceeded | None, database: Database
) -> None:
    assert exceeded(database, rules, replace(WHOLE, estimate=estimate)) == expected


def test_what_the_same_person_sent_in_24_hours_counts(database: Database) -> None:
    send(database, OTHER)

    assert exceeded(database, limit(20, 80), WHOLE) is None
    assert exceeded(database, limit(19, 79), WHOLE) == LimitExceeded(Decimal(19), 79, Sent(Decimal(10), 40))
    assert exceeded(database, limit(19), replace(WHOLE, user_id=BEN.user)) is None
    assert exceeded(database, limit(19), WHOLE, NOW + DAY) is not None
    assert exceeded(database, limit(19), WHOLE, NOW + DAY + timedelta(seconds=1)) is None


def test_after_a_file_without_a_bound_every_other_one_needs_approval(database: Database) -> None:
    send(database, replace(OTHER, estimate=priced(None)))

    found = exceeded(database, limit(1_000), WHOLE)

    assert found == LimitExceeded(Decimal(1_000), sent=Sent(Decimal(0), 40, 1))


def test_a_draft_that_is_sent_again_counts_once(database: Database) -> None:
    send(database, WHOLE)
    send(database, WHOLE)

    assert exceeded(database, limit(20), OTHER) is None


def test_what_was_certainly_not_sent_does_not_count(database: Database) -> None:
    send(database, OTHER)
    database.transact(lambda connection: sends.release(connection, OTHER.id))

    assert exceeded(database, limit(10), WHOLE) is None


def test_a_batch_that_appears_later_counts_again_and_once(database: Database) -> None:
    send(database, OTHER)

    def appear(connection: Connection) -> None:
        sends.release(connection, OTHER.id)
        for _ in range(2):
            sends.set_batch(connection, make_send(connection, limit(), OTHER, NOW), "msgbatch_1")

    database.transact(appear)

    assert exceeded(database, limit(20), WHOLE) is None
    assert exceeded(database, limit(19), WHOLE) is not None


def test_a_part_is_judged_with_its_whole(database: Database) -> None:
    database.transact(lambda connection: drafts.add(connection, replace(WHOLE, state="split")))

    for part in (SAMPLE, REST):
        found = exceeded(database, limit(9, 39), part)
        assert found == LimitExceeded(Decimal(9), 39, is_part=True)
        assert exceeded(database, limit(10, 40), part) is None


def test_a_sample_and_its_rest_cost_no_more_than_the_whole(database: Database) -> None:
    database.transact(lambda connection: drafts.add(connection, replace(WHOLE, state="split")))
    send(database, WHOLE)
    database.transact(lambda connection: reserve_sample(connection, WHOLE, SAMPLE))
    assert exceeded(database, limit(13), OTHER) is None
    assert exceeded(database, limit(12), OTHER) is not None

    send(database, REST)

    assert exceeded(database, limit(20, 80), OTHER) is None
    assert exceeded(database, limit(19, 79), OTHER) == LimitExceeded(Decimal(19), 79, Sent(Decimal(10), 40))


def test_one_approval_is_enough_and_what_was_approved_counts(database: Database) -> None:
    approved = replace(WHOLE, approved_by=BEN.user)

    send(database, approved, rules=limit(0, 0, 0))

    assert exceeded(database, limit(19), OTHER) is not None


def test_what_is_above_a_limit_at_the_moment_of_sending_is_not_counted(database: Database) -> None:
    with pytest.raises(LimitReached):
        send(database, WHOLE, rules=limit(9))

    assert exceeded(database, limit(10), OTHER) is None


def spent(batch_id: str, usd: str | None, created_at: datetime = NOW, succeeded: int | None = 5) -> LedgerRow:
    """Return the row of a batch whose results were read; None: they were not."""
    cost: dict[str, Any] = {
        "amount": usd,
        "unknown_models": [],
        "unknown_regions": [],
        "web_searches": 0,
        "unreadable": 0,
    }
    words = json.dumps({"models": [], "cost": cost, "succeeded": succeeded}) if usd else None
    return LedgerRow(batch_id, "", created_at, created_at, succeeded, spent=words, usd=usd, read_at=NOW)


def make_batch(database: Database, draft: Draft, batch_id: str) -> None:
    database.transact(
        lambda connection: sends.set_batch(connection, make_send(connection, limit(), draft, NOW), batch_id)
    )


START = start_of_month(NOW, UTC)


def test_a_month_is_what_was_spent_and_what_is_open(database: Database) -> None:
    for draft in (WHOLE, OTHER, replace(WHOLE, id="third", estimate=priced(None))):
        send(database, draft)
    make_batch(database, OTHER, "msgbatch_read")
    rows = [
        spent("msgbatch_read", "4.20"),
        spent("msgbatch_elsewhere", "1"),
        spent("msgbatch_before", "100", START - timedelta(seconds=1)),
    ]
    for row in rows:
        database.transact(partial(ledger.record_spent, row=row))

    month = database.transact(lambda connection: sum_month(connection, START))

    assert month.spent == Decimal("5.20")
    assert month.open == Sent(Decimal(10), 80, 1)
    assert month.total == Decimal("15.20")
    assert month.unread == 0


def test_other_batches_that_no_one_has_read_are_counted(database: Database) -> None:
    seen = snapshot_batch(running(), NOW)
    database.transact(partial(batches.add, batch=seen))
    database.transact(partial(ledger.record_batch, batch=spent("msgbatch_unread", None)))

    assert database.transact(lambda connection: sum_month(connection, START)).unread == 2


def test_a_batch_in_which_nothing_succeeded_is_not_open(database: Database) -> None:
    send(database, OTHER)
    make_batch(database, OTHER, "msgbatch_failed")
    database.transact(lambda connection: ledger.record_batch(connection, spent("msgbatch_failed", None, succeeded=0)))

    assert database.transact(lambda connection: sum_month(connection, START)).open == Sent()


@pytest.mark.parametrize(
    ("budget", "needs_approval", "warns"), [(10, True, True), (11, False, True), (12, False, True), (13, False, False)]
)
def test_a_budget_warns_at_four_fifths_and_stops_when_it_is_used(
    budget: int,
    needs_approval: bool,
    warns: bool,
    database: Database,
) -> None:
    check = database.transact(lambda connection: check_limits(connection, limit(budget=budget), WHOLE, NOW))

    assert (check.exceeded is not None) is needs_approval
    assert check.budget is not None
    assert check.budget.after == 10
    assert check.budget.is_near is warns


def test_a_budget_counts_everyone_and_a_file_without_a_bound_is_above_it(database: Database) -> None:
    send(database, replace(OTHER, user_id=BEN.user))

    above = exceeded(database, limit(budget=20), WHOLE)
    unbounded = exceeded(database, limit(budget=1_000), replace(WHOLE, estimate=priced(None)))

    assert above is not None
    assert above.budget is not None
    assert (above.budget.month.total, above.budget.after) == (Decimal(10), Decimal(20))
    assert unbounded is not None
    assert unbounded.is_unbounded
    assert exceeded(database, limit(budget=21), WHOLE) is None


def test_a_month_begins_in_the_set_time_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert start_of_month(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), berlin) == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert start_of_month(datetime(2026, 10, 31, 22, 59, tzinfo=UTC), berlin) == datetime(2026, 9, 30, 22, tzinfo=UTC)


async def test_anyone_can_ask_for_the_spend_of_the_month(services: Services) -> None:
    send(services.database, replace(WHOLE), at=services.now())

    month = await find_month_spend(services)

    assert month.total == 10
