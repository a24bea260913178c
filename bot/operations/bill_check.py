"""Compare what batches cost by their results with what Anthropic bills for message batches, over whole weeks."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from bot.api.cost_report import FURTHEST_BACK, BilledCost, CostReport, belongs_to
from bot.api.errors import ApiError
from bot.api.identity import is_workspace_id
from bot.api.models import MessageBatch
from bot.errors import ExpectedError
from bot.operations.collect_costs import CollectedCosts, ReadMissing, collect_costs
from bot.operations.cost_totals import group_by_day, group_by_model, sum_costs
from bot.operations.ledger import LedgerEntry
from bot.operations.services import Services
from bot.results.summary import CostSummary
from bot.store.records.ledger import LedgerRow

WEEK = timedelta(days=7)
PROCESSING_WINDOW = timedelta(days=1)
"""How long a batch runs at most (docs.anthropic.com, Message Batches)."""
CENT = Decimal("0.01")
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The report has nothing before it (official SDK 2.14)."""
_DATE_OF_MODEL = re.compile(r"(?:[-@]\d{8}|-latest)$")
_BATCH_TIER = "batch"


class BillKeyMissing(ExpectedError):
    """The settings have no key for Anthropic's bill."""

    def _fact(self) -> str:
        return "there is no key for Anthropic's cost report"


@dataclass(eq=False)
class BillUnreadable(ExpectedError):
    """Anthropic's cost report could not be read, for the reason of `cause`. Everything else works."""

    cause: ApiError

    def _fact(self) -> str:
        return f"Anthropic's cost report could not be read: {self.cause}"


class BillOfAnother(ExpectedError):
    """The key for the bill belongs to another organization than the key for batches."""

    def _fact(self) -> str:
        return "the key for Anthropic's cost report belongs to another organization"


class ModelCheck(Struct, frozen=True):
    """A model's cost in USD: by results, at Anthropic's list price, and after the contract's discount.

    The model is empty for what Anthropic bills without one. `complete` False: `ours` is a lower bound.
    """

    model: str
    ours: Decimal
    listed: Decimal
    billed: Decimal
    complete: bool = True


class EdgeBatches(Struct, frozen=True):
    """Batches that ran across the first or the last midnight, and the USD that may be booked beyond it."""

    batches: int = 0
    amount: Decimal = Decimal(0)


class BillCheck(Struct, frozen=True):
    """Both figures for the batches created from `start` to `end`, two midnights (UTC), and what explains a difference.

    - `unread`: ended batches that cost something and whose results no one read; `expired`: likewise, and no one can.
    - `deleted_unread`: batches that were deleted before anyone read them. `running`: not ended.
    - `workspace_id` None: it is unknown, so Anthropic's figures are those of all `workspaces`.
    - `api_keys`: USD at list price by key, if several keys made batches; None is everything without a key.
    - `other_tiers`: USD at list price for what Anthropic did not bill as a batch.
    - `has_unbilled_searches`: results have web searches, and Anthropic's report has none.
    - `worst_day`: the day with most of the difference.
    - `is_whole` False: Anthropic's report, or the list of batches, is longer than what was read.
    """

    start: datetime
    end: datetime
    cost: CostSummary
    models: tuple[ModelCheck, ...]
    refreshed_at: datetime | None
    workspace_id: str | None
    workspaces: tuple[tuple[str, Decimal], ...] = ()
    api_keys: tuple[tuple[str | None, Decimal], ...] = ()
    unread: int = 0
    expired: int = 0
    deleted_unread: int = 0
    running: int = 0
    edge: EdgeBatches = EdgeBatches()
    other_tiers: Decimal = Decimal(0)
    has_unbilled_searches: bool = False
    worst_day: date | None = None
    is_whole: bool = True

    @property
    def ours(self) -> Decimal:
        """USD by the results that were read."""
        return self.cost.amount

    @property
    def listed(self) -> Decimal:
        """USD on Anthropic's side at list price."""
        return sum((row.listed for row in self.models), Decimal(0))

    @property
    def billed(self) -> Decimal:
        """USD on Anthropic's side after the contract's discount."""
        return sum((row.billed for row in self.models), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """How much more Anthropic has, at list price."""
        return self.listed - self.ours

    @property
    def agrees(self) -> bool:
        """Whether both figures are the same to the cent."""
        return abs(self.difference) < CENT

    @property
    def is_late(self) -> bool:
        """Whether Anthropic's figures do not reach the end yet."""
        return self.refreshed_at is not None and self.refreshed_at < self.end


def find_weeks(now: datetime, span: timedelta) -> tuple[datetime, datetime]:
    """Return the whole weeks that include a span, up to the last midnight (UTC). The report has a year at most."""
    end = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - max(1, -(-span // WEEK)) * WEEK
    while start < max(FIRST_DAY, now - FURTHEST_BACK) and start + WEEK < end:
        start += WEEK
    return start, end


async def check_bill(services: Services, start: datetime, end: datetime, read_missing: ReadMissing) -> BillCheck:
    """Compare both figures for the batches created between two midnights (UTC).

    Raises:
        BillKeyMissing, BillUnreadable, BillOfAnother: there is no figure of Anthropic's.
        ApiError, StoreUnavailable.
    """
    if services.cost_reports is None:
        raise BillKeyMissing
    # A batch runs for a day at most, so an earlier one cannot end within the weeks.
    found = await collect_costs(services, start - PROCESSING_WINDOW, read_missing)
    identity = services.workspace.batches.identity
    # The settings may name a workspace in another form, which the report does not take.
    from_settings = services.workspace.id if is_workspace_id(services.workspace.id) else None
    workspace_id = identity.workspace_id or from_settings
    try:
        report = await services.cost_reports.read(start, end, workspace_id)
    except ApiError as error:
        raise BillUnreadable(error) from error
    if not belongs_to(report, identity):
        raise BillOfAnother
    return _compare(found, report, services.now(), start, end, workspace_id)


def _compare(
    found: CollectedCosts,
    report: CostReport,
    now: datetime,
    start: datetime,
    end: datetime,
    workspace_id: str | None,
) -> BillCheck:
    within = [entry for entry in found.entries if start <= entry.created_at < end]
    costs = sum_costs(within)
    unread = [batch for batch in found.unread if batch.request_counts.succeeded and _touches(batch, start, end)]
    expired = sum(1 for batch in unread if not batch.is_readable(now))
    searches = any(use.priced_searches for entry in within for use in entry.spent.models)
    return BillCheck(
        start=start,
        end=end,
        cost=costs,
        models=_compare_models(within, report.costs),
        refreshed_at=report.refreshed_at,
        workspace_id=workspace_id,
        workspaces=() if workspace_id else _sum_workspaces(report.costs),
        api_keys=_sum_keys(report.costs),
        unread=len(unread) - expired,
        expired=expired,
        deleted_unread=sum(
            1 for row in found.unlisted if row.spent is None and row.succeeded != 0 and _touches(row, start, end)
        ),
        running=sum(1 for batch in found.batches if not batch.has_ended and batch.created_at < end),
        edge=_find_edge(found, start, end),
        other_tiers=_sum_other_tiers(report.costs),
        has_unbilled_searches=searches and not any(row.is_web_search for row in report.costs),
        worst_day=_find_worst_day(within, report.costs),
        is_whole=report.is_whole and not found.more,
    )


def _touches(batch: MessageBatch | LedgerRow, start: datetime, end: datetime) -> bool:
    """Return whether a batch was created or ended within the weeks."""
    return batch.created_at < end and (batch.ended_at or batch.created_at) >= start


def _compare_models(entries: Sequence[LedgerEntry], costs: Iterable[BilledCost]) -> tuple[ModelCheck, ...]:
    """Return a row for each model, the most expensive first. Ids with and without a date are the same model."""
    rows: dict[str, ModelCheck] = {}

    def add(model: str | None, ours: Decimal, listed: Decimal, billed: Decimal, *, complete: bool) -> None:
        name = _DATE_OF_MODEL.sub("", model or "")
        row = rows.get(name, ModelCheck(name, Decimal(0), Decimal(0), Decimal(0)))
        rows[name] = ModelCheck(
            name, row.ours + ours, row.listed + listed, row.billed + billed, row.complete and complete
        )

    for row in group_by_model(entries):
        add(row.name, row.amount, Decimal(0), Decimal(0), complete=row.complete)
    for cost in costs:
        add(cost.model, Decimal(0), cost.list_usd, cost.usd, complete=True)
    return tuple(sorted(rows.values(), key=lambda row: (-max(row.ours, row.listed), row.model)))


def _sum_keys(costs: Iterable[BilledCost]) -> tuple[tuple[str | None, Decimal], ...]:
    sums: dict[str | None, Decimal] = defaultdict(Decimal)
    for cost in costs:
        sums[cost.api_key_id] += cost.list_usd
    found = sorted(sums.items(), key=lambda pair: -pair[1])
    return tuple(found) if len(found) > 1 else ()


def _sum_other_tiers(costs: Iterable[BilledCost]) -> Decimal:
    return sum((cost.list_usd for cost in costs if cost.service_tier not in (None, _BATCH_TIER)), Decimal(0))


def _sum_workspaces(costs: Iterable[BilledCost]) -> tuple[tuple[str, Decimal], ...]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for cost in costs:
        sums[cost.workspace_id or ""] += cost.list_usd
    return tuple(sorted(sums.items(), key=lambda pair: -pair[1]))


def _find_edge(found: CollectedCosts, start: datetime, end: datetime) -> EdgeBatches:
    """Return the batches that ran across an edge. Which day the API books is not documented."""
    ends = {batch.id: batch.ended_at for batch in found.batches} | {
        row.batch_id: row.ended_at for row in found.unlisted
    }
    amounts = [
        entry.spent.cost.amount
        for entry in found.entries
        if (ended_at := ends.get(entry.batch_id))
        and any(entry.created_at < edge <= ended_at for edge in (start, end))
        and entry.spent.cost.amount
    ]
    return EdgeBatches(len(amounts), sum(amounts, Decimal(0)))


def _find_worst_day(entries: Iterable[LedgerEntry], costs: Iterable[BilledCost]) -> date | None:
    """Return the day that has at least half of the difference."""
    days: dict[date, Decimal] = defaultdict(Decimal)
    for cost in costs:
        days[cost.day.astimezone(UTC).date()] += cost.list_usd
    for day, row in group_by_day(entries):
        days[day] -= row.amount
    total = sum(days.values(), Decimal(0))
    worst = max(days, key=lambda day: days[day] * (1 if total > 0 else -1), default=None)
    return worst if worst is not None and len(days) > 1 and abs(days[worst]) * 2 >= abs(total) >= CENT else None
