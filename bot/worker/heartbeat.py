"""What a process that takes commands does in the background: it sends heartbeats and deletes stray files."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.api.ids import BatchId
from bot.operations.send_draft import archive_requests
from bot.operations.services import Services
from bot.store.records import drafts, workers
from bot.store.records.drafts import Draft
from bot.worker.lifecycle import RunningWorker, Worker, run_worker
from bot.worker.maintenance import HEARTBEAT_INTERVAL

log = logging.getLogger(__name__)

TIDY_INTERVAL = timedelta(minutes=5)
"""How often stray files are deleted."""
STRAY_AFTER = drafts.UNSENT_LIFETIME
"""How old a file must be that belongs to no draft of this store. Several bots may share a folder."""
PARTIAL_AFTER = timedelta(hours=1)
"""How old an incomplete file must be: no process takes so long to write one."""
ARCHIVED_WITHIN = timedelta(minutes=10)
"""How long the process that sent a draft may take to archive its requests."""


@asynccontextmanager
async def run_process(
    worker: Worker, begin: asyncio.Event, *, takes_commands: bool, does_work: bool, others: Sequence[Worker] = ()
) -> AsyncIterator[RunningWorker | None]:
    """Run the background part of this process until the block is left. `does_work`: run enqueued work after `begin`.

    It sends a heartbeat before it takes anything on, because work held by dead processes is taken over. `others`: its
    workers in other workspaces.
    """
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(run_worker(worker, begin, others)) if does_work else None
        if takes_commands:
            await stack.enter_async_context(announce_presence(worker, others, sends_heartbeats=not does_work))
        yield running


@asynccontextmanager
async def announce_presence(
    worker: Worker, others: Sequence[Worker] = (), *, sends_heartbeats: bool
) -> AsyncIterator[None]:
    """Send heartbeats until the block is left, and delete stray files meanwhile.

    `sends_heartbeats` False: another part of this process sends them after the first one.

    Raises StoreUnavailable.
    """
    await _send_heartbeat(worker)
    task = asyncio.create_task(_run(worker, others, sends_heartbeats=sends_heartbeats))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if sends_heartbeats:
            with contextlib.suppress(Exception):  # if the store fails now, others wait for a minute instead
                await worker.maintenance.mark_stopped()


async def delete_stray_files(services: Services, others: Sequence[Services] = ()) -> int:
    """Delete the files of drafts that can never be sent, and archived requests that are too old.

    The process at work deletes them itself; these are left by processes that died. Returns how many files of drafts it
    deleted. `others`: other workspaces, whose drafts are in the same folder. Raises StoreUnavailable, OSError.
    """
    await asyncio.to_thread(services.drafts.archive.prune, services.now())
    found = {path: path.name.partition(".")[0] for path in await asyncio.to_thread(_list_files, services)}
    ids = frozenset(found.values())
    known = {draft.id: draft for draft in await services.database.run(partial(drafts.list_with_ids, ids=ids))}
    elsewhere = {
        draft.id for each in others for draft in await each.database.run(partial(drafts.list_with_ids, ids=ids))
    }
    sending = await services.database.run(drafts.find_wholes_in_doubt)
    count = 0
    for path, draft_id in found.items():
        if draft_id in elsewhere:
            continue
        draft = known.get(draft_id)
        if draft is None:
            is_stray = await asyncio.to_thread(_is_old, path, services.now())
        else:
            is_stray = not draft.needs_file and draft.id not in sending
            if draft.state == "sent":
                is_stray = services.now() - draft.changed_at > ARCHIVED_WITHIN
                if is_stray and draft.is_divided:
                    await _archive_parts(services, draft)
                elif is_stray and draft.batch_id is not None and path == services.drafts.requests_file(draft.id):
                    await archive_requests(services, draft, draft.batch_id, draft.changed_at)
        if is_stray:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            count += 1
    return count


async def _run(worker: Worker, others: Sequence[Worker], *, sends_heartbeats: bool) -> None:
    tidied: datetime | None = None
    while True:
        now = worker.services.now()
        try:
            if tidied is None or now - tidied > TIDY_INTERVAL:
                tidied = now
                each_services = [each.services for each in (worker, *others)]
                for services in each_services:
                    await delete_stray_files(services, [each for each in each_services if each is not services])
            if sends_heartbeats:
                await _send_heartbeat(worker)
        except Exception:
            log.exception("the heartbeat or the deletion of stray files failed, and is tried again")
        await asyncio.sleep(HEARTBEAT_INTERVAL.total_seconds())


async def _send_heartbeat(worker: Worker) -> None:
    services = worker.services
    me = worker.engine.process
    await services.database.run(lambda connection: workers.record_heartbeat(connection, me, services.now()))


async def _archive_parts(services: Services, whole: Draft) -> None:
    """Archive the requests of the parts whose process died before it did."""
    for part in await services.database.run(lambda connection: drafts.list_parts(connection, whole.id, "sent")):
        if part.batch_id is not None and not services.drafts.archive.contains(BatchId(part.batch_id)):
            await archive_requests(services, part, part.batch_id, part.changed_at)


def _list_files(services: Services) -> list[Path]:
    """Return the files of drafts, complete or not."""
    return [path for path in services.drafts.folder.glob("*.*") if path.is_file()]


def _is_old(path: Path, now: datetime) -> bool:
    """Return whether a file that belongs to no draft of this store is left over."""
    longest = STRAY_AFTER if path.suffix == ".jsonl" else PARTIAL_AFTER
    try:
        return path.stat().st_mtime < (now - longest).timestamp()
    except FileNotFoundError:  # its process has finished with it
        return False
