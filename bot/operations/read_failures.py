"""Reading which requests of a batch failed, and why."""

import asyncio
from contextlib import aclosing

from bot.api.errors import BatchNotFound, ResultsBroken
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.operations.progress import Progress
from bot.operations.read_results import ResultsNotYetAvailable, ResultsTruncated
from bot.operations.services import Services
from bot.results.failures import FailedRequests


async def read_failures(services: Services, batch: MessageBatch, progress: Progress) -> FailedRequests:
    """Read all failures: a part of them would look like all of them. Raises ReadingFailed, ApiError."""
    failures, reason = FailedRequests(), "the file ends in the middle of a line"
    try:
        async with aclosing(services.workspace.batches.result_bytes(check_batch_id(batch.id))) as chunks:
            async for chunk in chunks:
                failures.feed(chunk)
                progress.count(chunk.count(b"\n"), len(chunk))
                await asyncio.sleep(0)
        failures.finish()
    except BatchNotFound:
        await services.workspace.batches.retrieve(
            check_batch_id(batch.id)
        )  # raises the same error if the batch was deleted meanwhile
        raise ResultsNotYetAvailable(batch, progress.reading, progress.retry_command) from None
    except ResultsBroken as error:
        failures.cut_off, reason = True, error.reason
    if failures.cut_off:
        raise ResultsTruncated(batch, progress.reading, progress.retry_command, reason)
    return failures
