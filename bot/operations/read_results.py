"""Reading the results of a batch, once and to the end, for whichever verb wants them, and remembering what came out."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from bot.api.errors import BatchNotFound, ResultsBroken
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.errors import ExpectedError
from bot.operations.progress import Progress, ReadingProgress
from bot.operations.services import Services
from bot.pricing.prices import Prices
from bot.results.summarize import ResultsSummarizer
from bot.results.summary import ResultsSummary, SummaryUnreadable
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.store.records import summaries
from bot.store.records.summaries import DownloadedFile, StoredSummary
from bot.store.transactions import deletions

SUMMARY_RETENTION = timedelta(days=400)
"""Longer than anybody asks for the cost of; the results themselves are gone after 29 days."""

# Bytes between two turns for everybody else, an ack needs several: some 0.03 ms, and half of one.
_SUMMARY_SLICE = 24 * 1024
_CONVERSION_SLICE = 32 * 1024


class ReadSummary(Struct, frozen=True):
    """What came out of a batch, who read it and when, and who took the file."""

    summary: ResultsSummary
    priced_on: date | None
    by: str
    at: datetime
    taken: DownloadedFile | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None


@dataclass(eq=False)
class ReadingFailed(ExpectedError):
    """Results that could not be read to their end; nothing of them is kept. `again` spells the command."""

    batch: MessageBatch
    reading: ReadingProgress
    again: str

    def _fact(self) -> str:
        return f"the results of {self.batch.id} could not be read"


@dataclass(eq=False)
class ResultsTruncated(ReadingFailed):
    """The stream broke, or ended in the middle of a line."""

    reason: str

    def _fact(self) -> str:
        return f"the results of {self.batch.id} were cut off: {self.reason}"


class ResultsNotYetAvailable(ReadingFailed):
    """The batch has ended and the API answers that it has no results: for a while that happens."""

    def _fact(self) -> str:
        return f"the results of {self.batch.id} are not available yet"


@dataclass(eq=False)
class ResultsNotSaved(ReadingFailed):
    """The disk of the bot did not take the file; `full`: there is no room left."""

    full: bool
    reason: str

    def _fact(self) -> str:
        return f"the disk did not take the results of {self.batch.id}: {self.reason}"


AnyReadingFailed = ResultsTruncated | ResultsNotYetAvailable | ResultsNotSaved
"""Every ReadingFailed that is raised."""


class Converter(Protocol):
    """What turns the bytes of the results into those of a file, chunk by chunk."""

    def feed(self, chunk: bytes) -> bytes:
        """Return what this chunk completes."""

    def finish(self) -> bytes:
        """Return what is left at the end."""


class ResultsCopy(Struct, frozen=True):
    """A file that is wanted of the results: how it is made, and where it goes."""

    converter: Converter
    spool: ScratchFile


async def cached_summary(services: Services, batch: MessageBatch) -> ReadSummary | None:
    """Return what is known of the results of a batch, unless they are to be read anew. Raises StoreUnavailable."""
    stored = await services.database.run(lambda connection: summaries.get(connection, batch.id))
    return if_fresh(services, batch, stored) if stored else None


def if_fresh(services: Services, batch: MessageBatch, stored: StoredSummary) -> ReadSummary | None:
    """Return a stored summary as what it says, unless the results are to be read anew.

    What disagrees with the batch's own counts is read again each time: the file may have become whole. So is what
    cost an unknown amount, once a model or a region that it lacked a price for has one.
    """
    fetched = decode_summary(stored)
    if fetched is None or not batch.is_readable(services.now()):
        return fetched
    cost, prices = fetched.summary.cost, services.prices
    priced_now = any(map(prices.find_row, cost.unknown_models)) or any(map(prices.regions.get, cost.unknown_regions))
    return None if priced_now or fetched.summary.find_differences(batch.request_counts) else fetched


def decode_summary(stored: StoredSummary) -> ReadSummary | None:
    """Return a stored summary as what it says; None for one of another version."""
    try:
        summary = ResultsSummary.from_json(stored.summary)
    except SummaryUnreadable:
        return None
    priced_on = date.fromisoformat(stored.priced_on) if stored.priced_on else None
    by, at = stored.fetched_by, stored.fetched_at
    return ReadSummary(summary, priced_on, by, at, stored.taken, stored.taken_by, stored.taken_at)


async def read_results(
    services: Services, batch: MessageBatch, caller: Caller, progress: Progress, copy: ResultsCopy | None = None
) -> ReadSummary:
    """Read the results to their end, make the file that is wanted on the way, and remember the summary.

    Raises:
        ReadingFailed: in one of its kinds; nothing is remembered.
        ApiError, StoreUnavailable.
    """
    reader = ResultsSummarizer(services.prices)
    try:
        await _stream(services, batch, reader, progress, copy)
    except BatchNotFound:
        await services.workspace.batches.retrieve(batch.id)  # raises the same again where it was deleted meanwhile
        raise ResultsNotYetAvailable(batch, _progress_of(reader), progress.again) from None
    except ResultsBroken as error:
        raise ResultsTruncated(batch, _progress_of(reader), progress.again, error.reason) from error
    except ScratchFileFailed as error:
        raise ResultsNotSaved(batch, _progress_of(reader), progress.again, error.full, error.reason) from error
    lines = reader.lines
    for _ in reader.finish_in_steps():  # some milliseconds at the end of a large file
        await asyncio.sleep(0)
    summary = reader.finish()
    if summary.broken.cut_off:
        raise ResultsTruncated(batch, _progress_of(reader), progress.again, "the file ends in the middle of a line")
    progress.note(summary.lines - lines, 0)  # a last line without a newline
    return await _store_summary(services, batch, caller, _count_missing_answers(summary, batch))


async def _stream(
    services: Services, batch: MessageBatch, reader: ResultsSummarizer, progress: Progress, copy: ResultsCopy | None
) -> None:
    async with aclosing(services.workspace.batches.result_bytes(batch.id)) as chunks:
        async for chunk in chunks:
            lines = reader.lines
            await _summarize(reader, chunk)
            progress.note(reader.lines - lines, len(chunk))
            if copy is not None:
                await _convert(copy, chunk)
    if copy is not None:
        await copy.spool.write(copy.converter.finish())
        await copy.spool.flush()


async def _summarize(reader: ResultsSummarizer, chunk: bytes) -> None:
    """Sum up a chunk in the loop (a thread would cost the acks of other commands more: bench/README.md), in turns."""
    for start in range(0, len(chunk), _SUMMARY_SLICE):
        reader.feed(chunk[start : start + _SUMMARY_SLICE])
        await asyncio.sleep(0)  # bytes that wait already come without a turn for anybody else


async def _convert(copy: ResultsCopy, chunk: bytes) -> None:
    """Make a chunk's part of the file, with turns for everybody else in between: a table takes 20 ms a megabyte."""
    for start in range(0, len(chunk), _CONVERSION_SLICE):
        await copy.spool.write(copy.converter.feed(chunk[start : start + _CONVERSION_SLICE]))
        await asyncio.sleep(0)


async def _store_summary(
    services: Services, batch: MessageBatch, caller: Caller, summary: ResultsSummary
) -> ReadSummary:
    now, priced_on = services.now(), _newest_price_date(summary, services.prices)
    dated = priced_on.isoformat() if priced_on else None
    read = StoredSummary(batch.id, summary.to_json(), dated, caller.user, now)
    stored = await services.database.run(
        lambda connection: deletions.store_summary(connection, read, delete_before=now - SUMMARY_RETENTION)
    )
    return ReadSummary(summary, priced_on, caller.user, now, stored.taken, stored.taken_by, stored.taken_at)


def _count_missing_answers(summary: ResultsSummary, batch: MessageBatch) -> ResultsSummary:
    """Return the summary with a cost that says what it lacks: answers that the batch counts and the file does not."""
    missing = max(0, batch.request_counts.succeeded - summary.counts.succeeded)
    return replace(summary, cost=replace(summary.cost, unreadable=summary.cost.unreadable + missing))


def _newest_price_date(summary: ResultsSummary, prices: Prices) -> date | None:
    """Return the date of the newest price that the cost was reckoned with."""
    rows = [prices.find_row(use.model) for use in summary.models]
    return max((row.date for row in rows if row is not None), default=None)


def _progress_of(reader: ResultsSummarizer) -> ReadingProgress:
    return ReadingProgress(lines=reader.lines, bytes=reader.bytes_read)
