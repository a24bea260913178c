"""`/batch list`: the batches of the workspace, newest first, one page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from msgspec import Struct
from msgspec.structs import replace

from bot.api.client import BatchesClient
from bot.api.ids import BatchId, check_batch_id
from bot.api.models import BatchPage, MessageBatch
from bot.caller import Caller
from bot.commands.base import PUBLIC, ArgumentHelp, Help, HelpGroup, ReadingCommand
from bot.commands.language.arguments import Arguments, OptionSpec
from bot.commands.language.errors import BadValue, ValueForm
from bot.commands.language.values import check_label_filter, check_owner_filter, parse_age
from bot.operations.services import Services
from bot.store.records import labels

STATUSES = ("in_progress", "canceling", "ended")
_SYNONYMS = {"running": "in_progress", "cancelling": "canceling"}
DEFAULT_LIMIT = 10
LARGEST_LIMIT = 20
"""Rows of a page. A message holds 50 blocks, and a row takes two."""

SCAN_PAGES = 10
SCAN_PAGE_SIZE = 1_000
"""The API has no filters, so a filter reads pages of the largest size, SCAN_PAGES at most."""


class BatchList(Struct, frozen=True):
    """One page of batches, with the query it answers and the queries for the next and the previous page.

    `labels_in_use`: what to choose from when no batch fits the wanted label. `unreadable`: batches in a shape that this
    version does not know. `is_cut`: there are more, and the API did not show them.
    """

    query: "List"
    batches: tuple[MessageBatch, ...]
    older: "List | None"
    newer: "List | None"
    scanned: int
    labels_in_use: tuple[str, ...] = ()
    unreadable: int = 0
    is_cut: bool = False


ListOutcome = BatchList


class List(ReadingCommand[ListOutcome], frozen=True):
    """List batches: those older than the id `after`, or those newer than the id `before`."""

    verb: ClassVar[str] = "list"
    help: ClassVar[Help] = Help(
        "List batches, newest first, ten per page.",
        "list ended --older-than 7d",
        HelpGroup.LOOK,
        (ArgumentHelp("STATE", "`running`, `canceling` or `ended`", optional=True),),
    )
    options: ClassVar[tuple[OptionSpec, ...]] = (
        PUBLIC,
        OptionSpec("label", "TEXT", "only batches whose label contains this text", "list --label nightly"),
        OptionSpec("owner", "@who|me", "only batches of this person", "list --owner me"),
        OptionSpec(
            "older-than", "AGE", "only batches created longer ago: a number and m, h, d or w", "list --older-than 7d"
        ),
        OptionSpec("limit", "N", f"batches per page, 1 to {LARGEST_LIMIT}", "list --limit 20"),
        OptionSpec("after", "ID"),
        OptionSpec("before", "ID"),
    )

    status: str | None = None
    older_than: str | None = None
    limit: int = DEFAULT_LIMIT
    after: BatchId | None = None
    before: BatchId | None = None
    label: str | None = None
    owner: str | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read status and options. Raises UsageError, InvalidBatchId."""
        words = arguments.at_most(1).words
        options = arguments.options
        older_than = options.get("older-than")
        if older_than is not None:
            parse_age("list", older_than)
        return cls(
            _parse_status(words[0]) if words else None,
            older_than,
            _parse_limit(options.get("limit", str(DEFAULT_LIMIT))),
            check_batch_id(options["after"]) if "after" in options else None,
            check_batch_id(options["before"]) if "before" in options else None,
            check_label_filter("list", options["label"]) if "label" in options else None,
            check_owner_filter("list", options["owner"]) if "owner" in options else None,
            public=arguments.flag("public"),
        )

    def spell(self) -> str:
        """Return `list` with every argument that differs from its default."""
        words = ["list"]
        words += [self.status] if self.status else []
        words += [f'--label "{self.label}"'] if self.label is not None else []
        words += [f"--owner {self.owner}"] if self.owner else []
        words += [f"--older-than {self.older_than}"] if self.older_than else []
        words += [f"--limit {self.limit}"] if self.limit != DEFAULT_LIMIT else []
        words += [f"--after {self.after}"] if self.after else []
        words += [f"--before {self.before}"] if self.before else []
        return " ".join(words) + self.spell_public()

    async def run(self, services: Services, caller: Caller) -> ListOutcome:
        """Read as many pages as the rows need, at most SCAN_PAGES. Raises ApiError, StoreUnavailable."""
        youngest = services.now() - parse_age("list", self.older_than) if self.older_than else None
        scan = await _scan(
            self, services.workspace.batches, _Filter(self.status, youngest, await self._find_named(services, caller))
        )
        rows = tuple(scan.rows)
        turned_back = self.before is not None
        first = rows[0].id if rows else scan.reached
        last = rows[-1].id if rows else scan.reached
        if scan.more:  # a search that stopped at its limit continues there, not at the last row it found
            first = scan.reached if turned_back else first
            last = last if turned_back else scan.reached
        has_older = turned_back or scan.more
        has_newer = scan.more if turned_back else self.after is not None
        return BatchList(
            query=self,
            batches=rows,
            older=replace(self, after=last, before=None) if has_older and last else None,
            newer=replace(self, before=first, after=None) if has_newer and first else None,
            scanned=scan.scanned,
            labels_in_use=await self._list_labels(services) if not rows else (),
            unreadable=scan.unreadable,
            is_cut=scan.is_cut,
        )

    async def _find_named(self, services: Services, caller: Caller) -> frozenset[str] | None:
        """Return the ids of the batches with the wanted label and owner; None if the query names neither.

        A label that no batch has may be a part of theirs.
        """
        if self.label is None and self.owner is None:
            return None
        owner = caller.user if self.owner == "me" else self.owner
        label = self.label
        found = await services.database.run(lambda c: labels.find_batches(c, label=label, owner=owner))
        if found or label is None:
            return found
        return await services.database.run(lambda c: labels.find_batches_by_part(c, label, owner))

    async def _list_labels(self, services: Services) -> tuple[str, ...]:
        """Return the labels in use, those that resemble the wanted one first; none if no label is wanted."""
        wanted = self.label
        if wanted is None:
            return ()
        used = await services.database.run(labels.list_labels)
        return tuple(dict.fromkeys([*labels.nearest(wanted, used), *used]))


class _Filter(Struct, frozen=True):
    """What a row must match; None matches everything."""

    status: str | None
    youngest: datetime | None
    named: frozenset[str] | None

    def __bool__(self) -> bool:
        return (self.status, self.youngest, self.named) != (None, None, None)

    def matches(self, batch: MessageBatch) -> bool:
        if self.status is not None and batch.processing_status != self.status:
            return False
        if self.named is not None and batch.id not in self.named:
            return False
        return self.youngest is None or batch.created_at <= self.youngest


@dataclass
class _Scan:
    """What has been found so far, in list order. `more`: further rows may follow in the same direction."""

    rows: list[MessageBatch]
    scanned: int = 0
    more: bool = False
    reached: BatchId | None = None
    unreadable: int = 0
    is_cut: bool = False


async def _scan(query: List, batches: BatchesClient, wanted: _Filter) -> _Scan:
    scan = _Scan([])
    reached = query.before or query.after
    for _ in range(SCAN_PAGES):
        size = SCAN_PAGE_SIZE if wanted else query.limit
        page = await _read_page(batches, size, reached, newer=query.before is not None)
        in_direction = page.data[::-1] if query.before else page.data
        if in_direction and in_direction[-1].id == reached:  # the same page again
            scan.more = False
            scan.is_cut = page.has_more
            break
        scan.unreadable += len(page.unreadable)
        for position, batch in enumerate(in_direction, 1):
            scan.scanned += 1
            reached = scan.reached = batch.id
            if wanted.matches(batch):
                scan.rows.append(batch)
            if len(scan.rows) == query.limit:
                scan.more = page.has_more or position < len(in_direction)
                return _sort(scan, query)
        cursor = page.first_id if query.before else page.last_id
        if page.unreadable and cursor is not None and cursor != reached:
            reached = scan.reached = cursor  # the last batch of the page may be one of those
        elif not page.data:
            scan.is_cut = page.has_more
            break
        scan.more = page.has_more
        if not page.has_more:
            break
    return _sort(scan, query)


async def _read_page(batches: BatchesClient, size: int, reached: BatchId | None, *, newer: bool) -> BatchPage:
    if newer:
        return await batches.list(limit=size, before_id=reached)
    return await batches.list(limit=size, after_id=reached)


def _sort(scan: _Scan, query: List) -> _Scan:
    if query.before:
        scan.rows.reverse()
    return scan


def _parse_status(word: str) -> str:
    status = _SYNONYMS.get(word.lower(), word.lower().replace("-", "_"))
    if status not in STATUSES:
        raise BadValue("list", word, ValueForm.LIST_STATUS)
    return status


def _parse_limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_LIMIT:
        raise BadValue("list", text, ValueForm.LIST_LIMIT)
    return int(text)
