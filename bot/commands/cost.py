"""`/batch cost`: what the batches of a period cost, by model, day, owner or label."""

import asyncio
from collections.abc import Sequence, Set
from datetime import date, datetime
from functools import partial
from typing import ClassVar, Literal, Self, cast, get_args

from msgspec import Struct

from bot.api.errors import ApiError
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import PUBLIC, Help, HelpGroup, LongCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.values import parse_span
from bot.operations.bill_check import BillCheck, check_bill, find_weeks
from bot.operations.collect_costs import collect_costs, read_nothing
from bot.operations.cost_totals import (
    CostRow,
    DeletedCost,
    group_by_day,
    group_by_model,
    group_by_name,
    sum_costs,
    sum_deleted,
)
from bot.operations.ledger import LedgerEntry, Spent, read_entry
from bot.operations.progress import Progress
from bot.operations.read_results import ReadingFailed, ReadSummary, read_results
from bot.operations.services import Services
from bot.results.summary import CostSummary as BatchCost
from bot.store.records import labels
from bot.store.records.ledger import LedgerRow
from bot.store.transactions import unlisted_batches

By = Literal["model", "day", "owner", "label"]

AT_ONCE = 2
"""Results that are read at the same time. Two fill a connection and leave processor time to other commands."""


class Unread(Struct, frozen=True):
    """A batch whose cost is unknown: its results are `gone`, or could not be read just now."""

    batch: MessageBatch
    gone: bool


class CostShown(Struct, frozen=True):
    """The cost of the ended batches created since `since`. `cost.complete` is about the `read` ones only.

    `read` and `cost` include the `deleted` batches whose results were read.

    Days are UTC. `more`: the period has more batches than were looked at.
    """

    query: "Cost"
    since: datetime
    read: int
    cost: BatchCost
    by_model: tuple[CostRow, ...]
    by_day: tuple[tuple[date, CostRow], ...]
    unread: tuple[Unread, ...]
    unfinished: int
    more: bool
    priced_on: date | None
    by_name: tuple[CostRow, ...] = ()
    """By owner or by label, if the query asks for it. The name is empty for batches without one."""
    deleted: DeletedCost = DeletedCost()
    can_check: bool = False
    """Whether the bot has a key for Anthropic's bill."""

    @property
    def complete(self) -> bool:
        """Whether the total includes all batches of the period."""
        return self.cost.complete and not self.unread and not self.more and not self.deleted.unread


class ExportedBatch(Struct, frozen=True):
    """A row of the ledger with the names of today, and what it says; None if the results were never read."""

    row: LedgerRow
    spent: Spent | None


class CostExported(Struct, frozen=True):
    """The ledger of the batches created since `since`, oldest first."""

    query: "Cost"
    since: datetime
    batches: tuple[ExportedBatch, ...]


class CostChecked(Struct, frozen=True):
    """What batches cost, compared with what Anthropic bills."""

    query: "Cost"
    check: BillCheck


CostOutcome = CostShown | CostExported | CostChecked


class Cost(LongCommand[CostOutcome], frozen=True):
    """Add up the cost of the batches that were created within a period."""

    verb: ClassVar[str] = "cost"
    help: ClassVar[Help] = Help(
        "Show what batches cost, by model, day, owner or label.",
        "cost --since 4w",
        HelpGroup.LOOK,
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec(
            "since", "SPAN", "how far back: a number and h, d or w, at most a year (default 7d)", "cost --since 4w"
        ),
        OptionSpec("by", "|".join(get_args(By)), "how to group the amounts", "cost --by owner"),
        OptionSpec("export", "", "a row for each batch and model as a file", "cost --since 4w --export"),
        OptionSpec(
            "check", "", "compare whole weeks, up to yesterday, with Anthropic's bill", "cost --since 4w --check"
        ),
        OptionSpec("read", ""),
    )

    since: str = "7d"
    by: By = "model"
    export: bool = False
    check: bool = False
    read: bool = False
    """Read the results that no one has read, also for a check, which otherwise reads none."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the options. Raises UsageError."""
        arguments.at_most(0)
        since = arguments.options.get("since", "7d").lower()
        by = arguments.options.get("by", "model").lower()
        parse_span("cost", since)
        if by not in get_args(By):
            raise BadValue("cost", by, ValueForm.COST_GROUPING)
        export, check, read = (arguments.flag(name) for name in ("export", "check", "read"))
        return cls(since, cast(By, by), export, check, read, public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `cost` with its options."""
        flags = "".join(f" --{name}" for name in ("export", "check", "read") if getattr(self, name))
        return f"cost --since {self.since} --by {self.by}{flags}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> CostOutcome:
        """Read the results whose summary is not stored.

        Raises:
            ReadingStopped, ApiError, StoreUnavailable.
            BillKeyMissing, BillUnreadable, BillOfAnother: of a check.
        """
        progress = progress or Progress()
        work = self._compare if self.check else self._add_up
        return await progress.run(work(services, caller, progress))

    async def _compare(self, services: Services, caller: Caller, progress: Progress) -> CostOutcome:
        start, end = find_weeks(services.now(), parse_span("cost", self.since))
        progress.set_subject("the comparison with Anthropic's bill", retry_command=self.spell())
        read = partial(self._read_missing, services, caller, progress) if self.read else read_nothing
        return CostChecked(self, await check_bill(services, start, end, read))

    async def _add_up(self, services: Services, caller: Caller, progress: Progress) -> CostOutcome:
        since = services.now() - parse_span("cost", self.since)
        progress.set_subject(f"the cost of {self.since}", retry_command=self.spell())
        found = await collect_costs(services, since, partial(self._read_missing, services, caller, progress))
        entries = found.entries
        if self.export:
            return CostExported(self, since, await _list_exported(services, since, {each.batch_id for each in entries}))
        return CostShown(
            query=self,
            since=since,
            read=len(entries),
            cost=sum_costs(entries),
            by_model=group_by_model(entries),
            by_day=group_by_day(entries),
            by_name=await _sum_by_name(entries, found.unlisted, self.by, services),
            unread=tuple(Unread(batch, gone=not batch.is_readable(services.now())) for batch in found.unread),
            unfinished=sum(1 for batch in found.batches if not batch.has_ended),
            more=found.more,
            priced_on=max((each.priced_on for each in entries if each.priced_on), default=None),
            deleted=sum_deleted([row for row in found.unlisted if row.deleted_at is not None]),
            can_check=services.cost_reports is not None,
        )

    async def _read_missing(
        self, services: Services, caller: Caller, progress: Progress, batches: list[MessageBatch]
    ) -> dict[str, ReadSummary]:
        """Return the summaries of these batches, without those that cannot be read. AT_ONCE are read at a time."""
        progress.set_subject(f"the cost of {self.since}", retry_command=self.spell(), total_batches=len(batches))
        turns = asyncio.Semaphore(AT_ONCE)
        read: dict[str, ReadSummary] = {}

        async def read_one(batch: MessageBatch) -> None:
            async with turns:
                try:
                    if batch.is_readable(services.now()):
                        read[batch.id] = await read_results(services, batch, caller, progress)
                except (ReadingFailed, ApiError):
                    pass  # the batch is listed as unread
                progress.count_batch()

        try:
            async with asyncio.TaskGroup() as group:
                for batch in batches:
                    group.create_task(read_one(batch))
        except ExceptionGroup as several:  # if the store fails, it fails alike for all of them
            raise several.exceptions[0] from several
        return read


async def _list_exported(services: Services, since: datetime, read: Set[str]) -> tuple[ExportedBatch, ...]:
    """Return the rows of the batches that were read, and of the deleted ones."""
    rows = await services.database.run(lambda c: unlisted_batches.list_with_names(c, since))
    return tuple(
        ExportedBatch(row, entry.spent if (entry := read_entry(row)) else None)
        for row in rows
        if row.batch_id in read or row.deleted_at is not None
    )


async def _sum_by_name(
    entries: Sequence[LedgerEntry], rows: Sequence[LedgerRow], by: By, services: Services
) -> tuple[CostRow, ...]:
    if by not in ("owner", "label"):
        return ()
    ids = [entry.batch_id for entry in entries]
    named = await services.database.run(lambda connection: labels.get_names(connection, ids))
    kept = {row.batch_id: (row.owner if by == "owner" else row.label) for row in rows}
    return group_by_name(
        (getattr(named[entry.batch_id], by) or kept.get(entry.batch_id) or "", entry) for entry in entries
    )
