"""`/batch list`: the workspace's batches, newest first, a page at a time."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

from bot.batches.client import BatchesClient
from bot.batches.models import BatchId, BatchPage, MessageBatch, check_batch_id
from bot.commands.arguments import Arguments, OptionSpec
from bot.commands.base import PUBLIC, Caller, Help, ReadingCommand, Services
from bot.commands.errors import BadValue

STATUSES = ("in_progress", "canceling", "ended")
DEFAULT_LIMIT = 10
LARGEST_LIMIT = 20
"""Rows; a message holds 50 blocks and a row takes two."""

SCAN_PAGES = 10
SCAN_PAGE_SIZE = 1_000
"""The API filters nothing, so a filter reads pages of the largest size and stops after SCAN_PAGES of them."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class BatchList:
    """One page: the query it answers, the rows, and whether there is something older and newer."""

    query: "List"
    batches: tuple[MessageBatch, ...]
    older: "List | None"
    newer: "List | None"
    scanned: int


@dataclass(frozen=True)
class List(ReadingCommand):
    """Ask for batches; `after` is the id that older ones follow, `before` the id that newer ones precede."""

    verb: ClassVar[str] = "list"
    help: ClassVar[Help] = Help(
        "list [in_progress|canceling|ended] [--older-than 7d] [--limit N]",
        "the batches, newest first, ten to a page",
        "list ended --older-than 7d",
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec("older-than"),
        OptionSpec("limit"),
        OptionSpec("after"),
        OptionSpec("before"),
    )

    status: str | None = None
    older_than: str | None = None
    limit: int = DEFAULT_LIMIT
    after: BatchId | None = None
    before: BatchId | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read status and options. Raises UsageError, InvalidBatchId."""
        words, options = arguments.at_most(1).words, arguments.options
        older_than = options.get("older-than")
        if older_than is not None:
            _age(older_than)
        return cls(
            _status(words[0]) if words else None,
            older_than,
            _limit(options.get("limit", str(DEFAULT_LIMIT))),
            check_batch_id(options["after"]) if "after" in options else None,
            check_batch_id(options["before"]) if "before" in options else None,
            public=arguments.flag("public"),
        )

    def spell(self) -> str:
        """Return `list` with whatever differs from the defaults."""
        words = ["list"]
        words += [self.status] if self.status else []
        words += [f"--older-than {self.older_than}"] if self.older_than else []
        words += [f"--limit {self.limit}"] if self.limit != DEFAULT_LIMIT else []
        words += [f"--after {self.after}"] if self.after else []
        words += [f"--before {self.before}"] if self.before else []
        return " ".join(words) + self.spell_public()

    async def run(self, services: Services, caller: Caller) -> BatchList:
        """Read as many pages as the rows need, SCAN_PAGES at most. Raises ApiError."""
        youngest = services.now() - _age(self.older_than) if self.older_than else None
        scan = await _scan(self, services.batches, youngest)
        rows = tuple(scan.rows)
        turned_back = self.before is not None
        first, last = (rows[0].id, rows[-1].id) if rows else (scan.reached, scan.reached)
        if scan.more:  # a search that stopped at its bound goes on from there, not from the last row it found
            first, last = (scan.reached, last) if turned_back else (first, scan.reached)
        has_older = turned_back or scan.more
        has_newer = scan.more if turned_back else self.after is not None
        return BatchList(
            query=self,
            batches=rows,
            older=replace(self, after=last, before=None) if has_older and last else None,
            newer=replace(self, before=first, after=None) if has_newer and first else None,
            scanned=scan.scanned,
        )


@dataclass
class _Scan:
    """What has been found so far, in list order; `more` when rows may follow in the direction taken."""

    rows: list[MessageBatch]
    scanned: int = 0
    more: bool = False
    reached: BatchId | None = None


async def _scan(query: List, batches: BatchesClient, youngest: datetime | None) -> _Scan:
    filtered = query.status is not None or youngest is not None
    scan, reached = _Scan([]), query.before or query.after
    for _ in range(SCAN_PAGES):
        size = SCAN_PAGE_SIZE if filtered else query.limit
        page = await _page(batches, size, reached, newer=query.before is not None)
        in_direction = page.data[::-1] if query.before else page.data
        for position, batch in enumerate(in_direction, 1):
            scan.scanned += 1
            reached = scan.reached = batch.id
            if _fits(batch, query, youngest):
                scan.rows.append(batch)
            if len(scan.rows) == query.limit:
                scan.more = page.has_more or position < len(in_direction)
                return _in_list_order(scan, query)
        scan.more = page.has_more
        if not page.has_more or not page.data:
            break
    return _in_list_order(scan, query)


async def _page(batches: BatchesClient, size: int, reached: BatchId | None, *, newer: bool) -> BatchPage:
    if newer:
        return await batches.list(limit=size, before_id=reached)
    return await batches.list(limit=size, after_id=reached)


def _in_list_order(scan: _Scan, query: List) -> _Scan:
    if query.before:
        scan.rows.reverse()
    return scan


def _fits(batch: MessageBatch, query: List, youngest: datetime | None) -> bool:
    if query.status is not None and batch.processing_status != query.status:
        return False
    return youngest is None or batch.created_at <= youngest


def _status(word: str) -> str:
    status = word.lower().replace("-", "_")
    if status not in STATUSES:
        raise BadValue("list", "status", word, ", ".join(STATUSES))
    return status


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_LIMIT:
        raise BadValue("list", "--limit", text, f"a number from 1 to {LARGEST_LIMIT}")
    return int(text)


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,4})([mhdw])", text.lower())
    if found is None:
        raise BadValue("list", "--older-than", text, "a number and m, h, d or w, such as 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
