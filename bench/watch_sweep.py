"""Measure sweeps of each workspace's watches, and one GET for each batch instead, and print the figures as JSON.

A turn sweeps each workspace once: one without a file of workspaces, where 10,000 batches are watched.
"""

import asyncio
import gc
import json
import logging
import sys
import time
from contextlib import AsyncExitStack
from functools import partial

import httpx
from sqlalchemy import Connection

from bot.api.client import BatchesClient
from bot.api.models import MessageBatch
from bot.app import utc_now
from bot.clients import open_api_http
from bot.operations.listing_memory import ListingMemory
from bot.operations.snapshots import snapshot_batch
from bot.settings.loading import load_settings
from bot.settings.workspaces import load_workspaces
from bot.store.db.database import Database
from bot.store.db.task_queue import enqueue_nothing
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch
from bot.store.transactions.announce import Announcer
from bot.worker.sweep import Sweep

SWEEPS = 7
POLLS = 1_000


class CountingTransport(httpx.AsyncHTTPTransport):
    """A transport that counts requests."""

    requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count a request and send it."""
        self.requests += 1
        return await super().handle_async_request(request)


async def watch_batches(database: Database, batches: BatchesClient, count: int) -> list[MessageBatch]:
    """Watch the newest unfinished batches of the workspace, in one transaction and without their cards."""
    found = [batch async for batch in batches.list_all(limit=1_000) if not batch.has_ended][:count]
    await database.run(partial(_watch, found=found))
    return found


def _watch(connection: Connection, found: list[MessageBatch]) -> None:
    now = utc_now()
    for number, batch in enumerate(found):
        watch = StoredWatch(batch.id, "U0ADA", f"C{number % 50:05d}", "watch", now)
        begin_watch.start_watch(connection, enqueue_nothing, watch, snapshot_batch(batch, now), now, card=False)


async def main(count: int) -> None:
    """Watch `count` batches of each workspace, and measure."""
    settings = load_settings(env_file=None)
    database = Database(settings.database_url)
    await asyncio.to_thread(database.open)
    transport = CountingTransport()
    async with AsyncExitStack() as stack:
        sweeps: list[Sweep] = []
        watched = 0
        for workspace in load_workspaces(settings):
            bot_http = await stack.enter_async_context(open_api_http(settings, workspace))
            http = httpx.AsyncClient(transport=transport, base_url=bot_http.base_url, headers=bot_http.headers)
            batches = BatchesClient(http)
            own = database.scoped(workspace.key, is_first=not sweeps)
            found = await watch_batches(own, batches, count)
            watched += len(found)
            sweeps.append(Sweep(batches, own, Announcer(enqueue_nothing), utc_now, ListingMemory()))
            await sweeps[-1].run(0)
        gc.collect()
        gc.freeze()  # as `python -m bot run` does once it has started
        before = transport.requests
        cpu = []
        wall = []
        for turn in range(SWEEPS):
            cpu_before = time.process_time()
            wall_before = time.perf_counter()
            for sweep in sweeps:
                await sweep.run(turn)
            cpu.append(time.process_time() - cpu_before)
            wall.append(time.perf_counter() - wall_before)
        requests = (transport.requests - before) / SWEEPS
        started = time.process_time()
        for batch in found[:POLLS]:
            await batches.retrieve(batch.id)
        polls = (time.process_time() - started) / min(POLLS, len(found)) * watched
        await transport.aclose()
    await database.close()
    print(json.dumps({"watched": watched, "requests": requests, "cpu": cpu, "wall": wall, "polls": polls}))


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(main(int(sys.argv[1])))
