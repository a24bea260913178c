"""A pulse in every worker that hands out what is due, takes over from the dead, and redrives what got stuck."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from bot.confirmations import EXECUTE
from bot.store.db.database import Database, Reason, StoreUnavailable
from bot.store.db.outbox import Outbox
from bot.store.records import audit, cards, confirmations, notices, scheduled_jobs, workers
from bot.store.records.workers import WorkerProcess
from bot.store.transactions import retention
from bot.store.transactions.begin_watch import SWEEP
from bot.worker.engine import Engine
from bot.worker.processes import identify_machine, is_running

log = logging.getLogger(__name__)

PULSE_SECONDS = 2.0
HEARTBEAT_INTERVAL = timedelta(seconds=10)
REDRIVE_AFTER = timedelta(minutes=2)
"""After so long a notice that should have been tried is handed over again."""
MESSAGE_DELAY = timedelta(seconds=3)
"""So long a message of a process that died may take to show; nobody looks for it before."""
SETTLE_AFTER = timedelta(minutes=10)
"""After so long a change without an outcome is looked at again: the store was away when its safety net came."""
_OUTBOXES: Sequence[Outbox[Any]] = (notices.OUTBOX, cards.OUTBOX)
_WITH_A_NET = ("cancel", "delete")
_SWEEP_LASTS = timedelta(minutes=3)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Chore(Struct, frozen=True):
    """Something one of all processes does every so often; it is done again next time if it fails."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]


class Maintenance:
    """The pulse of one worker. Whatever fails is logged, and the next pulse comes."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        now: Callable[[], datetime],
        chores: Sequence[Chore] = (),
        pause: float = PULSE_SECONDS,
    ) -> None:
        self._database = database
        self._engine = engine
        self._now = now
        self._pause = pause
        self._last_beat: datetime | None = None
        self._trouble: Reason | None = None
        self._chores = (
            Chore("redrive", timedelta(seconds=30), self.redrive),
            Chore("prune", timedelta(days=1), self.prune),
            *chores,
        )

    async def run(self) -> None:
        """Pulse until cancelled; a chore that takes its time holds up neither the beat nor another."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._repeat(self._beat, self.enqueue_sweep))
            for chore in self._chores:
                loops.create_task(self._repeat(partial(self._do_chore, chore)))

    async def run_once(self) -> None:
        """Do what is due now; raises nothing that a later pulse may mend."""
        for step in (self._beat, self.enqueue_sweep):
            await self._try(step)
        for chore in self._chores:
            await self._try(partial(self._do_chore, chore))

    async def _repeat(self, *steps: Callable[[], Awaitable[None]]) -> None:
        while True:
            for step in steps:
                await self._try(step)
            await asyncio.sleep(self._pause)

    async def _try(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except StoreUnavailable as error:
            if error.reason != self._trouble:  # once: a log without end does not help a disk that is full
                log.error("the store is %s: nothing is watched until it works again; nothing is lost", error.reason)
            self._trouble = error.reason
        except Exception:
            log.exception("upkeep failed, and goes on")

    async def mark_stopped(self) -> None:
        """Say that this process stops, so that nobody waits for it before taking over what it left."""
        await self._database.run(lambda connection: workers.mark_stopped(connection, self._engine.worker_id, _LONG_AGO))

    async def redrive(self) -> int:
        """Hand over again what should have been sent minutes ago, whatever became of its workflow; say how much."""
        return await self._database.run(self._redrive)

    async def prune(self) -> None:
        """Delete what nobody will ask for again: finished workflows and what they were about."""
        await self._engine.prune(self._now())
        await self.prune_store()

    async def prune_store(self) -> int:
        """Delete lapsed questions, drafts nobody wants, and batches long gone; say how many batches."""
        now = self._now()
        await self._database.run(lambda connection: confirmations.prune(connection, now - timedelta(days=30)))
        return await self._database.run(lambda connection: retention.prune(connection, now))

    async def enqueue_sweep(self) -> None:
        """Hand the sweep over if it is due and nobody else has."""
        await self._database.run(self._hand_out_sweep)

    def find_dead(self, connection: Connection) -> list[WorkerProcess]:
        """Give the processes that are dead."""
        now = self._now()
        return [each for each in workers.list_workers(connection) if self._is_dead(each, now)]

    async def _beat(self) -> None:
        now = self._now()
        if self._last_beat is not None and timedelta(0) <= now - self._last_beat < HEARTBEAT_INTERVAL:
            return
        dead = await self._database.run(partial(self._beat_and_find, now=now))
        self._last_beat = now
        if self._trouble is not None:
            log.warning("the store works again")
            self._trouble = None
        for worker in dead:
            count = await self._engine.take_over(worker.id)
            log.warning("took over %d pieces of work from worker %s", count, worker.id)
            await self._database.run(partial(self._bury, worker=worker))

    async def _do_chore(self, chore: Chore) -> None:
        now = self._now()
        turn = await self._database.run(
            partial(scheduled_jobs.claim_turn, name=chore.name, now=now, next_due=now + chore.every)
        )
        if turn is not None:
            await chore.do()

    def _hand_out_sweep(self, connection: Connection) -> None:
        now = self._now()
        turn = scheduled_jobs.claim_turn(connection, SWEEP, now, now + _SWEEP_LASTS, furthest=timedelta(minutes=30))
        if turn is not None:
            self._engine.enqueue(connection, SWEEP, f"sweep:{turn}", "sweeps", [turn])

    def _beat_and_find(self, connection: Connection, now: datetime) -> list[WorkerProcess]:
        workers.record_heartbeat(connection, self._engine.process, now)
        return self.find_dead(connection)

    def _is_dead(self, worker: WorkerProcess, now: datetime) -> bool:
        if worker.id == self._engine.worker_id:
            return False
        return not workers.is_alive(worker, now) or (worker.host == identify_machine() and not is_running(worker.pid))

    def _bury(self, connection: Connection, worker: WorkerProcess) -> None:
        """Free what a dead worker held, and forget it; last, so that whoever dies before does it again."""
        at = self._now() + MESSAGE_DELAY
        for outbox in _OUTBOXES:
            outbox.release_claims(connection, worker.id, at)
        workers.remove_worker(connection, worker.id)

    def _redrive(self, connection: Connection) -> int:
        now = self._now()
        count = 0
        for outbox in _OUTBOXES:
            overdue = outbox.find_overdue(connection, now - REDRIVE_AFTER)
            for row in overdue:
                outbox.enqueue_again(connection, self._engine.enqueue, row, now, timedelta(0))
            count += len(overdue)
        unsettled = audit.find_unsettled(connection, _WITH_A_NET, now - timedelta(days=1), now - SETTLE_AFTER)
        for number in unsettled:
            mark = int(now.timestamp() // SETTLE_AFTER.total_seconds())
            self._engine.enqueue(connection, EXECUTE, f"act:{number}:{mark}", "api", [number])
        return count + len(unsettled)
