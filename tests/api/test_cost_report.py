"""The cost report's client: exact amounts, every page once, bounds, and no answer that it takes on trust."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.api.cost_report import MOST_PAGES, MOST_ROWS, CostReport, CostReportClient, open_cost_report_http
from bot.api.errors import ApiError, ApiRejected, ApiUnavailable, KeyRefused
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.cost_report.bill import OtherUse
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.proxies import Proxies

KEY = "sk-ant-admin01-the-key-for-the-bill"
PATH = "/v1/organizations/analytics/cost"
DAY = 86_400.0
MIDNIGHT = datetime(2027, 6, 1, tzinfo=UTC)
"""More than a year after the first day that the report has."""


@pytest.fixture
async def api() -> AsyncIterator[ApiSimulator]:
    async with ApiSimulator(clock=Clock(start=MIDNIGHT, speed=0)) as simulator:
        yield simulator


async def read(
    api: ApiSimulator, days: int = 7, workspace: str | None = None, key: str = KEY, seconds: float = 30.0
) -> CostReport:
    async with open_cost_report_http(key, base_url=api.base_url, proxies=Proxies()) as http:
        policy = RetryPolicy(tries=2, sleep=lambda _: asyncio.sleep(0))
        client = CostReportClient(http, policy=policy, seconds=seconds)
        return await client.read(MIDNIGHT - timedelta(days=days), MIDNIGHT, workspace)


def page(*rows: dict[str, Any], **changes: Any) -> str:
    return json.dumps({"data": rows, "has_more": False, "next_page": None, "data_refreshed_at": None} | changes)


def row(amount: Any = "1248.35", **changes: Any) -> dict[str, Any]:
    cost = {"amount": amount, "list_amount": amount, "currency": "USD", "requests": None}
    day = {"starting_at": "2027-05-20T00:00:00Z", "ending_at": "2027-05-21T00:00:00Z"}
    return {**day, "group": {}, "cost": cost, **changes}


async def test_fractional_cents_become_exact_dollars(api: ApiSimulator) -> None:
    api.add_fault(ApiFault(path=PATH, body=page(row("1248.35"), row("0.00000000000000000000000000001"))))

    report = await read(api)

    assert [cost.list_usd for cost in report.costs] == [Decimal("12.4835"), Decimal("1E-31")]
    assert report.refreshed_at is None
    assert report.is_whole


async def test_only_message_batches_of_the_workspace_count(api: ApiSimulator) -> None:
    api.workspace.add(succeeded=5, age=2 * DAY, answers={"blocks": 2})
    for other in (OtherUse(cents="7", product="messages_api"), OtherUse(cents="7", workspace_id="wrkspc_01Other")):
        api.bill.add(other, api.now)

    here = await read(api, workspace=api.workspace.id)
    everywhere = await read(api)

    assert {cost.is_web_search for cost in here.costs} == {True, False}
    more = sum(cost.list_usd for cost in everywhere.costs) - sum(cost.list_usd for cost in here.costs)
    assert more == Decimal("0.07")
    assert {cost.workspace_id for cost in everywhere.costs} == {api.workspace.id, "wrkspc_01Other"}
    assert here.organization_id == api.workspace.organization_id


async def test_a_year_is_asked_for_in_ranges_that_the_api_takes(api: ApiSimulator) -> None:
    for weeks in range(1, 52):
        api.bill.add(OtherUse(cents="1", age=weeks * 7 * DAY - DAY / 2), api.now)

    report = await read(api, days=364)

    assert (sum(cost.list_usd for cost in report.costs), report.is_whole) == (Decimal("0.51"), True)
    assert len(api.requests) == 13


async def test_every_page_is_read_once(api: ApiSimulator) -> None:
    for number in range(1_001):
        api.bill.add(OtherUse(cents="1", model=f"claude-{number}"), api.now)

    report = await read(api)

    assert (len(report.costs), report.is_whole) == (1_001, True)
    assert len(api.requests) == 3


async def test_more_rows_than_the_most_are_not_read(api: ApiSimulator) -> None:
    rows = [row("1", group={"model": f"m{number}"}) for number in range(4_000)]
    for number in range(20):
        api.add_fault(ApiFault(path=PATH, body=page(*rows, has_more=True, next_page=f"page-{number}")))

    report = await read(api)

    assert not report.is_whole
    assert MOST_ROWS < len(report.costs) <= MOST_ROWS + 4_000


@pytest.mark.parametrize("token", ["the same", "", None])
async def test_pages_without_an_end_are_cut(api: ApiSimulator, token: str | None) -> None:
    api.add_fault(ApiFault(path=PATH, times=10, body=page(row(), has_more=True, next_page=token)))

    report = await read(api)

    assert not report.is_whole
    assert len(api.requests) <= 2


async def test_more_pages_than_the_most_are_not_read(api: ApiSimulator) -> None:
    for number in range(MOST_PAGES + 5):
        api.add_fault(ApiFault(path=PATH, body=page(has_more=True, next_page=f"page-{number}")))

    report = await read(api)

    assert not report.is_whole
    assert len(api.requests) == MOST_PAGES


@pytest.mark.parametrize(
    "body",
    [
        "<html>busy</html>",
        "[]",
        "{}",
        page(row(12.5)),
        page(row("NaN")),
        page(row("1e9")),
        page(row("9" * 40)),
        page(row(cost={"amount": "1", "list_amount": "1", "currency": "EUR"})),
        page(row(starting_at="2026-11-20T00:00:00")),
        page(row(group={"model": "x" * 201})),
        page(row(), next_page="x" * 5_000),
        page(*[row()] * 4_001),
    ],
    ids=lambda body: body[:60],
)
async def test_an_answer_of_another_shape_is_refused_whole(api: ApiSimulator, body: str) -> None:
    api.add_fault(ApiFault(path=PATH, times=2, body=body))

    with pytest.raises(ApiUnavailable) as raised:
        await read(api)

    assert raised.value.kind in ("not_json", "unexpected_shape")


@pytest.mark.parametrize(
    ("fault", "error", "calls"),
    [
        (ApiFault(path=PATH, times=9, status=500), ApiUnavailable, 2),
        (ApiFault(path=PATH, times=9, status=429, retry_after=60), ApiError, 1),
        (ApiFault(path=PATH, times=9, status=404), ApiRejected, 1),
        (ApiFault(path=PATH, times=9, status=403, body="<html>blocked</html>"), ApiRejected, 1),
        (ApiFault(path=PATH, times=9, cut="middle"), ApiUnavailable, 2),
        (ApiFault(path=PATH, times=9, bomb=20), ApiUnavailable, 1),
    ],
    ids=str,
)
async def test_a_failing_service_is_asked_twice_at_most(
    api: ApiSimulator, fault: ApiFault, error: type[ApiError], calls: int
) -> None:
    api.add_fault(fault)

    with pytest.raises(error):
        await read(api)

    assert len(api.requests) == calls


async def test_a_report_that_takes_too_long_is_given_up(api: ApiSimulator) -> None:
    api.add_fault(ApiFault(path=PATH, delay=600))

    with pytest.raises(ApiUnavailable, match="no whole report within"):
        await read(api, seconds=0.2)

    api.answer_delayed()


async def test_the_key_is_in_no_error(api: ApiSimulator) -> None:
    error = {"type": "permission_error", "message": f"{KEY} may not do this"}
    api.add_fault(ApiFault(path=PATH, status=403, body=json.dumps({"type": "error", "error": error})))

    with pytest.raises(KeyRefused) as raised:
        await read(api)

    assert KEY not in raised.value.message
    assert "[key]" in raised.value.message


async def test_it_sends_its_own_key_as_bearer_and_nothing_of_the_workspace(api: ApiSimulator) -> None:
    await read(api)

    [request] = api.requests
    assert request.key_sent_in == "authorization"
    assert request.headers["anthropic-beta"] == "analytics-usage-cost-2026-08-24"
    assert "anthropic-workspace-id" not in request.headers
