"""A draft above the limit needs the approval of a second person, also if it is sent in two parts."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from bot.operations.approval import ApprovalLimit, LimitExceeded, find_exceeded_limit
from bot.operations.services import Services
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, dump_estimate
from bot.store.records import drafts
from bot.store.records.drafts import Draft
from tests.builders import ADA, BEN, NOW

NO_LIMIT = ApprovalLimit(dollars=None, requests=None)


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


@pytest.mark.parametrize(
    ("limit", "estimate", "needed"),
    [
        (NO_LIMIT, priced(None), False),
        (ApprovalLimit(dollars=Decimal(10), requests=None), priced("10"), False),
        (ApprovalLimit(dollars=Decimal(10), requests=None), priced("10.01"), True),
        (ApprovalLimit(dollars=Decimal(10), requests=None), priced(None), True),
        (ApprovalLimit(dollars=Decimal(10), requests=None), "[]", True),
        (ApprovalLimit(dollars=None, requests=40), priced(None), False),
        (ApprovalLimit(dollars=None, requests=39), priced("0"), True),
    ],
)
async def test_a_draft_above_either_limit_or_without_a_price_needs_approval(
    limit: ApprovalLimit, estimate: str, *, needed: bool, services: Services
) -> None:
    draft = replace(WHOLE, estimate=estimate)

    assert (await find_exceeded_limit(services.database, limit, draft) is not None) is needed


@pytest.mark.parametrize(
    ("limit", "estimate", "exceeded"),
    [
        (ApprovalLimit(Decimal(9), 40), priced("10"), LimitExceeded(dollars=Decimal(9))),
        (ApprovalLimit(Decimal(9), 39), priced("10"), LimitExceeded(dollars=Decimal(9), requests=39)),
        (ApprovalLimit(Decimal(9), 39), priced("1"), LimitExceeded(requests=39)),
        (ApprovalLimit(Decimal(9), None), priced(None), LimitExceeded(Decimal(9), unpriced=("claude-opus-5",))),
        (ApprovalLimit(None, 39), priced(None), LimitExceeded(requests=39)),
    ],
)
async def test_the_limits_that_are_exceeded_are_named(
    limit: ApprovalLimit, estimate: str, exceeded: LimitExceeded, services: Services
) -> None:
    assert await find_exceeded_limit(services.database, limit, replace(WHOLE, estimate=estimate)) == exceeded


async def test_a_part_is_judged_by_its_whole(services: Services) -> None:
    part = replace(WHOLE, id="part", whole_id=WHOLE.id, requests=10, estimate=priced("1"))
    await services.database.run(lambda connection: drafts.add(connection, WHOLE))

    for limit in (ApprovalLimit(dollars=Decimal(9), requests=None), ApprovalLimit(dollars=None, requests=39)):
        exceeded = await find_exceeded_limit(services.database, limit, part)
        assert exceeded is not None
        assert exceeded.is_part


async def test_one_approval_is_enough(services: Services) -> None:
    approved = replace(WHOLE, approved_by=BEN.user)

    assert not await find_exceeded_limit(services.database, ApprovalLimit(dollars=Decimal(0), requests=0), approved)
