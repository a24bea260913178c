"""How people name a batch (full id, prefix, label, `last`), and finding the one it means."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NewType

from msgspec import Struct

from bot.api.client import BatchesClient
from bot.api.errors import BatchNotFound
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.errors import ExpectedError
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import labels
from bot.store.records.labels import BatchNames

Reference = NewType("Reference", str)
"""What was typed for a batch: safe to put in a path, not yet known to exist."""

LAST = Reference("last")
PREFIX = "msgbatch_"

WHOLE_LENGTH = len(PREFIX) + 24
"""Today's ids have 24 characters after the prefix; shorter texts are looked for in the list, not fetched."""

SEARCH_PAGES = 5
SEARCH_PAGE_SIZE = 1_000  # the API's largest page
CANDIDATES_SHOWN = 10


class FoundBatch(Struct, frozen=True):
    """The batch, read just now, and whether the reference was its full id."""

    batch: MessageBatch
    exact: bool


async def find_batch(wanted: Reference, batches: BatchesClient, database: Database) -> FoundBatch:
    """Find the one batch that a reference means. A full id always means itself, whatever is labeled so.

    Raises:
        NoBatches: `last` in an empty workspace.
        ReferenceNotFound, BatchNotFound: nothing fits.
        ReferenceAmbiguous: more than one batch begins so, or is called so.
        StoreUnavailable: nothing begins so, and whether it is a label cannot be read.
    """
    if wanted == LAST:
        return await _find_newest(batches)
    looks_whole = len(wanted) >= WHOLE_LENGTH
    if looks_whole and wanted.startswith(PREFIX):
        with suppress(BatchNotFound):  # the form of ids may change: a long text can be the beginning of a longer id
            return await _retrieve(wanted, batches)
    named, away = frozenset[str](), None
    try:
        named = await database.run(lambda connection: labels.find_batches(connection, label=wanted))
    except StoreUnavailable as error:  # the beginning of an id is found without it
        away = error
    looked = await _search(wanted, named, batches)
    if looked.whole is not None:
        return FoundBatch(looked.whole, exact=True)
    called = await _find_labeled(named, looked, batches)
    if away is not None and not looked.begun:
        raise away
    if looks_whole and not (looked.begun or called):
        return await _retrieve(wanted, batches)
    return await _require_one(wanted, looked, called, database)


async def _retrieve(wanted: Reference, batches: BatchesClient) -> FoundBatch:
    return FoundBatch(await batches.retrieve(check_batch_id(wanted)), exact=True)


async def _find_newest(batches: BatchesClient) -> FoundBatch:
    page = await batches.list(limit=1)
    if not page.data:
        raise NoBatches
    return FoundBatch(page.data[0], exact=False)


async def _require_one(
    wanted: Reference, looked: "_SearchResult", called: Iterable[MessageBatch], database: Database
) -> FoundBatch:
    """Return what alone begins so or is called so; raise that there is none, or list them all."""
    fitting = {batch.id: batch for batch in (*looked.begun, *called)}
    match sorted(fitting.values(), key=lambda batch: batch.created_at, reverse=True):
        case []:
            raise ReferenceNotFound(wanted, looked.searched, looked.all_searched)
        case [batch]:
            return FoundBatch(batch, exact=False)
        case several:
            shown = tuple(several[:CANDIDATES_SHOWN])
            raise ReferenceAmbiguous(wanted, shown, len(several), await _read_names(shown, database))


async def _read_names(several: Iterable[MessageBatch], database: Database) -> Mapping[str, BatchNames]:
    """Return what they are called; a store that fails hides none of them."""
    ids = [batch.id for batch in several]
    with suppress(StoreUnavailable):
        return await database.run(lambda connection: labels.get_names(connection, ids))
    return {}


class _SearchResult(Struct, frozen=True):
    """What the newest batches hold: those that begin so, those that are called so, or the one whose whole id it is."""

    whole: MessageBatch | None
    begun: tuple[MessageBatch, ...] = ()
    called: tuple[MessageBatch, ...] = ()
    searched: int = 0
    all_searched: bool = True


async def _find_labeled(named: Collection[str], looked: _SearchResult, batches: BatchesClient) -> list[MessageBatch]:
    """Return the batches with a label, older ones too; of them those that have not ended, where there are such."""
    called = list(looked.called)
    for id in sorted({*named} - {batch.id for batch in called}):
        with suppress(BatchNotFound):
            called.append(await batches.retrieve(check_batch_id(id)))
    return [batch for batch in called if not batch.has_ended] or called


async def _search(wanted: Reference, named: Collection[str], batches: BatchesClient) -> _SearchResult:
    begun: list[MessageBatch] = []
    called: list[MessageBatch] = []
    searched, all_searched = 0, True
    async for batch, is_all in _list_newest(batches):
        searched, all_searched = searched + 1, is_all
        if str(batch.id) == wanted:
            return _SearchResult(batch)
        if batch.id.startswith((wanted, PREFIX + wanted)):
            begun.append(batch)
        if batch.id in named:
            called.append(batch)
    return _SearchResult(None, tuple(begun), tuple(called), searched, all_searched)


async def _list_newest(batches: BatchesClient) -> AsyncIterator[tuple[MessageBatch, bool]]:
    """Yield the newest batches, each with whether its page is the last there is."""
    after = None
    for _ in range(SEARCH_PAGES):
        page = await batches.list(limit=SEARCH_PAGE_SIZE, after_id=after)
        if page.data and page.data[-1].id == after:  # the page that was there before
            return
        for batch in page.data:
            yield batch, not page.has_more
        if not page.has_more or not page.data:
            return
        after = page.data[-1].id


class NoBatches(ExpectedError):
    """`last` was asked for in a workspace without batches."""

    def _fact(self) -> str:
        return "the workspace has no batches"


@dataclass(eq=False)
class ReferenceNotFound(ExpectedError):
    """No batch begins so; `searched` newest batches were looked through, `all_searched` when there are no more."""

    text: str
    searched: int
    all_searched: bool

    def _fact(self) -> str:
        return f"the reference matches none of the newest {self.searched} batches"


@dataclass(eq=False)
class ReferenceAmbiguous(ExpectedError):
    """Several batches begin so, or are called so: the newest of `total`, and what they are called."""

    text: str
    candidates: tuple[MessageBatch, ...]
    total: int
    names: Mapping[str, BatchNames] = field(default_factory=dict)

    def _fact(self) -> str:
        return f"the reference matches {self.total} batches"
