"""Sums of what batches cost: in total, by model, by name, by day."""

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal

from msgspec import Struct

from bot.operations.ledger import LedgerEntry, read_entry
from bot.results.summary import CostSummary
from bot.results.totals import add_up_costs
from bot.store.records.ledger import LedgerRow


class CostRow(Struct, frozen=True):
    """The number of batches and of succeeded requests of one model, name or day, and their cost in USD.

    `complete` False: some prices or results are unknown, so `amount` is a lower bound.
    """

    name: str
    batches: int
    requests: int
    amount: Decimal
    complete: bool


class DeletedCost(Struct, frozen=True):
    """The deleted batches of a period: the sum for those whose results were read, and how many were not."""

    batches: int = 0
    amount: Decimal = Decimal(0)
    complete: bool = True
    unread: int = 0


def sum_deleted(rows: Iterable[LedgerRow]) -> DeletedCost:
    """Return what the deleted batches of these rows cost."""
    costs = [None if (entry := read_entry(row)) is None else entry.spent.cost for row in rows]
    known = [cost for cost in costs if cost is not None]
    amount = sum((cost.amount for cost in known), Decimal(0))
    return DeletedCost(len(known), amount, all(cost.complete for cost in known), len(costs) - len(known))


def sum_costs(entries: Iterable[LedgerEntry]) -> CostSummary:
    """Return the cost of all results together."""
    return add_up_costs([each.spent.cost for each in entries])


def group_by_model(entries: Iterable[LedgerEntry]) -> tuple[CostRow, ...]:
    """Return a row for each model, the most expensive first."""
    rows: dict[str, CostRow] = {}
    for each in entries:
        for use in each.spent.models:
            row = rows.get(use.model, CostRow(use.model, 0, 0, Decimal(0), complete=True))
            is_complete = use.cost is not None and not use.web_searches and not each.spent.cost.outdated
            rows[use.model] = CostRow(
                use.model,
                row.batches + 1,
                row.requests + use.requests,
                row.amount + use.known_cost,
                row.complete and is_complete,
            )
    return tuple(sorted(rows.values(), key=lambda row: (-row.amount, row.name)))


def group_by_name(entries: Iterable[tuple[str, LedgerEntry]]) -> tuple[CostRow, ...]:
    """Return a row for each name, the most expensive first."""
    return tuple(sorted(_add_up(entries).values(), key=lambda row: (-row.amount, row.name)))


def group_by_day(entries: Iterable[LedgerEntry]) -> tuple[tuple[date, CostRow], ...]:
    """Return a row for each day (UTC) on which batches were created, oldest first."""
    days = ((each.created_at.astimezone(UTC).date().isoformat(), each) for each in entries)
    return tuple((date.fromisoformat(day), row) for day, row in sorted(_add_up(days).items()))


def _add_up(entries: Iterable[tuple[str, LedgerEntry]]) -> dict[str, CostRow]:
    rows: dict[str, CostRow] = {}
    for name, each in entries:
        cost = each.spent.cost
        row = rows.get(name, CostRow(name, 0, 0, Decimal(0), complete=True))
        rows[name] = CostRow(
            name,
            row.batches + 1,
            row.requests + each.spent.succeeded,
            row.amount + cost.amount,
            row.complete and cost.complete,
        )
    return rows
