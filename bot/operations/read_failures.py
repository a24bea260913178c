"""Reading which requests of a batch failed, and why."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from bot.api.errors import BatchNotFound, ResultsBroken
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.operations.progress import Progress
from bot.operations.read_results import ResultsNotYetAvailable, ResultsTruncated
from bot.operations.services import Services
from bot.results.failures import FailedRequests


async def read_failures(services: Services, parts: Iterable[MessageBatch], progress: Progress) -> FailedRequests:
    """Read all failures of a batch, or of all parts of a file: some of them would look like all of them.

    Raises ReadingFailed, ApiError.
    """
    failures = FailedRequests()
    for part in parts:
        await _read_one(services, part, progress, failures)
    return failures


async def _read_one(services: Services, batch: MessageBatch, progress: Progress, failures: FailedRequests) -> None:
    batch_id = check_batch_id(batch.id)
    batches = services.workspace.batches
    try:
        async with aclosing(batches.result_bytes(batch_id)) as chunks:
            async for chunk in chunks:
                failures.feed(chunk)
                progress.count(chunk.count(b"\n"), len(chunk))
                await asyncio.sleep(0)
        failures.finish()
    except BatchNotFound:
        await batches.retrieve(batch_id)  # raises the same error if the batch was deleted meanwhile
        raise ResultsNotYetAvailable(batch, progress.reading, progress.retry_command) from None
    except ResultsBroken as error:
        raise ResultsTruncated(batch, progress.reading, progress.retry_command, error.reason) from error
    if failures.cut_off:
        reason = "the file ends in the middle of a line"
        raise ResultsTruncated(batch, progress.reading, progress.retry_command, reason)
