"""How people name a batch (full id, prefix, label, `last`) → the batch itself."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NewType

from msgspec import Struct

from bot.batches.client import BatchesClient
from bot.batches.errors import BatchNotFound
from bot.batches.models import MessageBatch, check_batch_id
from bot.commands.arguments import Arguments
from bot.commands.errors import NoBatches, ReferenceAmbiguous, ReferenceNotFound
from bot.store import labels
from bot.store.database import Database, StoreUnavailable

Reference = NewType("Reference", str)
"""What was typed for a batch: safe to put in a path, not yet known to exist."""

LAST = Reference("last")
PREFIX = "msgbatch_"
WHOLE_LENGTH = len(PREFIX) + 24
"""Today's ids have 24 characters after the prefix; shorter texts are looked for in the list, not fetched."""

SEARCH_PAGES = 5
SEARCH_PAGE_SIZE = 1_000  # the API's largest page
CANDIDATES_SHOWN = 10


class Found(Struct, frozen=True):
    """The batch, read just now, and whether the reference was its full id."""

    batch: MessageBatch
    exact: bool


def parse_reference(arguments: Arguments) -> Reference:
    """Read the one reference a verb takes.

    Raises:
        MissingReference: nothing was given.
        InvalidBatchId: it holds a character that could change a path or deceive a reader.
    """
    return reference(arguments.only())


def reference(text: str) -> Reference:
    """Check one word as a reference. Raises InvalidBatchId."""
    if text.lower() == LAST:
        return LAST
    if " " in text and not text.lower().startswith(PREFIX):  # a label in quotes
        text = labels.label_key(text) or text
    head, tail = text[: len(PREFIX)], text[len(PREFIX) :]
    return Reference(check_batch_id(PREFIX + tail if head.lower() == PREFIX else text))


async def find_batch(wanted: Reference, batches: BatchesClient, database: Database | None = None) -> Found:
    """Find the one batch a reference means; with a `database` a label is one too.

    Raises:
        NoBatches: `last` in an empty workspace.
        ReferenceNotFound, BatchNotFound: nothing fits.
        ReferenceAmbiguous: more than one batch begins so, or has this label.
        StoreUnavailable: nothing begins so, and whether it is a label cannot be read.
    """
    if wanted == LAST:
        page = await batches.list(limit=1)
        if not page.data:
            raise NoBatches
        return Found(page.data[0], exact=False)
    away: StoreUnavailable | None = None
    if not wanted.startswith(PREFIX) and database is not None:
        try:
            if labelled := await _labelled(wanted, batches, database):
                return labelled
        except StoreUnavailable as error:  # the beginning of an id is found without it
            away = error
    try:
        return await _by_id(wanted, batches)
    except (ReferenceNotFound, BatchNotFound):
        if away is not None:
            raise away from None
        raise


async def _by_id(wanted: Reference, batches: BatchesClient) -> Found:
    if len(wanted) < WHOLE_LENGTH:
        return await _search(wanted, batches)
    try:
        return Found(await batches.retrieve(check_batch_id(wanted)), exact=True)
    except BatchNotFound as not_found:
        try:  # the form of ids may change: a long text can be the beginning of a longer id
            return await _search(wanted, batches)
        except ReferenceNotFound:
            raise not_found from None


async def _labelled(wanted: Reference, batches: BatchesClient, database: Database) -> Found | None:
    """Find the batch with this label: among several of the same the one that has not ended, if it is one."""
    ids = await database.run(lambda connection: labels.find(connection, label=wanted))
    fitting: list[MessageBatch] = []
    for id in sorted(ids):
        with suppress(BatchNotFound):
            fitting.append(await batches.retrieve(check_batch_id(id)))
    fitting.sort(key=lambda batch: batch.created_at, reverse=True)
    unfinished = [batch for batch in fitting if not batch.has_ended]
    match unfinished or fitting:
        case []:
            return None
        case [batch]:
            return Found(batch, exact=False)
        case several:
            raise ReferenceAmbiguous(wanted, tuple(several[:CANDIDATES_SHOWN]), len(several))


async def _search(wanted: Reference, batches: BatchesClient) -> Found:
    fitting: list[MessageBatch] = []
    searched, all_searched = 0, True
    async for batch, is_all in _newest(batches):
        searched, all_searched = searched + 1, is_all
        if str(batch.id) == wanted:
            return Found(batch, exact=True)
        if batch.id.startswith((wanted, PREFIX + wanted)):
            fitting.append(batch)
    match fitting:
        case []:
            raise ReferenceNotFound(wanted, searched, all_searched)
        case [batch]:
            return Found(batch, exact=False)
        case _:
            raise ReferenceAmbiguous(wanted, tuple(fitting[:CANDIDATES_SHOWN]), len(fitting))


async def _newest(batches: BatchesClient) -> AsyncIterator[tuple[MessageBatch, bool]]:
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
