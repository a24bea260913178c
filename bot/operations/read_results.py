"""Reading the results of a batch to the end, for every verb that needs them, and storing their summary."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Protocol

from msgspec import Struct
from msgspec.structs import asdict, replace

from bot.api.errors import BatchNotFound, RequestsUnreadable, ResultsBroken
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.errors import ExpectedError
from bot.operations.ledger import describe_batch, dump_spent, summarize_spent
from bot.operations.progress import Progress, ReadingProgress
from bot.operations.services import Services
from bot.pricing.prices import Prices
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import MissingResults, ResultsSummary, SummaryUnreadable
from bot.results.totals import add_up_summaries
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.store.records import summaries
from bot.store.records.ledger import LedgerRow
from bot.store.records.summaries import DownloadedFile, StoredSummary
from bot.store.transactions import deletions

SUMMARY_RETENTION = timedelta(days=400)
"""How long summaries are stored, longer than any period of the cost report. The API keeps results for 29 days."""

_MISSING_NAMED = 100

# Bytes processed between two turns of the event loop: about 0.03 ms, and about 0.5 ms. An ack needs several turns.
_SUMMARY_SLICE = 24 * 1024
_CONVERSION_SLICE = 32 * 1024


class ReadSummary(Struct, frozen=True):
    """The summary of a batch's results, who read them and when, and who downloaded a file of them last."""

    summary: ResultsSummary
    priced_on: date | None
    read_by: str
    read_at: datetime
    downloaded_file: DownloadedFile | None = None
    downloaded_by: str | None = None
    downloaded_at: datetime | None = None


@dataclass(eq=False)
class ReadingFailed(ExpectedError):
    """The results were not read to their end, and nothing of them is kept. `retry_command` reads them again."""

    batch: MessageBatch
    reading: ReadingProgress
    retry_command: str

    def _fact(self) -> str:
        return f"the results of {self.batch.id} could not be read"


@dataclass(eq=False)
class ResultsTruncated(ReadingFailed):
    """The connection broke, or the file ended in the middle of a line."""

    reason: str

    def _fact(self) -> str:
        return f"the results of {self.batch.id} were cut off: {self.reason}"


class ResultsNotYetAvailable(ReadingFailed):
    """The batch has ended, but the API has no results yet. That happens for a short while."""

    def _fact(self) -> str:
        return f"the results of {self.batch.id} are not available yet"


@dataclass(eq=False)
class ResultsNotSaved(ReadingFailed):
    """The disk did not take the file; `full` means that it has no space left."""

    full: bool
    reason: str

    def _fact(self) -> str:
        return f"the disk did not take the results of {self.batch.id}: {self.reason}"


AnyReadingFailed = ResultsTruncated | ResultsNotYetAvailable | ResultsNotSaved
"""Every ReadingFailed that is raised."""


class Converter(Protocol):
    """Converts the bytes of results into the bytes of a file, chunk by chunk."""

    def feed(self, chunk: bytes) -> bytes:
        """Return the converted bytes that this chunk completes."""

    def finish(self) -> bytes:
        """Return the converted bytes that are left at the end."""


class ResultsCopy(Struct, frozen=True):
    """A file to make while results are read: its converter, and the scratch file to write to."""

    converter: Converter
    scratch_file: ScratchFile


def add_up_read(read: Sequence[ReadSummary]) -> ReadSummary:
    """Return what was read of the parts of a file as one summary, as of the last reading."""
    if len(read) == 1:
        return read[0]
    dates = [each.priced_on for each in read if each.priced_on is not None]
    latest = max(read, key=attrgetter("read_at"))
    return ReadSummary(
        add_up_summaries([each.summary for each in read]), max(dates, default=None), latest.read_by, latest.read_at
    )


async def cached_summary(services: Services, batch: MessageBatch) -> ReadSummary | None:
    """Return the stored summary of a batch if it is fresh. Raises StoreUnavailable."""
    stored = await services.database.run(lambda connection: summaries.get(connection, batch.id))
    return if_fresh(services, batch, stored) if stored else None


def if_fresh(services: Services, batch: MessageBatch, stored: StoredSummary) -> ReadSummary | None:
    """Return a stored summary, or None if the results must be read again.

    Results are read again while they disagree with the batch's own counts, because the file may have become complete,
    when a model or a region whose price was missing has a price now, and when an earlier version of the bot read them,
    which did not know all that is billed. Results that the API no longer keeps cannot
    be read again, so their summary is always fresh.
    """
    fetched = decode_summary(stored)
    if fetched is None or not batch.is_readable(services.now()):
        return fetched
    cost = fetched.summary.cost
    prices = select_prices(services, batch)
    is_outdated = (
        cost.outdated > 0
        or any(map(prices.find_row, cost.unknown_models))
        or any(map(prices.regions.get, cost.unknown_regions))
        or (cost.web_searches > 0 and prices.tools.web_search is not None)
    )
    return None if is_outdated or fetched.summary.find_differences(batch.request_counts) else fetched


def decode_summary(stored: StoredSummary) -> ReadSummary | None:
    """Decode a stored summary; None if another version of the bot wrote it."""
    try:
        summary = ResultsSummary.from_json(stored.summary)
    except SummaryUnreadable:
        return None
    priced_on = date.fromisoformat(stored.priced_on) if stored.priced_on else None
    return ReadSummary(
        summary,
        priced_on,
        stored.fetched_by,
        stored.fetched_at,
        stored.taken,
        stored.taken_by,
        stored.taken_at,
    )


async def read_results(
    services: Services, batch: MessageBatch, caller: Caller, progress: Progress, copy: ResultsCopy | None = None
) -> ReadSummary:
    """Read the results to their end, write a copy if one is wanted, and store the summary.

    Raises:
        ReadingFailed: nothing is stored.
        ApiError, StoreUnavailable.
    """
    reader = ResultsSummarizer(select_prices(services, batch))
    try:
        await _stream(services, batch, reader, progress, copy)
    except BatchNotFound:
        await services.workspace.batches.retrieve(batch.id)  # raises the same error if the batch was deleted meanwhile
        raise ResultsNotYetAvailable(batch, _measure_progress(reader), progress.retry_command) from None
    except ResultsBroken as error:
        raise ResultsTruncated(batch, _measure_progress(reader), progress.retry_command, error.reason) from error
    except ScratchFileFailed as error:
        raise ResultsNotSaved(
            batch, _measure_progress(reader), progress.retry_command, error.full, error.reason
        ) from error
    lines = reader.lines
    for _ in reader.finish_in_steps():  # some milliseconds at the end of a large file
        await asyncio.sleep(0)
    summary = reader.finish()
    if summary.broken.cut_off:
        raise ResultsTruncated(
            batch, _measure_progress(reader), progress.retry_command, "the file ends in the middle of a line"
        )
    progress.count(summary.lines - lines, 0)  # a last line without a newline
    missing = await _find_missing(services, batch, reader, summary)
    return await _store_summary(services, batch, caller, replace(_add_missing_answers(summary, batch), missing=missing))


async def _stream(
    services: Services, batch: MessageBatch, reader: ResultsSummarizer, progress: Progress, copy: ResultsCopy | None
) -> None:
    async with aclosing(services.workspace.batches.result_bytes(batch.id)) as chunks:
        async for chunk in chunks:
            lines = reader.lines
            await _summarize(reader, chunk)
            progress.count(reader.lines - lines, len(chunk))
            if copy is not None:
                await _write_copy(copy, chunk)
    if copy is not None:
        await copy.scratch_file.write(copy.converter.finish())
        await copy.scratch_file.flush()


async def _summarize(reader: ResultsSummarizer, chunk: bytes) -> None:
    """Summarize a chunk in slices, on the event loop: a thread would delay acks more (bench/README.md)."""
    for start in range(0, len(chunk), _SUMMARY_SLICE):
        reader.feed(chunk[start : start + _SUMMARY_SLICE])
        await asyncio.sleep(0)  # chunks that have arrived already are read without a turn for other tasks


async def _write_copy(copy: ResultsCopy, chunk: bytes) -> None:
    """Convert a chunk in slices, with turns for other tasks in between: CSV takes 20 ms a megabyte."""
    for start in range(0, len(chunk), _CONVERSION_SLICE):
        await copy.scratch_file.write(copy.converter.feed(chunk[start : start + _CONVERSION_SLICE]))
        await asyncio.sleep(0)


async def _store_summary(
    services: Services, batch: MessageBatch, caller: Caller, summary: ResultsSummary
) -> ReadSummary:
    now = services.now()
    priced_on = _newest_price_date(summary, select_prices(services, batch))
    fetched = ReadSummary(summary, priced_on, caller.user, now)
    priced_on_text = priced_on.isoformat() if priced_on else None
    read = StoredSummary(batch.id, summary.to_json(), priced_on_text, caller.user, now)
    spent = make_ledger_row(services, batch, fetched)
    stored = await services.database.run(
        lambda connection: deletions.store_summary(connection, read, spent, delete_before=now - SUMMARY_RETENTION)
    )
    return replace(fetched, downloaded_file=stored.taken, downloaded_by=stored.taken_by, downloaded_at=stored.taken_at)


def make_ledger_row(services: Services, batch: MessageBatch, read: ReadSummary) -> LedgerRow:
    """Return what the ledger keeps of results."""
    known = describe_batch(services, batch)
    return LedgerRow(
        **asdict(known),
        spent=dump_spent(summarize_spent(read.summary)),
        usd=str(read.summary.cost.amount),
        priced_on=read.priced_on.isoformat() if read.priced_on else None,
        read_at=read.read_at,
    )


async def _find_missing(
    services: Services, batch: MessageBatch, reader: ResultsSummarizer, summary: ResultsSummary
) -> MissingResults:
    """Return how many requests have no line, and which, as far as the requests are kept."""
    count = batch.request_counts.total - (summary.counts.total - summary.duplicates)
    if count <= 0:
        return MissingResults()
    with suppress(RequestsUnreadable):
        kept = services.drafts.archive.read_ids(check_batch_id(batch.id))
        absent = await asyncio.to_thread(reader.find_absent, kept)
        return MissingResults(count, tuple(absent[:_MISSING_NAMED]))
    return MissingResults(count)


def _add_missing_answers(summary: ResultsSummary, batch: MessageBatch) -> ResultsSummary:
    """Return the summary with the answers that the batch counts and the file does not contain added to the cost."""
    missing = max(0, batch.request_counts.succeeded - summary.counts.succeeded)
    return replace(summary, cost=replace(summary.cost, unreadable=summary.cost.unreadable + missing))


def _newest_price_date(summary: ResultsSummary, prices: Prices) -> date | None:
    """Return the date of the newest price in the cost."""
    rows = [prices.find_row(use.model) for use in summary.models]
    tools = prices.tools.web_search if any(use.priced_searches for use in summary.models) else None
    return max((each.date for each in (*rows, tools) if each is not None), default=None)


def select_prices(services: Services, batch: MessageBatch) -> Prices:
    """Return the prices of the day (UTC) on which the batch was created."""
    return services.prices.select_day(batch.created_at.astimezone(UTC).date())


def _measure_progress(reader: ResultsSummarizer) -> ReadingProgress:
    return ReadingProgress(lines=reader.lines, bytes=reader.bytes_read)
