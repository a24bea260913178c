"""What batches cost, as the ledger keeps it."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.operations.services import Services
from bot.results.summary import CostSummary, ModelUse, ResultsSummary, mark_outdated
from bot.store.records.ledger import LedgerBatch, LedgerRow


class Spent(Struct, frozen=True):
    """What the `succeeded` requests of a batch cost, in total and by model."""

    models: tuple[ModelUse, ...]
    cost: CostSummary
    succeeded: int


_NOTHING = Spent((), CostSummary(Decimal(0)), 0)


class LedgerEntry(Struct, frozen=True):
    """A batch and what it cost, at the prices of `priced_on`."""

    batch_id: str
    created_at: datetime
    spent: Spent
    priced_on: date | None


def summarize_spent(summary: ResultsSummary) -> Spent:
    """Return what the results cost."""
    return Spent(summary.models, summary.cost, summary.counts.succeeded)


def dump_spent(spent: Spent) -> str:
    """Return JSON for `read_entry`."""
    return msgspec.json.encode(spent).decode()


def read_entry(row: LedgerRow) -> LedgerEntry | None:
    """Return what a row says; None if no one read the results, or another version of the bot wrote the row."""
    if row.spent is None:
        return LedgerEntry(row.batch_id, row.created_at, _NOTHING, None) if row.succeeded == 0 else None
    try:
        spent = msgspec.json.decode(row.spent, type=Spent)
        spent = replace(spent, cost=mark_outdated(spent.cost, row.spent))
    except msgspec.DecodeError:
        return None
    priced_on = date.fromisoformat(row.priced_on) if row.priced_on else None
    return LedgerEntry(row.batch_id, row.created_at, spent, priced_on)


def find_entry(batch: MessageBatch, row: LedgerRow | None) -> LedgerEntry | None:
    """Return what an ended batch cost by its row, or nothing if no request succeeded; None if only its results say."""
    entry = read_entry(row) if row is not None else None
    if entry is not None or batch.request_counts.succeeded:
        return entry
    return LedgerEntry(batch.id, batch.created_at, _NOTHING, None)


def describe_batch(services: Services, batch: MessageBatch) -> LedgerBatch:
    """Return what the ledger keeps of a batch besides its cost."""
    succeeded = batch.request_counts.succeeded if batch.has_ended else None
    return LedgerBatch(batch.id, services.workspace.id, batch.created_at, batch.ended_at, succeeded)
