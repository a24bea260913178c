"""What the batches of a period cost: from the API's list, the stored summaries, and the ledger."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.operations.ledger import LedgerEntry, find_entry, read_entry, summarize_spent
from bot.operations.read_results import ReadSummary, if_fresh, make_ledger_row
from bot.operations.services import Services
from bot.store.records import ledger, summaries
from bot.store.records.ledger import LedgerRow
from bot.store.transactions import unlisted_batches

PAGES = 20
PAGE_SIZE = 1_000

ReadMissing = Callable[[list[MessageBatch]], Awaitable[dict[str, ReadSummary]]]
"""Reads results that were never read, and returns the summaries of those that could be read, by batch id."""


class CollectedCosts(Struct, frozen=True):
    """The batches created since a moment, and what is known of their cost.

    - `batches`: those in the API's list, newest first. `more`: there are more than were looked at.
    - `unread`: those of them that have ended and whose cost is not known.
    - `unlisted`: the rows of batches that are not in the list; `entries` includes them if they were read.
    """

    batches: Sequence[MessageBatch]
    unread: Sequence[MessageBatch]
    unlisted: Sequence[LedgerRow]
    entries: Sequence[LedgerEntry]
    more: bool


async def read_nothing(_: list[MessageBatch]) -> dict[str, ReadSummary]:
    """Read no results, for `collect_costs`."""
    return {}


async def collect_costs(services: Services, since: datetime, read_missing: ReadMissing) -> CollectedCosts:
    """Return the cost of the batches created since a moment.

    A batch whose results cannot be read costs what the ledger has. One without an answer costs nothing.

    Raises:
        ApiError, StoreUnavailable.
    """
    batches, more = await _list_created_since(since, services)
    ended = [batch for batch in batches if batch.has_ended]
    known = await _find_stored(ended, services)
    missing = [batch for batch in ended if batch.id not in known and batch.request_counts.succeeded]
    read = await read_missing(missing)
    kept = await services.database.run(partial(ledger.get_many, batch_ids=[batch.id for batch in ended]))
    entries = []
    unread = []
    for batch in ended:
        if (each := known.get(batch.id) or read.get(batch.id)) is not None:
            entries.append(LedgerEntry(batch.id, batch.created_at, summarize_spent(each.summary), each.priced_on))
        elif (entry := find_entry(batch, kept.get(batch.id))) is not None:  # the results or the summary are gone
            entries.append(entry)
        else:
            unread.append(batch)
    await _complete_ledger([batch for batch in ended if batch.id in known], known, services)
    unlisted = partial(
        unlisted_batches.list_unlisted,
        listed={batch.id for batch in batches},
        since=since,
        now=services.now(),
        is_whole=not more,
    )
    rows = await services.database.run(unlisted)
    entries += [entry for row in rows if (entry := read_entry(row)) is not None]
    return CollectedCosts(batches, unread, rows, entries, more)


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


async def _complete_ledger(batches: list[MessageBatch], known: dict[str, ReadSummary], services: Services) -> None:
    """Correct the rows of earlier versions, which did not always know when a batch was created."""
    rows = await services.database.run(partial(ledger.get_many, batch_ids=[batch.id for batch in batches]))
    for batch in batches:
        row = rows.get(batch.id)
        if row is None or row.spent is None or row.created_at != batch.created_at:
            entry = make_ledger_row(services, batch, known[batch.id])
            await services.database.run(partial(ledger.record_spent, row=entry))
