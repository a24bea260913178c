"""Reading one line of a batch's results, and no more of the file than it takes to find it."""

import asyncio
from contextlib import aclosing, suppress

from msgspec import Struct

from bot.api.errors import BatchNotFound, RequestsUnreadable, ResultsBroken
from bot.api.ids import check_batch_id
from bot.api.models import MessageBatch
from bot.operations.progress import Progress
from bot.operations.read_results import ResultsNotYetAvailable, ResultsTruncated, select_prices
from bot.operations.services import Services
from bot.results.find_result import OneResult, ResultFinder, read_result

# Bytes searched between two turns of the event loop: about 0.1 ms.
_SLICE = 24 * 1024


class MissingResult(Struct, frozen=True):
    """No line has this custom_id. `near`: the most similar ones.

    `lines` were searched, and `broken` of them could not be read. `was_sent`: whether the request was sent; None if
    the requests are not kept.
    """

    lines: int
    broken: int
    near: tuple[str, ...]
    was_sent: bool | None


async def find_result(
    services: Services, batch: MessageBatch, custom_id: str, progress: Progress
) -> OneResult | MissingResult:
    """Read results until the line is found. Raises ReadingFailed, ApiError."""
    finder = ResultFinder(custom_id)
    batches = services.workspace.batches
    try:
        async with aclosing(batches.result_bytes(batch.id)) as chunks:
            async for chunk in chunks:
                for start in range(0, len(chunk), _SLICE):
                    lines = finder.lines
                    part = chunk[start : start + _SLICE]
                    found = finder.feed(part)
                    progress.count(finder.lines - lines, len(part))
                    if found is not None:  # leaving closes the connection
                        return read_result(found, select_prices(services, batch))
                    await asyncio.sleep(0)
        if (found := finder.finish()) is not None:
            return read_result(found, select_prices(services, batch))
    except BatchNotFound:
        await batches.retrieve(batch.id)  # raises the same error if the batch was deleted meanwhile
        raise ResultsNotYetAvailable(batch, progress.reading, progress.retry_command) from None
    except ResultsBroken as error:
        raise ResultsTruncated(batch, progress.reading, progress.retry_command, error.reason) from error
    if finder.cut_off:
        reason = "the file ends in the middle of a line"
        raise ResultsTruncated(batch, progress.reading, progress.retry_command, reason)
    return MissingResult(finder.lines, finder.broken, finder.near, await _was_sent(services, batch, custom_id))


async def _was_sent(services: Services, batch: MessageBatch, custom_id: str) -> bool | None:
    """Return whether the kept requests have this custom_id; None if they are not kept or cannot be read."""
    with suppress(RequestsUnreadable):
        ids = services.drafts.archive.read_ids(check_batch_id(batch.id))
        return await asyncio.to_thread(lambda: custom_id in ids)
    return None
