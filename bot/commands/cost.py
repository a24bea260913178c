"""`/batch cost`: what the batches of a period cost, by model, day, owner or label."""

import asyncio
from contextlib import aclosing
from datetime import date, datetime
from typing import ClassVar, Literal, Self, cast, get_args

from msgspec import Struct

from bot.api.errors import ApiError
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import PUBLIC, Help, HelpGroup, LongCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.values import parse_span
from bot.operations.cost_totals import CostRow, group_by_day, group_by_model, group_by_name, sum_costs
from bot.operations.progress import Progress
from bot.operations.read_results import ReadingFailed, ReadSummary, if_fresh, read_results
from bot.operations.services import Services
from bot.results.summary import CostSummary as BatchCost
from bot.store.records import labels, summaries

By = Literal["model", "day", "owner", "label"]

AT_ONCE = 2
"""Results that are read at the same time. Two fill a connection and leave processor time to other commands."""
PAGES = 20
PAGE_SIZE = 1_000


class Unread(Struct, frozen=True):
    """A batch whose cost is unknown: its results are `gone`, or could not be read just now."""

    batch: MessageBatch
    gone: bool


class CostShown(Struct, frozen=True):
    """The cost of the ended batches created since `since`. `cost.complete` is about the `read` ones only.

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

    @property
    def complete(self) -> bool:
        """Whether the total includes all batches of the period."""
        return self.cost.complete and not self.unread and not self.more


CostOutcome = CostShown


class Cost(LongCommand[CostOutcome], frozen=True):
    """Add up the cost of the batches that were created within a period."""

    verb: ClassVar[str] = "cost"
    help: ClassVar[Help] = Help(
        "Show what your batches cost, by day and by model.",
        "cost --since 4w",
        HelpGroup.LOOK,
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec(
            "since", "SPAN", "how far back: a number and h, d or w, at most a year (default 7d)", "cost --since 4w"
        ),
        OptionSpec("by", "|".join(get_args(By)), "how to group the amounts", "cost --by owner"),
    )

    since: str = "7d"
    by: By = "model"

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the options. Raises UsageError."""
        arguments.at_most(0)
        since = arguments.options.get("since", "7d").lower()
        by = arguments.options.get("by", "model").lower()
        parse_span("cost", since)
        if by not in get_args(By):
            raise BadValue("cost", by, ValueForm.COST_GROUPING)
        return cls(since, cast(By, by), public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `cost` with its options."""
        return f"cost --since {self.since} --by {self.by}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> CostOutcome:
        """Read the results whose summary is not stored. Raises ReadingStopped, ApiError, StoreUnavailable."""
        progress = progress or Progress()
        return await progress.run(self._add_up(services, caller, progress))

    async def _add_up(self, services: Services, caller: Caller, progress: Progress) -> CostShown:
        since = services.now() - parse_span("cost", self.since)
        progress.set_subject(f"the cost of {self.since}", retry_command=self.spell())
        batches, more = await _list_created_since(since, services)
        ended = [batch for batch in batches if batch.has_ended]
        known = await _find_stored(ended, services)
        missing = [batch for batch in ended if batch.id not in known]
        progress.set_subject(f"the cost of {self.since}", retry_command=self.spell(), total_batches=len(missing))
        read = await _read_missing(missing, services, caller, progress)
        unread = tuple(
            Unread(batch, gone=not batch.is_readable(services.now())) for batch in missing if batch.id not in read
        )
        fetched = [(batch, {**known, **read}[batch.id]) for batch in ended if batch.id in known or batch.id in read]
        return CostShown(
            query=self,
            since=since,
            read=len(fetched),
            cost=sum_costs(each for _, each in fetched),
            by_model=group_by_model(each for _, each in fetched),
            by_day=group_by_day(fetched),
            by_name=await _sum_by_name(fetched, self.by, services),
            unread=unread,
            unfinished=len(batches) - len(ended),
            more=more,
            priced_on=max((each.priced_on for _, each in fetched if each.priced_on), default=None),
        )


async def _sum_by_name(
    fetched: list[tuple[MessageBatch, ReadSummary]], by: By, services: Services
) -> tuple[CostRow, ...]:
    if by not in ("owner", "label"):
        return ()
    named = await services.database.run(lambda c: labels.get_names(c, [batch.id for batch, _ in fetched]))
    return group_by_name(
        ((named[batch.id].owner if by == "owner" else named[batch.id].label) or "", each) for batch, each in fetched
    )


async def _list_created_since(since: datetime, services: Services) -> tuple[list[MessageBatch], bool]:
    """Return the batches created since then, newest first, and whether there are more than PAGES hold."""
    found: list[MessageBatch] = []
    is_whole = True
    read = 0
    async with aclosing(services.workspace.batches.list_pages(limit=PAGE_SIZE)) as pages:
        async for page in pages:
            read += 1
            is_whole = is_whole and page.is_whole
            found += [batch for batch in page.data if batch.created_at >= since]
            if not page.has_more or (page.data and page.data[-1].created_at < since):
                return found, not is_whole
            if read == PAGES:
                break
    return found, True


async def _find_stored(batches: list[MessageBatch], services: Services) -> dict[str, ReadSummary]:
    ids = [batch.id for batch in batches]
    stored = await services.database.run(lambda connection: summaries.get_many(connection, ids))
    kept = {batch.id: if_fresh(services, batch, stored[batch.id]) for batch in batches if batch.id in stored}
    return {id: fetched for id, fetched in kept.items() if fetched is not None}


async def _read_missing(
    batches: list[MessageBatch], services: Services, caller: Caller, progress: Progress
) -> dict[str, ReadSummary]:
    """Return the summaries of these batches, without those that cannot be read. AT_ONCE are read at a time."""
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
