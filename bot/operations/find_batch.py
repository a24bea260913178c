"""Finding the batch that a person means by its id, the start of its id, its label, `last` or `last ended`."""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import NewType

from msgspec import Struct

from bot.api.client import BatchesClient
from bot.api.errors import ApiUnavailable, BatchNotFound
from bot.api.ids import check_batch_id
from bot.api.models import BatchPage, MessageBatch
from bot.errors import ExpectedError
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import drafts, labels
from bot.store.records.labels import BatchNames

Reference = NewType("Reference", str)
"""What was typed for a batch. It is safe in a URL path; whether it exists is unknown."""

LAST = Reference("last")
LAST_ENDED = Reference("last-ended")
"""Typed as `last ended`."""
MOVING_REFERENCES = (LAST, LAST_ENDED)
"""References that mean another batch as time goes by, so no label can be one."""
PREFIX = labels.ID_PREFIX

WHOLE_LENGTH = len(PREFIX) + 24
"""Length of a full id today. Shorter references are searched in the list instead of being retrieved."""

SEARCH_PAGES = 5
SEARCH_PAGE_SIZE = 1_000  # the API's largest page
CANDIDATES_SHOWN = 10


class FoundBatch(Struct, frozen=True):
    """A batch, as the API returned it just now, and whether the reference was its full id."""

    batch: MessageBatch
    exact: bool


class _SearchResult(Struct, frozen=True):
    """What a search through the newest batches found; `whole` is the batch whose full id is the reference."""

    whole: MessageBatch | None
    by_id: tuple[MessageBatch, ...] = ()
    by_label: tuple[MessageBatch, ...] = ()
    searched: int = 0
    all_searched: bool = True


async def find_batch(reference: Reference, batches: BatchesClient, database: Database) -> FoundBatch:
    """Find the one batch that a reference means. What begins as an id does is never a label.

    Raises:
        NoBatches: the reference is `last` or `last ended`, and there is no such batch.
        ReferenceNotFound, BatchNotFound: no batch matches.
        ReferenceAmbiguous: several batches match, by their ids or labels.
        StoreUnavailable: no id matches, and labels cannot be read.
    """
    if reference in MOVING_REFERENCES:
        found = await (_find_newest(batches) if reference == LAST else _find_last_ended(batches))
        return await stand_for_whole(found, batches, database)
    may_be_whole = len(reference) >= WHOLE_LENGTH
    if may_be_whole and reference.startswith(PREFIX):
        with suppress(BatchNotFound):  # ids may become longer: today's full length can be the beginning of an id
            return await _retrieve(reference, batches)
    labeled: Collection[str] = ()
    store_error = None
    try:
        labeled = await database.run(lambda connection: labels.find_labeled(connection, reference))
    except StoreUnavailable as error:  # ids can be matched without the store
        store_error = error
    result = await _search(reference, labeled, batches)
    if result.whole is not None:
        return FoundBatch(result.whole, exact=True)
    by_label = await _find_labeled(labeled, result, batches)
    if store_error is not None and not result.by_id:
        raise store_error
    if may_be_whole and not (result.by_id or by_label):
        return await _retrieve(reference, batches)
    return await _require_one(reference, result, by_label, database)


async def stand_for_whole(found: FoundBatch, batches: BatchesClient, database: Database) -> FoundBatch:
    """Return the batch that stands for the whole that the found one is a part of, if it still exists."""
    with suppress(StoreUnavailable, BatchNotFound):
        head = await database.run(lambda connection: drafts.find_head(connection, found.batch.id))
        if head != found.batch.id:
            return FoundBatch(await batches.retrieve(check_batch_id(head)), exact=False)
    return found


async def _retrieve(reference: Reference, batches: BatchesClient) -> FoundBatch:
    return FoundBatch(await batches.retrieve(check_batch_id(reference)), exact=True)


async def _find_newest(batches: BatchesClient) -> FoundBatch:
    page = await batches.list(limit=1)
    if not page.data:
        if page.unreadable or page.has_more:
            raise incomplete_list()
        raise NoBatches
    return FoundBatch(page.data[0], exact=False)


def incomplete_list() -> ApiUnavailable:
    """Return the error of a list that shows nothing, although it does not say that there is nothing."""
    return ApiUnavailable("unexpected_shape", "the list leaves out batches, or shows one in an unknown shape", 200)


async def _find_last_ended(batches: BatchesClient) -> FoundBatch:
    """Find the batch with the latest end. One that must have ended before the latest found so far ends the search."""
    last: MessageBatch | None = None
    is_whole = True
    async for page in _list_newest(batches):
        is_whole = is_whole and page.is_whole
        for batch in page.data:
            if last is not None and last.ended_at is not None and batch.expires_at < last.ended_at:
                return FoundBatch(last, exact=False)
            if batch.ended_at is not None and (last is None or last.ended_at is None or batch.ended_at > last.ended_at):
                last = batch
    if last is None:
        raise NoBatches(ended=True) if is_whole else incomplete_list()
    return FoundBatch(last, exact=False)


async def _search(reference: Reference, labeled: Collection[str], batches: BatchesClient) -> _SearchResult:
    """Search the newest batches for ids that match the reference, and for the ids of labeled batches."""
    by_id: list[MessageBatch] = []
    by_label: list[MessageBatch] = []
    searched = 0
    is_whole = True
    all_searched = True
    async for page in _list_newest(batches):
        is_whole = is_whole and page.is_whole
        all_searched = is_whole and not page.has_more
        for batch in page.data:
            searched += 1
            if str(batch.id) == reference:
                return _SearchResult(batch)
            if batch.id.startswith((reference, PREFIX + reference)):
                by_id.append(batch)
            if batch.id in labeled:
                by_label.append(batch)
    return _SearchResult(None, tuple(by_id), tuple(by_label), searched, all_searched)


async def _list_newest(batches: BatchesClient) -> AsyncGenerator[BatchPage, None]:
    """Yield the pages of the newest batches."""
    read = 0
    async with aclosing(batches.list_pages(limit=SEARCH_PAGE_SIZE)) as pages:
        async for page in pages:
            yield page
            read += 1
            if read == SEARCH_PAGES:
                return


async def _find_labeled(labeled: Collection[str], result: _SearchResult, batches: BatchesClient) -> list[MessageBatch]:
    """Return the batches with the label, also those older than the search. Batches that have not ended go first."""
    found = list(result.by_label)
    for batch_id in sorted({*labeled} - {batch.id for batch in found}):
        with suppress(BatchNotFound):
            found.append(await batches.retrieve(check_batch_id(batch_id)))
    return [batch for batch in found if not batch.has_ended] or found


async def _require_one(
    reference: Reference, result: _SearchResult, by_label: Iterable[MessageBatch], database: Database
) -> FoundBatch:
    """Return the only match. Raises ReferenceNotFound without a match, ReferenceAmbiguous with several."""
    matches = {batch.id: batch for batch in (*result.by_id, *by_label)}
    match sorted(matches.values(), key=lambda batch: batch.created_at, reverse=True):
        case []:
            if not result.searched and not result.all_searched:
                raise incomplete_list()
            near = await _find_near_labels(reference, database)
            raise ReferenceNotFound(reference, result.searched, result.all_searched, near)
        case [batch]:
            return FoundBatch(batch, exact=False)
        case several:
            shown = tuple(several[:CANDIDATES_SHOWN])
            raise ReferenceAmbiguous(reference, shown, len(several), await _read_names(shown, database))


async def _find_near_labels(reference: Reference, database: Database) -> tuple[str, ...]:
    """Return labels that resemble the reference; none without the store."""
    with suppress(StoreUnavailable):
        return labels.nearest(reference, await database.run(labels.list_labels))
    return ()


async def _read_names(several: Iterable[MessageBatch], database: Database) -> Mapping[str, BatchNames]:
    """Return the names of batches; without the store, none of them has a name."""
    ids = [batch.id for batch in several]
    with suppress(StoreUnavailable):
        return await database.run(lambda connection: labels.get_names(connection, ids))
    return {}


@dataclass(eq=False)
class NoBatches(ExpectedError):
    """The reference is `last`, and the workspace has no batches; or `last ended`, and none has ended."""

    ended: bool = False

    def _fact(self) -> str:
        return "no batch has ended" if self.ended else "the workspace has no batches"


@dataclass(eq=False)
class ReferenceNotFound(ExpectedError):
    """No batch matches among the `searched` newest; `all_searched` means that there are no others.

    `near`: labels in use that resemble the reference.
    """

    text: str
    searched: int
    all_searched: bool
    near: tuple[str, ...] = ()

    def _fact(self) -> str:
        return f"the reference matches none of the newest {self.searched} batches"


@dataclass(eq=False)
class ReferenceAmbiguous(ExpectedError):
    """Several batches match. `candidates` are the newest of `total`, with their names."""

    text: str
    candidates: tuple[MessageBatch, ...]
    total: int
    names: Mapping[str, BatchNames] = field(default_factory=dict)

    def _fact(self) -> str:
        return f"the reference matches {self.total} batches"
