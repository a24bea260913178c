"""Lists of batches, as they are asked about and as they end."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.bulk_change import BulkChange, BulkStarted
from bot.operations.bulk import MOST_SHOWN, BulkFacts, make_item
from bot.store.records.bulks import Bulk, BulkItem, BulkVerb, FailReason, ItemState, SkipReason
from bot.store.records.labels import BatchNames
from tests.builders import ADA, NOW, batch_id, counts, ended, running

FACTS = BulkFacts(
    count=12,
    requests=14_400,
    usd=Decimal("149.76"),
    priced=12,
    undownloaded=3,
    unsavable=1,
    matched=12,
    scanned=40,
    is_whole=True,
)


NAMES = {
    batch_id(10**20 * number): BatchNames("Nightly eval")
    if number % 3 == 0
    else BatchNames(file_name="requests_<big>.jsonl", number=number, parts=12)
    if number % 3 == 1
    else BatchNames()
    for number in range(12)
}
"""A label, a part of a file, and no name, in turn."""


def bulk(verb: BulkVerb = "delete", *, saves: bool = False, command: str = "delete --older-than 14d") -> Bulk:
    return Bulk(
        id="bulk_0123456789abcdef",
        workspace_id="",
        verb=verb,
        command=command,
        saves=saves,
        user_id=ADA.user,
        team_id=ADA.team,
        channel_id=ADA.channel,
        state="asked",
        created_at=NOW,
    )


def change(count: int = 12, verb: BulkVerb = "delete", facts: BulkFacts | None = FACTS) -> BulkChange:
    """Return a change of so many batches."""
    listed = bulk(verb, command="cancel --all" if verb == "cancel" else 'delete --older-than 14d --label "nightly"')
    batches = [
        running(1_200, id=batch_id(10**20 * number))
        if verb == "cancel"
        else ended(
            counts(succeeded=1_190, errored=10), id=batch_id(10**20 * number), took=timedelta(minutes=number + 1)
        )
        for number in range(count)
    ]
    items = tuple(
        make_item(listed, place, batch, NAMES.get(batch.id, BatchNames())) for place, batch in enumerate(batches)
    )
    shown = tuple(batches[:MOST_SHOWN]) if facts is not None else ()
    if facts is not None:
        matched = facts.matched if facts.matched > FACTS.matched else count
        facts = replace(facts, count=count, requests=1_200 * count, matched=matched)
    return BulkChange(listed, items, shown, facts)


def item(
    number: int,
    state: ItemState = "done",
    reason: SkipReason | FailReason | None = None,
    detail: str | None = None,
    *,
    name: str | None = "Nightly *eval*, v2",
    saved: bool = False,
) -> BulkItem:
    found = BulkItem(
        bulk_id="bulk_0123456789abcdef",
        position=number,
        workspace_id="",
        batch_id=batch_id(10**20 * number),
        seen="ended 0/5/0/0/0",
        requests=5,
        name=name,
        state=state,
        reason=reason,
        detail=detail,
    )
    if not saved:
        return found
    return replace(
        found, file_id="F1", file_name="Nightly-eval-results.jsonl", file_bytes=18_200_000, file_lines=20_000
    )


STARTED = BulkStarted(bulk(), 37)
