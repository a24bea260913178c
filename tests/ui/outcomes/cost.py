"""Every outcome of `cost`, by the name of its golden message."""

from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.cost import Cost, CostExported, CostShown, ExportedBatch, Unread
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.cost_totals import CostRow, DeletedCost
from bot.operations.ledger import Spent
from bot.pricing.tokens import Tokens
from bot.results.summary import CostSummary as BatchCost
from bot.results.summary import ModelUse
from bot.store.records.ledger import LedgerRow
from tests.builders import BATCHES, CREATED, NOW
from tests.ui.samples import ENDED


def _days(count: int) -> tuple[tuple[date, CostRow], ...]:
    days = [CREATED.date() + timedelta(days=2 * number) for number in range(count)]
    return tuple(
        (day, CostRow(day.isoformat(), 2, 1_000, Decimal(number + 1), complete=number != 1))
        for number, day in enumerate(days)
    )


SPENT = CostShown(
    query=Cost("4w"),
    since=NOW - timedelta(weeks=4),
    read=9,
    cost=BatchCost(Decimal("9.0432")),
    by_model=(
        CostRow("claude-sonnet-5", 3, 2_400, Decimal("9.04"), complete=True),
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

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "cost": SPENT,
    "cost_incomplete": INCOMPLETE,
    "cost_nothing": NOTHING_SPENT,
    "cost_nothing_ended": NOTHING_ENDED,
    "cost_deleted": DELETED,
    "cost_exported": EXPORTED,
}
