"""The client of Anthropic's cost report: what message batches cost, by day, model, key and workspace.

Source: the official SDK 2.14, `beta.organization.analytics.cost` (beta since October 2026).
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import httpx
from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiUnavailable
from bot.api.http import API_VERSION, HttpClient, check_key, open_client, user_agent
from bot.api.identity import ApiIdentity
from bot.api.models import Moment
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy
from bot.proxies import Proxies

SECONDS = 30.0
"""How long a whole report may take. Someone waits for it."""
MOST_PAGES = 60
"""A year takes at least 14."""
PAGE_ROWS = 400
"""Rows to a page. The API adds rows by type of cost, and a row has about 1 kB."""
MOST_PAGE_ROWS = 10 * PAGE_ROWS
MOST_ROWS = 50_000
"""Of a whole report, in some 20 MB."""
LONGEST_RANGE = timedelta(days=28)
"""The API takes 31 days in one call."""
FURTHEST_BACK = timedelta(days=365)

_PATH = "/v1/organizations/analytics/cost"
_BETA = "analytics-usage-cost-2026-08-24"
_PRODUCT = "message_batches_api"
_POLICY = RetryPolicy(tries=2, max_retry_after=5.0, budget=25.0)
_CENTS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,30})?")


class BilledCost(Struct, frozen=True):
    """What one model cost on a day (UTC): USD at list price, and USD after the contract's discount.

    None: the row has no model, such as for web searches, or no key, or it names no workspace or tier.
    """

    day: datetime
    model: str | None
    workspace_id: str | None
    api_key_id: str | None
    service_tier: str | None
    is_web_search: bool
    list_usd: Decimal
    usd: Decimal


class CostReport(Struct, frozen=True):
    """The costs of message batches within a range.

    `refreshed_at`: up to when they are complete; None if the API does not say. `is_whole` False: there are more rows
    than were read. `organization_id` is that of the key, if an answer names it.
    """

    costs: tuple[BilledCost, ...]
    refreshed_at: datetime | None
    is_whole: bool
    organization_id: str | None


def open_cost_report_http(key: str, *, base_url: str, proxies: Proxies) -> HttpClient:
    """Return an HTTP client of its own for the cost report; the caller must close it. Raises ValueError."""
    check_key(key)
    headers = {
        "authorization": f"Bearer {key}",
        "anthropic-version": API_VERSION,
        "anthropic-beta": _BETA,
        "user-agent": user_agent(),
    }
    return open_client(base_url, headers, httpx.Timeout(connect=5.0, read=20.0, write=5.0, pool=5.0), proxies)


class CostReportClient:
    """The cost report through `http` (see `open_cost_report_http`). Every method raises ApiError."""

    def __init__(self, http: httpx.AsyncClient, *, policy: RetryPolicy = _POLICY, seconds: float = SECONDS) -> None:
        self._http = http
        self._policy = policy
        self._seconds = seconds

    async def read(self, start: datetime, end: datetime, workspace_id: str | None) -> CostReport:
        """Return the costs of message batches from a midnight (UTC) to another one.

        Without a workspace they include every workspace of the organization.
        """
        sender = CallSender(self._http, self._policy)
        try:
            async with asyncio.timeout(self._seconds):
                found = await _read_pages(sender, start, end, workspace_id)
        except TimeoutError:
            raise ApiUnavailable("timeout", f"no whole report within {self._seconds:g} s") from None
        known = [moment for moment in found.refreshed if moment is not None]
        return CostReport(
            tuple(found.costs),
            min(known) if known and len(known) == len(found.refreshed) else None,
            found.is_whole,
            sender.identity.organization_id,
        )


def belongs_to(report: CostReport, identity: ApiIdentity) -> bool:
    """Return whether the report is that of the organization whose batches are read, as far as answers name it."""
    return None in (named := {report.organization_id, identity.organization_id}) or len(named) == 1


def _check_cents(value: object) -> Decimal:
    if not isinstance(value, str) or not _CENTS.fullmatch(value):
        raise ValueError("an amount is a text with a decimal number")
    return Decimal(value)


_Cents = Annotated[Decimal, BeforeValidator(_check_cents)]
_Name = Annotated[str, Field(max_length=200)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    model: _Name | None = None
    workspace_id: _Name | None = None
    api_key_id: _Name | None = None
    service_tier: _Name | None = None
    cost_type: _Name | None = None


class _Cost(BaseModel):
    """Fractional cents: `"1248.35"` is $12.4835."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    amount: _Cents
    list_amount: _Cents
    currency: Literal["USD"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    starting_at: Moment
    group: _Group
    cost: _Cost


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    data: Annotated[tuple[_Row, ...], Field(max_length=MOST_PAGE_ROWS), FailFast()]
    has_more: bool | None = None
    next_page: Annotated[str, Field(max_length=4_000)] | None = None
    data_refreshed_at: Moment | None = None


def _read_row(row: _Row) -> BilledCost:
    group = row.group
    return BilledCost(
        row.starting_at,
        group.model,
        group.workspace_id,
        group.api_key_id,
        group.service_tier,
        group.cost_type == "web_search",
        row.cost.list_amount / 100,
        row.cost.amount / 100,
    )


class _Pages(Struct):
    """What was read of all pages."""

    costs: list[BilledCost] = []
    refreshed: list[datetime | None] = []
    is_whole: bool = False


async def _read_pages(sender: CallSender, start: datetime, end: datetime, workspace_id: str | None) -> _Pages:
    """Read the whole range, up to MOST_PAGES and MOST_ROWS."""
    found = _Pages()
    while start < end:
        until = min(start + LONGEST_RANGE, end)
        query = _make_query(start, until, workspace_id)
        tokens = set[str]()
        has_more = True
        while has_more:
            if len(found.refreshed) == MOST_PAGES or len(found.costs) > MOST_ROWS:
                return found
            page = parse_model(_Page, await sender.send(Call("GET", _PATH, params=query)))
            found.costs += [_read_row(row) for row in page.data]
            found.refreshed.append(page.data_refreshed_at)
            token = page.next_page
            has_more = page.has_more if page.has_more is not None else token is not None
            if has_more and (not token or token in tokens):
                return found
            tokens.add(token or "")
            query = {**query, "page": token or ""}
        start = until
    found.is_whole = True
    return found


def _make_query(start: datetime, end: datetime, workspace_id: str | None) -> dict[str, str | int | tuple[str, ...]]:
    groups = ("model", "api_key_id", "service_tier", "cost_type", *(() if workspace_id else ("workspace_id",)))
    return {
        "starting_at": _format(start),
        "ending_at": _format(end),
        "time_bucket_width": "1d",
        "order_by": "time",
        "order": "asc",
        "limit": PAGE_ROWS,
        "products[]": (_PRODUCT,),
        "group_by[]": groups,
        **({"workspace_ids[]": (workspace_id,)} if workspace_id else {}),
    }


def _format(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
