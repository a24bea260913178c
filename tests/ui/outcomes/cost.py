"""Every outcome of `cost`, by the name of its golden message."""

from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.cost import Cost, CostChecked, CostExported, CostShown, ExportedBatch, Unread
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.bill_check import BillCheck, EdgeBatches, ModelCheck
from bot.operations.cost_totals import CostRow, DeletedCost
from bot.operations.ledger import Spent
from bot.pricing.tokens import Tokens
from bot.results.summary import CostSummary as BatchCost
from bot.results.summary import ModelUse
from bot.store.records.ledger import LedgerRow
from tests.builders import BATCHES, CREATED, NOW
from tests.ui.samples import ENDED

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


def _days(count: int) -> tuple[tuple[date, CostRow], ...]:
    """Return so many days with batches, every other one up to the day before yesterday; their costs add up to $9.04."""
    days = [NOW.date() - timedelta(days=2 * (count - number)) for number in range(count)]
    rest = Decimal("9.0432") - sum(range(1, count if count < 5 else 1))
    shares = [Decimal(number) for number in range(1, count)] if count < 5 else [rest / count] * (count - 1)
    shares.append(Decimal("9.0432") - sum(shares))
    return tuple(
        (day, CostRow(day.isoformat(), 2 if count < 5 else 1, 600 if count < 5 else 60, share, complete=True))
        for day, share in zip(days, shares, strict=True)
    )


SPENT = CostShown(
    query=Cost("4w"),
    since=NOW - timedelta(weeks=4),
    read=8,
    cost=BatchCost(Decimal("9.0432")),
    by_model=(
        CostRow("claude-sonnet-5", 7, 2_399, Decimal("9.04"), complete=True),
        CostRow("claude-opus-5", 1, 1, Decimal("0.0032"), complete=True),
    ),
    by_day=_days(4),
    unread=(),
    unfinished=3,
    more=False,
    priced_on=date(2026, 8, 21),
)

INCOMPLETE = replace(
    SPENT,
    query=Cost("52w", "day", public=True),
    since=NOW - timedelta(weeks=52),
    read=40,
    cost=BatchCost(Decimal("9.0432"), ("claude-next",), (), 3, 0),
    by_day=_days(40),
    unread=(Unread(ENDED, gone=False), Unread(BATCHES["archived"], gone=True)),
    more=True,
)

NOTHING_SPENT = replace(SPENT, read=0, cost=BatchCost(Decimal(0)), by_model=(), by_day=(), unfinished=0, priced_on=None)

NOTHING_ENDED = replace(NOTHING_SPENT, unfinished=2)

DELETED = replace(
    SPENT,
    deleted=DeletedCost(batches=2, amount=Decimal("4.5"), complete=True, unread=1),
)

USE = ModelUse("claude-sonnet-5", 20, Tokens(1_000, 20, 30, 40, 500, 60), Decimal("4.5"), priced_searches=2)
EXPORTED = CostExported(
    Cost("4w", export=True),
    NOW - timedelta(weeks=4),
    (
        ExportedBatch(
            LedgerRow(
                "msgbatch_1",
                "",
                CREATED,
                CREATED,
                20,
                priced_on="2026-08-21",
                label="=1",
                owner="U0ADA",
                deleted_at=NOW,
            ),
            Spent((USE,), BatchCost(Decimal("4.5")), 20),
        ),
        ExportedBatch(LedgerRow("msgbatch_2", "", CREATED, CREATED, 5, deleted_at=NOW), None),
    ),
)

AGREES = CostChecked(
    Cost("4w", check=True),
    BillCheck(
        start=MIDNIGHT - timedelta(weeks=4),
        end=MIDNIGHT,
        cost=BatchCost(Decimal("21.5032")),
        models=(
            ModelCheck("claude-sonnet-5", Decimal("21.5"), Decimal("21.5"), Decimal("20.425")),
            ModelCheck("claude-opus-5", Decimal("0.0032"), Decimal("0.0032"), Decimal("0.00304")),
        ),
        refreshed_at=NOW - timedelta(hours=2),
        workspace_id="wrkspc_01Hkcexample",
        edge=EdgeBatches(1, Decimal("0.5")),
    ),
)
DIFFERS = CostChecked(
    Cost("1w", check=True, public=True),
    replace(
        AGREES.check,
        start=MIDNIGHT - timedelta(weeks=1),
        cost=BatchCost(Decimal("9.0432"), ("claude-next",), unreadable=1),
        models=(
            ModelCheck("claude-sonnet-5", Decimal("8"), Decimal("21.5"), Decimal("21.5")),
            ModelCheck("claude-next", Decimal(0), Decimal("1.2"), Decimal("1.2"), complete=False),
            ModelCheck("claude-opus-5", Decimal("1.0432"), Decimal("0.5"), Decimal("0.5")),
            ModelCheck("", Decimal(0), Decimal("0.03"), Decimal("0.03")),
        ),
        api_keys=(("apikey_01Hkcexample", Decimal("20")), (None, Decimal("3.23"))),
        unread=2,
        expired=1,
        deleted_unread=1,
        running=1,
        edge=EdgeBatches(2, Decimal("1.5")),
        other_tiers=Decimal("0.7"),
        has_unbilled_searches=True,
        worst_day=MIDNIGHT.date() - timedelta(days=3),
        is_whole=False,
    ),
)
LATE = CostChecked(
    Cost("1w", check=True),
    replace(
        AGREES.check,
        models=(ModelCheck("claude-sonnet-5", Decimal("21.5032"), Decimal("4"), Decimal("4")),),
        refreshed_at=MIDNIGHT - timedelta(days=2),
        workspace_id=None,
        workspaces=(("wrkspc_01Hkcexample", Decimal("3")), ("", Decimal("1"))),
        edge=EdgeBatches(),
    ),
)
ELSEWHERE = CostChecked(
    Cost("1w", check=True),
    replace(
        AGREES.check,
        models=(ModelCheck("claude-sonnet-5", Decimal("21.5032"), Decimal("24"), Decimal("24")),),
        edge=EdgeBatches(),
    ),
)
NO_BILL = CostChecked(
    Cost("1w", check=True),
    replace(AGREES.check, cost=BatchCost(Decimal(0)), models=(), refreshed_at=None, edge=EdgeBatches()),
)

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "cost": SPENT,
    "cost_incomplete": INCOMPLETE,
    "cost_nothing": NOTHING_SPENT,
    "cost_nothing_ended": NOTHING_ENDED,
    "cost_deleted": DELETED,
    "cost_exported": EXPORTED,
    "cost_checkable": replace(SPENT, can_check=True),
    "cost_check_agrees": AGREES,
    "cost_check_differs": DIFFERS,
    "cost_check_late": LATE,
    "cost_check_elsewhere": ELSEWHERE,
    "cost_check_nothing": NO_BILL,
}
