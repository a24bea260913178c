"""What a process that takes commands does in the background: it sends heartbeats and deletes stray files."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot.operations.services import Services
from bot.store.records import drafts, workers
from bot.worker.lifecycle import RunningWorker, Worker, run_worker
from bot.worker.maintenance import HEARTBEAT_INTERVAL

log = logging.getLogger(__name__)

TIDY_INTERVAL = timedelta(hours=6)
"""How often stray files are deleted."""
STRAY_AFTER = drafts.UNSENT_LIFETIME
"""How old a file must be that belongs to no open draft. Several bots may share a folder."""


@asynccontextmanager
async def run_process(
    worker: Worker, begin: asyncio.Event, *, takes_commands: bool, does_work: bool
) -> AsyncIterator[RunningWorker | None]:
    """Run the background part of this process until the block is left. `does_work`: run enqueued work after `begin`.

    It sends a heartbeat before it takes anything on, because work held by dead processes is taken over.
    """
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(run_worker(worker, begin)) if does_work else None
        if takes_commands:
            await stack.enter_async_context(announce_presence(worker, sends_heartbeats=not does_work))
        yield running


@asynccontextmanager
async def announce_presence(worker: Worker, *, sends_heartbeats: bool) -> AsyncIterator[None]:
    """Send heartbeats until the block is left, and delete stray files meanwhile.

    `sends_heartbeats` False: another part of this process sends them after the first one.

    Raises StoreUnavailable.
    """
    await _send_heartbeat(worker)
    task = asyncio.create_task(_run(worker, sends_heartbeats=sends_heartbeats))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if sends_heartbeats:
            with contextlib.suppress(Exception):  # if the store fails now, others wait for a minute instead
                await worker.maintenance.mark_stopped()


async def delete_stray_files(services: Services) -> int:
    """Delete the files of drafts that are not open, and archived requests that are too old.

    Returns how many files of drafts it deleted. Raises StoreUnavailable, OSError.
    """
    await asyncio.to_thread(services.drafts.archive.prune, services.now())
    before = services.now() - STRAY_AFTER
    found = {path: path.name.partition(".")[0] for path in await asyncio.to_thread(_find_old_files, services, before)}
    open_ids = await services.database.run(lambda connection: drafts.filter_open(connection, found.values()))
    stray = [path for path, draft_id in found.items() if draft_id not in open_ids]
    for path in stray:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return len(stray)


async def _run(worker: Worker, *, sends_heartbeats: bool) -> None:
    tidied: datetime | None = None
    while True:
        now = worker.services.now()
        try:
            if tidied is None or now - tidied > TIDY_INTERVAL:
                tidied = now
                await delete_stray_files(worker.services)
            if sends_heartbeats:
                await _send_heartbeat(worker)
        except Exception:
            log.exception("the heartbeat or the deletion of stray files failed, and is tried again")
        await asyncio.sleep(HEARTBEAT_INTERVAL.total_seconds())


async def _send_heartbeat(worker: Worker) -> None:
    services = worker.services
    me = worker.engine.process
    await services.database.run(lambda connection: workers.record_heartbeat(connection, me, services.now()))


def _find_old_files(services: Services, before: datetime) -> list[Path]:
    """Return the files of drafts, complete or not, that were last written before a moment."""
    files = services.drafts.folder.glob("*.*")
    return [path for path in files if path.is_file() and path.stat().st_mtime < before.timestamp()]
