"""Maintenance: every worker enqueues due jobs, takes over from dead workers, and redrives what got stuck."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bot.store.db.database import Database, StoreFault, StoreUnavailable
from bot.store.db.outbox import Outbox
from bot.store.records import bulks, cards, confirmations, notices, scheduled_jobs, workers
from bot.store.records.bulks import BULK
from bot.store.records.workers import WorkerProcess
from bot.store.transactions import retention
from bot.store.transactions.begin_watch import SWEEP
from bot.store.transactions.retention import KEEP_ALL, Limits
from bot.worker.engine import Engine
from bot.worker.processes import identify_machine, is_running

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""Seconds between two rounds."""
HEARTBEAT_INTERVAL = timedelta(seconds=10)
REDRIVE_AFTER = timedelta(minutes=2)
"""How long a card or notice must be overdue before it is enqueued again."""
MESSAGE_DELAY = timedelta(seconds=3)
"""How long the last message of a dead process may take to appear. No one looks for it before that."""
_OUTBOXES: Sequence[Outbox[Any]] = (notices.OUTBOX, cards.OUTBOX)
_SWEEP_TIMEOUT = timedelta(minutes=3)


class Chore(Struct, frozen=True):
    """Something that one of all workers does periodically. If it fails, it runs again next time."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]


class Maintenance:
    """The maintenance loops of one worker in one workspace. A failure is logged, and the loop continues.

    `databases`: the store as each workspace sees it. None means that another worker of this process, in another
    workspace, keeps what belongs to the process: the heartbeat, and what dead processes held.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        now: Callable[[], datetime],
        chores: Sequence[Chore] = (),
        pause: float = PAUSE_SECONDS,
        limits: Limits = KEEP_ALL,
        databases: Sequence[Database] | None = (),
    ) -> None:
        self._keeps_process = databases is not None
        self._databases = databases or (database,)
        self._database = database
        self._engine = engine
        self._now = now
        self._pause = pause
        self._limits = limits
        self._last_heartbeat: datetime | None = None
        self._store_fault: StoreFault | None = None
        self._running: set[str] = set()
        self._chores = (
            Chore("redrive", timedelta(seconds=30), self.redrive),
            Chore("prune", timedelta(days=1), self.prune),
            *chores,
        )

    async def run(self) -> None:
        """Run until canceled. A slow chore delays neither the heartbeat nor another chore."""
        async with asyncio.TaskGroup() as chores:
            while True:
                await self._begin_round(chores)
                await asyncio.sleep(self._pause)

    async def run_once(self) -> None:
        """Do what is due now. Failures are logged."""
        async with asyncio.TaskGroup() as chores:
            await self._begin_round(chores)

    async def _begin_round(self, chores: asyncio.TaskGroup) -> None:
        for step in (self._keep_process, self.enqueue_sweep, partial(self._begin_due, chores)):
            await self._try(step)

    async def _begin_due(self, chores: asyncio.TaskGroup) -> None:
        """Begin the chores that are due; one that still runs is left alone. One read finds them all."""
        idle = {chore.name: chore for chore in self._chores if chore.name not in self._running}
        now = self._now()
        for name in await self._database.run(partial(scheduled_jobs.find_due, names=idle, now=now)):
            self._running.add(name)
            chores.create_task(self._run_chore(idle[name]))

    async def _run_chore(self, chore: Chore) -> None:
        try:
            await self._try(partial(self._do_chore, chore))
        finally:
            self._running.discard(chore.name)

    async def _try(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except StoreUnavailable as error:
            if (
                self._keeps_process and error.reason != self._store_fault
            ):  # once, because a growing log does not help a full disk
                log.error("the store is %s: no batch is watched until it works again; nothing is lost", error.reason)
            self._store_fault = error.reason
        except Exception:
            log.exception("maintenance failed, and continues")

    async def mark_stopped(self) -> None:
        """Record that this process stops, so that others take over its work at once."""
        await self._database.run(lambda connection: workers.mark_stopped(connection, self._engine.worker_id))

    async def redrive(self) -> int:
        """Enqueue again what should have been done minutes ago, whatever became of its workflow; return how many."""
        return await self._database.run(self._redrive)

    async def prune(self) -> None:
        """Delete finished workflows and old records."""
        if self._keeps_process:
            await self._engine.prune(self._now())
        await self.prune_store()

    async def prune_store(self) -> int:
        """Delete expired confirmations, old drafts and batches, and what settings limit; return how many batches."""
        now = self._now()
        await self._database.run(lambda connection: confirmations.prune(connection, now - timedelta(days=30)))
        return await self._database.run(lambda connection: retention.prune(connection, now, self._limits))

    async def enqueue_sweep(self) -> None:
        """Enqueue the sweep if it is due and no other worker has."""
        await self._database.run(self._claim_sweep)

    def find_dead(self, connection: Connection) -> list[WorkerProcess]:
        """Return the dead processes."""
        alive = workers.list_alive_ids(connection, self._now()) | {self._engine.worker_id}
        here = identify_machine()
        return [
            each
            for each in workers.list_workers(connection)
            if each.id not in alive or (each.host == here and not is_running(each.pid))
        ]

    async def _keep_process(self) -> None:
        """Send a heartbeat, and take over from dead processes, if no other worker of this process does."""
        if not self._keeps_process:
            return
        now = self._now()
        if self._last_heartbeat is not None and timedelta(0) <= now - self._last_heartbeat < HEARTBEAT_INTERVAL:
            return
        dead = await self._database.run(partial(self._record_heartbeat, now=now))
        self._last_heartbeat = now
        if self._store_fault is not None:
            log.warning("the store works again")
            self._store_fault = None
        for worker in dead:
            count = await self._engine.take_over(worker.id)
            log.warning("took over %d workflows from worker %s", count, worker.id)
            for database in self._databases:
                await database.run(partial(self._release_held, worker=worker))
            # Last, so that another worker repeats all of it if this one dies.
            await self._database.run(partial(workers.remove_worker, worker_id=worker.id))

    async def _do_chore(self, chore: Chore) -> None:
        now = self._now()
        turn = await self._database.run(
            partial(scheduled_jobs.claim_turn, name=chore.name, now=now, next_due=now + chore.every)
        )
        if turn is not None:
            await chore.do()

    def _claim_sweep(self, connection: Connection) -> None:
        now = self._now()
        turn = scheduled_jobs.claim_turn(connection, SWEEP, now, now + _SWEEP_TIMEOUT, furthest=timedelta(minutes=30))
        if turn is not None:
            workspace = connection.get_execution_options().get("workspace_id", "")
            mark = "" if self._keeps_process else f"{workspace}:"  # turns are counted in each workspace
            self._engine.enqueue(connection, SWEEP, f"sweep:{mark}{turn}", "sweeps", [turn])

    def _record_heartbeat(self, connection: Connection, now: datetime) -> list[WorkerProcess]:
        workers.record_heartbeat(connection, self._engine.process, now)
        return self.find_dead(connection)

    def _release_held(self, connection: Connection, worker: WorkerProcess) -> None:
        """Release what a dead worker held in a workspace."""
        at = self._now() + MESSAGE_DELAY
        for outbox in _OUTBOXES:
            outbox.release_claims(connection, worker.id, at)
        for bulk_id in bulks.release_all(connection, worker.id):
            self._engine.enqueue(connection, BULK, f"bulk:{bulk_id}:{worker.id}", "api", [bulk_id])

    def _redrive(self, connection: Connection) -> int:
        now = self._now()
        count = 0
        for outbox in _OUTBOXES:
            overdue = outbox.find_overdue(connection, now - REDRIVE_AFTER)
            for row in overdue:
                outbox.enqueue_again(connection, self._engine.enqueue, row, now, timedelta(0))
            count += len(overdue)
        return count
