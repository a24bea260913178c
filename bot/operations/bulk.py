"""Many batches at once: which ones a person means, and what is known of them when the list is frozen."""

import secrets
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.operations.services import Services
from bot.store.db.connection import Connection
from bot.store.records import bulks, labels, ledger, sends, summaries
from bot.store.records.bulks import BULK_PREFIX, Bulk, BulkItem, BulkVerb
from bot.store.records.labels import BatchNames

MOST_BATCHES = 500
"""Batches of one list. A batch takes two or three calls, and there is at most one a second."""
MOST_SHOWN = 10
_SCAN_PAGES = 10
_PAGE_SIZE = 1_000


class BatchFilter(Struct, frozen=True):
    """Which batches of a workspace are meant.

    `label` is in its normal form: a batch has it, or its label contains it if no batch has it. `owner` is a user id.
    """

    label: str | None = None
    owner: str | None = None


class BulkFacts(Struct, frozen=True):
    """What a list loses or stops. `usd` is what is known of `priced` of its batches.

    Ended batches have cost it; running ones may cost it at most. `undownloaded` counts batches with results that no one
    has downloaded, `unsavable` those whose results are gone. `matched` is how many batches match in all, among the
    `scanned` newest; `is_whole`: there are no others.
    """

    count: int
    requests: int
    usd: Decimal
    priced: int
    undownloaded: int
    unsavable: int
    matched: int
    scanned: int
    is_whole: bool


class FrozenList(Struct, frozen=True):
    """A list as it is asked about, with its batches as the API returned them."""

    bulk: Bulk
    items: tuple[BulkItem, ...]
    batches: tuple[MessageBatch, ...]
    facts: BulkFacts


class NoMatch(Struct, frozen=True):
    """No batch of the `scanned` newest matches; `is_whole`: there are no others."""

    scanned: int
    is_whole: bool


async def freeze_list(
    services: Services,
    caller: Caller,
    verb: BulkVerb,
    command: str,
    chosen: BatchFilter,
    created_before: datetime | None = None,
) -> FrozenList | NoMatch:
    """Store the list of the batches that match now, the oldest first to delete and the newest first to cancel.

    Raises ApiError, StoreUnavailable.
    """
    named = await _find_named(services, chosen)
    matching: list[MessageBatch] = []
    scanned = 0
    is_whole = True
    async with aclosing(services.workspace.batches.list_pages(limit=_PAGE_SIZE)) as pages:
        read = 0
        async for page in pages:
            read += 1
            scanned += len(page.data)
            matching += [
                batch
                for batch in page.data
                if (created_before is None or batch.created_at <= created_before)
                and (batch.has_ended if verb == "delete" else batch.processing_status == "in_progress")
                and (named is None or batch.id in named)
            ]
            is_whole = is_whole and page.is_whole
            if read == _SCAN_PAGES:
                is_whole = is_whole and not page.has_more
                break
    if not matching:
        return NoMatch(scanned, is_whole)
    if verb == "delete":
        matching.reverse()
    batches = tuple(matching[:MOST_BATCHES])
    bulk = make_bulk(services, caller, verb, command)

    def store(connection: Connection) -> FrozenList:
        names = labels.get_names(connection, [batch.id for batch in batches])
        items = tuple(make_item(bulk, place, batch, names[batch.id]) for place, batch in enumerate(batches))
        bulks.add(connection, bulk, items)
        facts = _measure(connection, services, verb, batches)
        facts = replace(facts, matched=len(matching), scanned=scanned, is_whole=is_whole)
        return FrozenList(bulk, items, batches[:MOST_SHOWN], facts)

    return await services.database.run(store)


def make_bulk(services: Services, caller: Caller, verb: BulkVerb, command: str, *, saves: bool = False) -> Bulk:
    """Return a list that no one has confirmed yet."""
    return Bulk(
        id=f"{BULK_PREFIX}{secrets.token_hex(8)}",
        workspace_id=services.workspace.id,
        verb=verb,
        command=command,
        saves=saves,
        user_id=caller.user,
        team_id=caller.team,
        channel_id=caller.channel,
        state="asked",
        created_at=services.now(),
    )


def make_item(bulk: Bulk, position: int, batch: MessageBatch, names: BatchNames) -> BulkItem:
    """Return a batch of a list."""
    name = names.label or names.file_name
    return BulkItem(
        bulk_id=bulk.id,
        position=position,
        workspace_id=bulk.workspace_id,
        batch_id=batch.id,
        seen=describe_state(batch),
        requests=batch.request_counts.total,
        name=f"{name}{names.numbered}" if name else None,
        label=names.label,
        owner=names.owner,
    )


def describe_state(batch: MessageBatch) -> str:
    """Return the status and the counts of a batch, which may not change between a question and the act."""
    counts = batch.request_counts
    figures = (counts.processing, counts.succeeded, counts.errored, counts.canceled, counts.expired)
    return f"{batch.processing_status} {'/'.join(map(str, figures))}"


def can_save(batch: MessageBatch, now: datetime) -> bool:
    """Return whether a batch has results that can be saved now."""
    return batch.is_readable(now) and batch.results_url is not None and batch.request_counts.total > 0


async def _find_named(services: Services, chosen: BatchFilter) -> frozenset[str] | None:
    """Return the ids of the batches with the label and owner, as `list` does; None if neither is chosen."""
    label, owner = chosen.label, chosen.owner
    if label is None and owner is None:
        return None
    found = await services.database.run(lambda c: labels.find_batches(c, label=label, owner=owner))
    if found or label is None:
        return found
    return await services.database.run(lambda c: labels.find_batches_by_part(c, label, owner))


def _measure(
    connection: Connection, services: Services, verb: BulkVerb, batches: tuple[MessageBatch, ...]
) -> BulkFacts:
    now = services.now()
    ids = [batch.id for batch in batches]
    usd = _read_costs(connection, ids) if verb == "delete" else sends.find_most_usd(connection, ids)
    read = summaries.get_many(connection, ids)
    savable = [batch.id for batch in batches if can_save(batch, now)]
    taken = {id for id, summary in read.items() if summary.taken not in (None, "unconfirmed")}
    return BulkFacts(
        count=len(batches),
        requests=sum(batch.request_counts.total for batch in batches),
        usd=sum(usd.values(), Decimal()),
        priced=len(usd),
        undownloaded=len({*savable} - taken),
        unsavable=len(batches) - len(savable),
        matched=len(batches),
        scanned=0,
        is_whole=True,
    )


def _read_costs(connection: Connection, batch_ids: Sequence[str]) -> dict[str, Decimal]:
    rows = ledger.get_many(connection, batch_ids)
    return {id: Decimal(row.usd) for id, row in rows.items() if row.usd is not None}
