"""`/batch cost`: what the batches of a range cost, by model or by day, from what is remembered of their results."""

import asyncio
import re
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, Self, cast, get_args

from msgspec import Struct

from bot.api.errors import ApiError
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.base import PUBLIC, Help, LongCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.operations.cost_totals import CostRow, group_by_day, group_by_model, group_by_name, sum_costs
from bot.operations.progress import Progress
from bot.operations.read_results import ReadingFailed, ReadSummary, if_fresh, read_results
from bot.operations.services import Services
from bot.results.summary import CostSummary as BatchCost
from bot.store.records import labels, summaries

By = Literal["model", "day", "owner", "label"]

AT_ONCE = 2
"""Results that are read beside each other: two fill a connection, and leave the processor to other commands."""
PAGES = 20
PAGE_SIZE = 1_000

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Unread(Struct, frozen=True):
    """A batch whose cost is not known: its results are `gone`, or could not be read just now."""

    batch: MessageBatch
    gone: bool


class CostShown(Struct, frozen=True):
    """What was spent on the ended batches created since `since`, UTC days; `cost.complete` speaks of those read.

    `more`: the range holds more batches than were looked at.
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
    """By owner or by label, where that is asked for; an empty name: nobody's, or without one."""

    @property
    def complete(self) -> bool:
        """Whether the total is all that was spent."""
        return self.cost.complete and not self.unread and not self.more


CostOutcome = CostShown


class Cost(LongCommand[CostOutcome], frozen=True):
    """Ask what the batches created within a range cost."""

    verb: ClassVar[str] = "cost"
    help: ClassVar[Help] = Help(
        "cost [--since 7d] [--by model|day|owner|label]",
        "what the batches that have ended cost, with a picture",
        "cost --since 4w",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (PUBLIC, OptionSpec("since"), OptionSpec("by"))

    since: str = "7d"
    by: By = "model"

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the options. Raises UsageError."""
        arguments.at_most(0)
        since, by = arguments.options.get("since", "7d").lower(), arguments.options.get("by", "model").lower()
        _age(since)
        if by not in get_args(By):
            raise BadValue("cost", by, ValueForm.COST_GROUPING)
        return cls(since, cast(By, by), public=arguments.flag("public"))

    def spell(self) -> str:
        """Return `cost` with its options."""
        return f"cost --since {self.since} --by {self.by}{self.spell_public()}"

    async def run(self, services: Services, caller: Caller, progress: Progress | None = None) -> CostOutcome:
        """Read the results that are not remembered. Raises ReadingStopped, ApiError, StoreUnavailable."""
        progress = progress or Progress()
        return await progress.follow(self._answer(services, caller, progress))

    async def _answer(self, services: Services, caller: Caller, progress: Progress) -> CostShown:
        since = services.now() - _age(self.since)
        progress.about(f"the cost of {self.since}", again=self.spell())
        batches, more = await _created_since(since, services)
        ended = [batch for batch in batches if batch.has_ended]
        known = await _remembered(ended, services)
        missing = [batch for batch in ended if batch.id not in known]
        progress.about(f"the cost of {self.since}", again=self.spell(), batches_wanted=len(missing))
        read = await _read(missing, services, caller, progress)
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
            by_name=await _by_name(fetched, self.by, services),
            unread=unread,
            unfinished=len(batches) - len(ended),
            more=more,
            priced_on=max((each.priced_on for _, each in fetched if each.priced_on), default=None),
        )


async def _by_name(fetched: list[tuple[MessageBatch, ReadSummary]], by: By, services: Services) -> tuple[CostRow, ...]:
    if by not in ("owner", "label"):
        return ()
    named = await services.database.run(lambda c: labels.get_names(c, [batch.id for batch, _ in fetched]))
    return group_by_name(
        ((named[batch.id].owner if by == "owner" else named[batch.id].label) or "", each) for batch, each in fetched
    )


async def _created_since(since: datetime, services: Services) -> tuple[list[MessageBatch], bool]:
    """Return the batches created since then, newest first, and whether there are more than were looked at."""
    found: list[MessageBatch] = []
    after = None
    for _ in range(PAGES):
        page = await services.workspace.batches.list(limit=PAGE_SIZE, after_id=after)
        found += [batch for batch in page.data if batch.created_at >= since]
        if not page.has_more or not page.data or page.data[-1].created_at < since:
            return found, False
        after = page.data[-1].id
    return found, True


async def _remembered(batches: list[MessageBatch], services: Services) -> dict[str, ReadSummary]:
    ids = [batch.id for batch in batches]
    stored = await services.database.run(lambda connection: summaries.get_many(connection, ids))
    kept = {batch.id: if_fresh(services, batch, stored[batch.id]) for batch in batches if batch.id in stored}
    return {id: fetched for id, fetched in kept.items() if fetched is not None}


async def _read(
    batches: list[MessageBatch], services: Services, caller: Caller, progress: Progress
) -> dict[str, ReadSummary]:
    """Read the results of these batches, AT_ONCE at a time; those that cannot be read are left out."""
    turns, read = asyncio.Semaphore(AT_ONCE), dict[str, ReadSummary]()

    async def one(batch: MessageBatch) -> None:
        async with turns:
            try:
                if batch.is_readable(services.now()):
                    read[batch.id] = await read_results(services, batch, caller, progress)
            except (ReadingFailed, ApiError):
                pass  # told as one that could not be read
            progress.note_batch()

    try:
        async with asyncio.TaskGroup() as group:
            for batch in batches:
                group.create_task(one(batch))
    except ExceptionGroup as several:  # a store that fails, fails for the first of them as for all
        raise several.exceptions[0] from several
    return read


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", text)
    if found is None or (age := timedelta(**{_UNITS[found[2]]: int(found[1])})) > timedelta(days=366):
        raise BadValue("cost", text, ValueForm.COST_SPAN)
    return age
