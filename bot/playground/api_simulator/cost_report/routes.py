"""GET /v1/organizations/analytics/cost, as the official SDK 2.14 has it."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aiohttp import web

from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.cost_report.bill import Bill
from bot.playground.api_simulator.cost_report.billed_usage import BilledItem
from bot.playground.api_simulator.cost_report.query import GROUPS, UNCOUNTED, CostQuery, read_query
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.responses import make_json_response

BETA = "analytics-usage-cost-2026-08-24"
_PLACES = Decimal("0.0001")
_NULL_GEO = "not_available"

Group = tuple[str | None, ...]


class CostReportRoutes:
    """Answers with what is on the bill."""

    def __init__(self, clock: Clock, bill: Bill) -> None:
        self._clock = clock
        self._bill = bill

    def install(self, app: web.Application) -> None:
        """Add the route to the application."""
        app.router.add_get("/v1/organizations/analytics/cost", self.report_cost, allow_head=False)

    async def report_cost(self, request: web.Request) -> web.StreamResponse:
        """Return one page of the report."""
        betas = request.headers.get("anthropic-beta", "").replace(" ", "").split(",")
        if BETA not in betas:
            raise ApiError(400, f"anthropic-beta: this endpoint requires {BETA}")
        if self._bill.terms.refuses:
            raise ApiError(400, self._bill.terms.refuses)
        now = self._clock.now()
        query = read_query(request.query, now)
        rows = _make_rows(query, await self._bill.list_items(now), self._bill.share)
        digest = _hash_query(request)
        start = _read_page(query.page, digest)
        if start and start >= len(rows):
            raise ApiError(400, "page: Invalid page token")
        end = start + query.limit
        has_more = end < len(rows)
        return make_json_response(
            {
                "data": [row for rows_of_group in rows[start:end] for row in rows_of_group],
                "has_more": has_more,
                "next_page": _write_page(end, digest) if has_more else None,
                "data_refreshed_at": _format(self._bill.find_refresh(now)),
            }
        )


def _make_rows(query: CostQuery, items: Iterable[BilledItem], share: Fraction) -> list[list[dict[str, Any]]]:
    """Return the rows, those of one group together that differ by a type of cost or token only."""
    counted = [name for name in query.groups if name not in UNCOUNTED]
    groups: dict[tuple[datetime, Group], list[BilledItem]] = defaultdict(list)
    for item in items:
        if _is_wanted(query, item):
            groups[_find_bucket(query, item.at), tuple(item.dimensions.get(name) for name in counted)].append(item)
    amounts = {key: sum((item.cents for item in found), Fraction(0)) for key, found in groups.items()}

    def rank(key: tuple[datetime, Group]) -> tuple[Any, ...]:
        sign = -1 if query.descending else 1
        by_amount = amounts[key] * sign
        if query.order_by == "time" and query.width is not None:
            return key[0].timestamp() * sign, -amounts[key], str(key[1])
        return by_amount, key[0], str(key[1])

    return [
        list(_split_group(query, bucket, dict(zip(counted, values, strict=True)), groups[bucket, values], share))
        for bucket, values in sorted(groups, key=rank)
        if amounts[bucket, values]
    ]


def _is_wanted(query: CostQuery, item: BilledItem) -> bool:
    if not query.start <= item.at < query.end:
        return False
    if "token_type" in query.groups and "cost_type" not in query.groups and "token_type" not in item.dimensions:
        return False  # every row of such a report is about tokens
    for name, wanted in query.filters.items():
        value = item.dimensions.get(name)
        missing = _NULL_GEO if name == "inference_geo" else ""
        if (missing if value is None else value) not in wanted:
            return False
    return True


def _find_bucket(query: CostQuery, at: datetime) -> datetime:
    """Return the start of the bucket. Buckets are aligned to UTC."""
    if query.width is None:
        return query.start
    return at - (at - datetime(2026, 1, 1, tzinfo=UTC)) % query.width


def _split_group(
    query: CostQuery, start: datetime, group: Mapping[str, str | None], items: list[BilledItem], share: Fraction
) -> Iterator[dict[str, Any]]:
    fine = [name for name in ("cost_type", "token_type") if name in query.groups]
    parts: dict[Group, list[BilledItem]] = defaultdict(list)
    for item in items:
        parts[tuple(item.dimensions.get(name) for name in fine)].append(item)
    end = query.end if query.width is None else start + query.width
    for values, found in sorted(parts.items(), key=str):
        cents = sum((item.cents for item in found), Fraction(0))
        if not cents:
            continue
        own = dict(zip(fine, values, strict=True))
        if "token_type" in own and own["token_type"] is not None:
            own["cost_type"] = "tokens"
        yield {
            "starting_at": _format(start),
            "ending_at": _format(end),
            "group": dict.fromkeys(GROUPS) | dict(group) | own,
            "cost": {
                "amount": _spell(cents * share),
                "list_amount": _spell(cents),
                "currency": "USD",
                "requests": None if fine else sum(item.requests for item in found),
            },
        }


def _spell(cents: Fraction) -> str:
    """Return cents with at most four decimals, without zeros at the end."""
    exact = Decimal(cents.numerator) / Decimal(cents.denominator)
    return f"{exact.quantize(_PLACES):f}".rstrip("0").rstrip(".")


def _format(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return (moment.astimezone(UTC) - timedelta(microseconds=moment.microsecond)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash_query(request: web.Request) -> str:
    pairs = sorted((name, value) for name, value in request.query.items() if name != "page")
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()[:16]


def _write_page(start: int, digest: str) -> str:
    return base64.urlsafe_b64encode(f"{start}:{digest}".encode()).decode()


def _read_page(page: str | None, digest: str) -> int:
    """Return where a page starts. Raises ApiError 400 for a token of another query."""
    if page is None:
        return 0
    try:
        start, _, of = base64.urlsafe_b64decode(page.encode()).decode().partition(":")
        if of == digest:
            return int(start)
    except ValueError:
        pass
    raise ApiError(400, "page: Invalid page token")
