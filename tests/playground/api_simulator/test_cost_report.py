"""The cost report: what it counts, how it is asked for, who may read it, and what a wrong query gets."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.cost_report.bill import OtherUse
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.server import ApiSimulator

PATH = "/v1/organizations/analytics/cost"
KEY = "sk-ant-admin01-test"
BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
DAY = 86_400.0
ROUNDED = Decimal("0.0001")
"""Cents: a row has four decimals."""

Query = dict[str, str | list[str]]


@pytest.fixture
async def reports(simulator: ApiSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """Provide a client with an Admin key and the beta."""
    headers = {"authorization": f"Bearer {KEY}", "anthropic-version": "2023-06-01"} | BETA
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers, timeout=10) as client:
        yield client


def last_days(simulator: ApiSimulator, days: int = 7) -> Query:
    """Return the range of the last whole days."""
    end = simulator.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"starting_at": (end - timedelta(days=days)).isoformat(), "ending_at": end.isoformat()}


async def ask(client: httpx.AsyncClient, query: Query) -> dict[str, Any]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def cents(rows: list[dict[str, Any]], name: str = "list_amount") -> Decimal:
    return sum((Decimal(row["cost"][name]) for row in rows), Decimal(0))


async def test_a_row_has_the_documented_shape(simulator: ApiSimulator, reports: httpx.AsyncClient) -> None:
    simulator.workspace.add(succeeded=3, age=2 * DAY)

    page = await ask(reports, last_days(simulator) | {"time_bucket_width": "1d", "group_by[]": ["model"]})

    [row] = page["data"]
    assert set(row) == {"starting_at", "ending_at", "group", "cost"}
    assert row["group"]["model"] == "claude-haiku-4-5-20251001"
    assert all(value is None for name, value in row["group"].items() if name != "model")
    assert row["cost"]["currency"] == "USD"
    assert row["cost"]["requests"] == 3
    assert datetime.fromisoformat(row["ending_at"]) - datetime.fromisoformat(row["starting_at"]) == timedelta(days=1)
    assert (page["has_more"], page["next_page"]) == (False, None)
    assert datetime.fromisoformat(page["data_refreshed_at"]) < simulator.now


async def test_it_bills_every_token_at_half_the_list_price_and_searches_in_full(
    simulator: ApiSimulator, reports: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=5, errored=2, age=2 * DAY, answers={"blocks": 3})
    usages = [
        result["message"]["usage"]
        for line in make_result_lines(batch)
        if (result := json.loads(line)["result"])["type"] == "succeeded"
    ]
    nano_usd = sum(
        500 * usage["input_tokens"]
        + 2_500 * usage["output_tokens"]
        + 625 * usage["cache_creation_input_tokens"]
        + 50 * usage["cache_read_input_tokens"]
        for usage in usages
    )

    rows = (await ask(reports, last_days(simulator) | {"group_by[]": ["cost_type"]}))["data"]

    found = {row["group"]["cost_type"]: Decimal(row["cost"]["list_amount"]) for row in rows}
    assert found == {"tokens": pytest.approx(Decimal(nano_usd) / 10**7, abs=ROUNDED), "web_search": Decimal(3)}
    assert [row["cost"]["requests"] for row in rows] == [None, None]


async def test_token_types_add_up_to_the_tokens(simulator: ApiSimulator, reports: httpx.AsyncClient) -> None:
    simulator.workspace.add(succeeded=40, age=2 * DAY, answers={"blocks": 1})
    both = ["cost_type", "token_type"]

    rows = (await ask(reports, last_days(simulator) | {"group_by[]": both}))["data"]
    whole = (await ask(reports, last_days(simulator)))["data"]
    tokens_alone = (await ask(reports, last_days(simulator) | {"group_by[]": ["token_type"]}))["data"]

    assert {row["group"]["token_type"] for row in rows} >= {None, "uncached_input_tokens", "cache_read_input_tokens"}
    assert cents(rows) == pytest.approx(cents(whole), abs=len(rows) * ROUNDED)
    assert {row["group"]["cost_type"] for row in tokens_alone} == {"tokens"}


async def test_a_deleted_batch_stays_on_the_bill(simulator: ApiSimulator, reports: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=5, age=2 * DAY)
    before = await ask(reports, last_days(simulator))

    simulator.workspace.delete(batch.id)

    assert (await ask(reports, last_days(simulator)))["data"] == before["data"] != []


async def test_filters_leave_out_other_products_tiers_keys_and_workspaces(
    simulator: ApiSimulator, reports: httpx.AsyncClient
) -> None:
    simulator.workspace.add(succeeded=5, age=2 * DAY)
    own = await ask(reports, last_days(simulator))
    others = (
        OtherUse(cents="100", product="messages_api", service_tier="standard"),
        OtherUse(cents="100", workspace_id="wrkspc_01Other"),
        OtherUse(cents="100", product=None, model=None, cost_type="code_execution", service_tier=None),
    )
    for other in others:
        simulator.bill.add(other, simulator.now)
    wanted: Query = {"products[]": ["message_batches_api"], "workspace_ids[]": [simulator.workspace.id]}

    everything = await ask(reports, last_days(simulator))
    filtered = await ask(reports, last_days(simulator) | wanted)
    by_tier = await ask(reports, last_days(simulator) | {"service_tiers[]": ["batch"]} | wanted)

    assert cents(everything["data"]) == cents(own["data"]) + 300
    assert filtered["data"] == by_tier["data"] == own["data"]


async def test_a_discount_lowers_the_amount_and_not_the_list_amount(
    simulator: ApiSimulator, reports: httpx.AsyncClient
) -> None:
    simulator.workspace.add(succeeded=5, age=2 * DAY)
    simulator.bill.change(discount=12.5)

    rows = (await ask(reports, last_days(simulator)))["data"]

    assert cents(rows, "amount") == pytest.approx(cents(rows) * Decimal("0.875"), abs=ROUNDED)


async def test_late_figures_end_when_they_were_refreshed(simulator: ApiSimulator, reports: httpx.AsyncClient) -> None:
    simulator.workspace.add(succeeded=5, age=2 * DAY)
    simulator.workspace.add(succeeded=5, age=5 * DAY)
    whole = await ask(reports, last_days(simulator))
    simulator.bill.change(behind=3 * DAY)

    late = await ask(reports, last_days(simulator))
    simulator.bill.change(behind=None)
    unknown = await ask(reports, last_days(simulator))

    assert 0 < cents(late["data"]) < cents(whole["data"])
    assert datetime.fromisoformat(late["data_refreshed_at"]) <= simulator.now - timedelta(days=3)
    assert unknown["data_refreshed_at"] is None
    assert unknown["data"] == whole["data"]


@pytest.mark.parametrize("booked_at", ["creation", "end"])
async def test_a_batch_is_booked_at_its_creation_or_at_its_end(
    simulator: ApiSimulator, reports: httpx.AsyncClient, booked_at: str
) -> None:
    now = simulator.now
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    age = (now - midnight).total_seconds()
    simulator.workspace.add(succeeded=5, age=age + 600, took=1_200)
    simulator.bill.change(booked_at=booked_at)

    [row] = (await ask(reports, last_days(simulator) | {"time_bucket_width": "1d"}))["data"]

    assert datetime.fromisoformat(row["starting_at"]) == midnight - timedelta(days=booked_at == "creation")


async def test_pages_hold_every_row_once(simulator: ApiSimulator, reports: httpx.AsyncClient) -> None:
    for days in range(1, 8):
        for model in ("claude-opus-5", "claude-sonnet-5"):
            simulator.workspace.add(succeeded=2, age=days * DAY, model=model)
    query = last_days(simulator, 8) | {
        "time_bucket_width": "1d",
        "order_by": "time",
        "order": "asc",
        "group_by[]": ["model", "cost_type", "token_type"],
    }
    whole = (await ask(reports, query | {"limit": "1000"}))["data"]

    pages = [await ask(reports, query | {"limit": "4"})]
    while pages[-1]["has_more"]:
        pages.append(await ask(reports, query | {"limit": "4", "page": pages[-1]["next_page"]}))

    assert [row for page in pages for row in page["data"]] == whole
    assert len(pages) == 4
    assert len(pages[0]["data"]) > 4
    starts = [row["starting_at"] for row in whole]
    assert starts == sorted(starts)
    foreign = await reports.get(PATH, params=query | {"limit": "5", "page": pages[0]["next_page"]})
    assert (foreign.status_code, foreign.json()["error"]["message"]) == (400, "page: Invalid page token")


NOW = datetime.now(UTC)
WRONG: dict[str, Query] = {
    "starting_at: Field required": {},
    "starting_at: Must not be before 2026": {"starting_at": "2025-12-31T00:00:00Z"},
    "starting_at: Input should have timezone info": {"starting_at": "2026-11-01T00:00:00"},
    "starting_at: Input should be a valid datetime": {"starting_at": "yesterday"},
    "ending_at: Required when time_bucket_width is set": {
        "starting_at": (NOW - timedelta(days=2)).isoformat(),
        "time_bucket_width": "1d",
    },
    "ending_at: The range may span at most 31 days": {
        "starting_at": (NOW - timedelta(days=33)).isoformat(),
        "ending_at": NOW.isoformat(),
    },
    "ending_at: Must be after starting_at": {"starting_at": NOW.isoformat(), "ending_at": NOW.isoformat()},
}
RANGE: Query = {"starting_at": (NOW - timedelta(days=2)).isoformat(), "ending_at": NOW.isoformat()}
WRONG |= {
    "time_bucket_width: Input should be": RANGE | {"time_bucket_width": "1w"},
    "ending_at: The range may span at most 24 hours": RANGE | {"time_bucket_width": "1m"},
    "group_by.0: Input should be": RANGE | {"group_by[]": ["batch"]},
    "group_by: At most 5 dimensions": RANGE
    | {"group_by[]": ["model", "product", "workspace_id", "service_tier", "speed", "inference_geo", "cost_type"]},
    "limit: Input should be less than": RANGE | {"limit": "1001"},
    "limit: Input should be greater than": RANGE | {"limit": "0"},
    "products.0: Input should be": RANGE | {"products[]": ["batches"]},
    "workspace_ids.0: Input should be": RANGE | {"workspace_ids[]": ["default"]},
    "order_by: Input should be": RANGE | {"order_by": "requests"},
    "order: Input should be": RANGE | {"order": "up"},
    "page: Invalid page token": RANGE | {"page": "AAAA"},
    "batch_id: Extra inputs are not permitted": RANGE | {"batch_id": "msgbatch_1"},
}


@pytest.mark.parametrize("words", WRONG)
async def test_a_wrong_query_is_refused_with_the_parameter(reports: httpx.AsyncClient, words: str) -> None:
    answer = await reports.get(PATH, params=WRONG[words])

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(words)
    assert "anthropic-workspace-id" not in answer.headers
    assert answer.headers["anthropic-organization-id"]


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"authorization": "Bearer sk-test-key"}, 403, "can't be used with the key of a workspace"),
        ({"authorization": "Bearer sk-ant-api03-limits"}, 403, "Scopes of this key: read:spend_limits. Required: read"),
        ({"authorization": "Bearer sk-ant-admin01-old"}, 401, "API key is invalid."),
        ({"authorization": ""}, 401, "Authorization header is invalid"),
        ({"anthropic-version": ""}, 400, "anthropic-version: header is required"),
        ({"anthropic-beta": "message-batches-2024-09-24"}, 400, "anthropic-beta: this endpoint requires"),
    ],
)
async def test_a_wrong_key_or_header_is_refused(
    simulator: ApiSimulator, reports: httpx.AsyncClient, headers: dict[str, str], status: int, words: str
) -> None:
    simulator.organization_keys.grant("sk-ant-api03-limits", "read:spend_limits")
    simulator.organization_keys.revoke("sk-ant-admin01-old")

    answer = await reports.get(PATH, params=last_days(simulator), headers=headers)

    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]


async def test_a_key_with_the_scope_may_read_it_and_an_admin_key_no_batches(
    simulator: ApiSimulator, reports: httpx.AsyncClient
) -> None:
    simulator.organization_keys.grant("sk-ant-api03-reports", "read:analytics")
    scoped = {"authorization": "Bearer sk-ant-api03-reports"}

    assert (await reports.get(PATH, params=last_days(simulator), headers=scoped)).status_code == 200
    assert (await reports.get("/v1/messages/batches")).status_code == 403


async def test_the_terms_and_other_usage_are_ordered_over_http(
    simulator: ApiSimulator, reports: httpx.AsyncClient
) -> None:
    await reports.post("/_simulator/bill", json={"discount": 50, "behind": 60})
    await reports.post("/_simulator/usage", json={"cents": "12.5", "age": 2 * DAY})

    [row] = (await ask(reports, last_days(simulator)))["data"]

    assert (row["cost"]["list_amount"], row["cost"]["amount"]) == ("12.5", "6.25")
    wrong = await reports.post("/_simulator/bill", json={"discount": 101})
    assert wrong.status_code == 400
    simulator.bill.change(refuses="Not available with HIPAA readiness.")
    assert (await reports.get(PATH, params=last_days(simulator))).status_code == 400
