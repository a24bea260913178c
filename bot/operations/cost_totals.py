"""Sums of what batches cost: in all, by model, by day."""

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.operations.read_results import ReadSummary
from bot.results.summary import CostSummary


class CostRow(Struct, frozen=True):
    """One model or one day: its batches, succeeded requests, output tokens, and USD; not `complete`: at least that."""

    name: str
    batches: int
    requests: int
    amount: Decimal
    complete: bool


def sum_costs(fetched: Iterable[ReadSummary]) -> CostSummary:
    """Return the cost of all together."""
    costs = [each.summary.cost for each in fetched]
    return CostSummary(
        amount=sum((cost.amount for cost in costs), Decimal(0)),
        unknown_models=tuple(dict.fromkeys(model for cost in costs for model in cost.unknown_models)),
        unknown_regions=tuple(dict.fromkeys(region for cost in costs for region in cost.unknown_regions)),
        web_searches=sum(cost.web_searches for cost in costs),
        unreadable=sum(cost.unreadable for cost in costs),
    )


def group_by_model(fetched: Iterable[ReadSummary]) -> tuple[CostRow, ...]:
    """Return a row a model, dearest first."""
    rows: dict[str, CostRow] = {}
    for each in fetched:
        for use in each.summary.models:
            row = rows.get(use.model, CostRow(use.model, 0, 0, Decimal(0), complete=True))
            complete = row.complete and use.cost is not None and not use.web_searches
            rows[use.model] = CostRow(
                use.model, row.batches + 1, row.requests + use.requests, row.amount + use.known_cost, complete
            )
    return tuple(sorted(rows.values(), key=lambda row: (-row.amount, row.name)))


def group_by_name(fetched: Iterable[tuple[str, ReadSummary]]) -> tuple[CostRow, ...]:
    """Return a row for each name that stands before what was read, dearest first."""
    rows: dict[str, CostRow] = {}
    for name, each in fetched:
        cost, row = each.summary.cost, rows.get(name, CostRow(name, 0, 0, Decimal(0), complete=True))
        rows[name] = replace(
            row,
            batches=row.batches + 1,
            requests=row.requests + each.summary.counts.succeeded,
            amount=row.amount + cost.amount,
            complete=row.complete and cost.complete,
        )
    return tuple(sorted(rows.values(), key=lambda row: (-row.amount, row.name)))


def group_by_day(fetched: Iterable[tuple[MessageBatch, ReadSummary]]) -> tuple[tuple[date, CostRow], ...]:
    """Return a row a day (UTC) on which batches were created, oldest first."""
    days: dict[date, CostRow] = {}
    for batch, each in fetched:
        day, cost = batch.created_at.astimezone(UTC).date(), each.summary.cost
        row = days.get(day, CostRow(day.isoformat(), 0, 0, Decimal(0), complete=True))
        days[day] = replace(
            row,
            batches=row.batches + 1,
            requests=row.requests + each.summary.counts.succeeded,
            amount=row.amount + cost.amount,
            complete=row.complete and cost.complete,
        )
    return tuple(sorted(days.items()))
