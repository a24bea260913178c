"""What every process that takes commands does by itself: it says that it lives, and tidies its own disk."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.operations.services import Services
from bot.store.records import drafts, workers
from bot.worker.lifecycle import Worker, run_worker
from bot.worker.maintenance import HEARTBEAT_INTERVAL

log = logging.getLogger(__name__)

TIDY_INTERVAL = timedelta(hours=6)
"""How often."""
STRAY_AFTER = drafts.UNSENT_LIFETIME
"""So old a file of no open draft is nobody's, in a folder that several bots may share too."""


@asynccontextmanager
async def run_process(worker: Worker, begin: asyncio.Event, *, takes: bool, does: bool) -> AsyncIterator[None]:
    """Have this process do its part until the block is left: take commands, do what is handed over once `begin` is set.

    It is known to live before it takes anything on: what is held by nobody who lives is settled by others.
    """
    async with AsyncExitStack() as stack:
        if does:
            await stack.enter_async_context(run_worker(worker, begin))
        if takes:
            await stack.enter_async_context(announce_presence(worker, beats=not does))
        yield


@asynccontextmanager
async def announce_presence(worker: Worker, *, beats: bool) -> AsyncIterator[None]:
    """Be known to live from before the block until it is left; `beats`: nobody else in this process says so.

    Raises StoreUnavailable.
    """
    await _beat(worker)
    task = asyncio.create_task(_go_on(worker, beats=beats))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if beats:
            with contextlib.suppress(Exception):  # a store that fails now: others wait for a minute instead
                await worker.maintenance.mark_stopped()


async def delete_stray_files(services: Services) -> int:
    """Remove the files here that belong to no open draft, or were kept long enough; say how many of the former.

    Raises StoreUnavailable, OSError.
    """
    await asyncio.to_thread(services.drafts.archive.prune, services.now())
    before = services.now() - STRAY_AFTER
    left = {path: path.name.partition(".")[0] for path in await asyncio.to_thread(_older, services, before)}
    still = await services.database.run(lambda connection: drafts.filter_open(connection, left.values()))
    nobodys = [path for path, draft_id in left.items() if draft_id not in still]
    for path in nobodys:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return len(nobodys)


async def _go_on(worker: Worker, *, beats: bool) -> None:
    tidied: datetime | None = None
    while True:
        now = worker.services.now()
        try:
            if tidied is None or now - tidied > TIDY_INTERVAL:
                tidied = now
                await delete_stray_files(worker.services)
            if beats:
                await _beat(worker)
        except Exception:
            log.exception("a process could not say that it lives, or tidy its disk, and goes on")
        await asyncio.sleep(HEARTBEAT_INTERVAL.total_seconds())


async def _beat(worker: Worker) -> None:
    services, me = worker.services, worker.engine.process
    await services.database.run(lambda connection: workers.record_heartbeat(connection, me, services.now()))


def _older(services: Services, before: datetime) -> list[Path]:
    """Return the files of drafts that were last written before a moment, those half written too."""
    files = services.drafts.folder.glob("*.*")
    return [path for path in files if path.is_file() and path.stat().st_mtime < before.timestamp()]
