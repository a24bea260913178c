"""The durable engine (DBOS Transact). Only this module imports dbos, and only when it is used: that takes 200 ms."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.retrying import retry
from bot.store.db.task_queue import PlainValue
from bot.store.records.workers import WorkerProcess
from bot.worker.processes import identify_machine

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig, EnqueueOptions

log = logging.getLogger(__name__)

Work = Callable[..., Awaitable[None]]
"""An async function of plain arguments. It runs at least once, so it reads the store before it acts."""

APPLICATION = "batchdesk"
# A constant: the default is a hash that changes with every release and would orphan running work. Workflows last
# seconds; one whose order of steps changes gets a new name instead.
VERSION = "1"
WORKFLOW_TIMEOUT = timedelta(minutes=3)
"""A longer workflow is cancelled, so that a dead worker does not block its partition. Redrive enqueues it again."""
_HISTORY = timedelta(days=7)
STOP_SECONDS = 10.0
"""Seconds for which a stopping process waits for its work."""
_PAUSES = (0.5, 2.0, 8.0, 20.0)
"""Seconds between the tries of work while the store is unavailable. After the last one, redrive enqueues it again."""
# For each queue: how many workflows a process runs at once, the seconds between polls, and whether the workflows of a
# partition run one by one.
_THREADS = 24
"""Of a process, for one workspace; each other one adds those of its sweep and of its safety net."""
_AT_ONCE_IN_A_FILE = 3  # a file has one writer at a time: more would wait for each other until they give up
_QUEUES: Mapping[str, tuple[int, float, bool]] = {
    "sweeps": (1, 2.0, False),
    "slack": (8, 1.0, True),
    "cards": (8, 1.0, True),
    "api": (4, 2.0, False),
}
_FOR_EACH_WORKSPACE = frozenset({"sweeps", "api"})
"""The queues that wait for the API: each other workspace adds a workflow at once, so that none waits for another's."""


class Engine:
    """One process's access to the queues. Any process may enqueue; one that was launched also runs workflows.

    Only one engine may be launched in a process at a time. `first`: the workspace of work that names none, which is
    also that of every workflow of earlier versions.
    """

    def __init__(self, database: Database, worker_id: str | None = None, first: str = "") -> None:
        self._database = database
        self._first = first
        self.worker_id = worker_id or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._client: DBOSClient | None = None
        self._launching: asyncio.Future[None] | None = None
        self._under_way: set[asyncio.Future[None]] = set()
        if not (dbos_logger := logging.getLogger("dbos")).handlers:
            dbos_logger.addHandler(logging.NullHandler())  # otherwise it writes to the console, in a format of its own
            dbos_logger.addFilter(_is_worth_logging)

    @property
    def process(self) -> WorkerProcess:
        """Return this process as other processes see it."""
        now = datetime.now(UTC)
        return WorkerProcess(self.worker_id, identify_machine(), os.getpid(), now, now)

    def create_tables(self, *, always: bool = True) -> None:
        """Create or upgrade the engine's own tables; blocks. `always` False: only if there are none."""
        if not always and inspect(self._database.engine).has_table("workflow_status", schema=self._schema()):
            return
        from dbos import DBOS

        DBOS(config=self._config())
        DBOS.listen_queues([])
        try:
            DBOS.launch()
        finally:
            DBOS.destroy(destroy_registry=True)

    async def launch(self, works: Mapping[str, Work], others: Mapping[str, Mapping[str, Work]] = {}) -> None:
        """Begin to run the enqueued work. `works` are the workflows by name; they run on the caller's event loop.

        `others`: those of each other workspace.
        """
        launch = asyncio.to_thread(self._launch, works, others, asyncio.get_running_loop())
        self._launching = asyncio.ensure_future(launch)
        await asyncio.shield(self._launching)  # a thread cannot be cancelled: `destroy` waits for it

    async def destroy(self, seconds: float = STOP_SECONDS) -> None:
        """Stop taking work, and wait `seconds` for running work. Another worker takes over what does not end."""
        if self._launching is not None:
            from dbos import DBOS

            await asyncio.wait([self._launching])
            self._launching = None
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=seconds)
            for work in self._under_way:
                work.cancel()
        if self._client is not None:
            self._client.destroy()
            self._client = None

    def enqueue(
        self,
        connection: Connection,
        name: str,
        workflow_id: str,
        queue: str,
        arguments: Sequence[PlainValue],
        delay: timedelta | None = None,
        partition: str | None = None,
    ) -> None:
        """Enqueue work in the caller's transaction (see bot.store.db.task_queue.Enqueue), for its workspace."""
        options: EnqueueOptions = {
            "workflow_name": name,
            "queue_name": queue,
            "workflow_id": workflow_id,
            "app_version": VERSION,
            "workflow_timeout": WORKFLOW_TIMEOUT.total_seconds(),
        }
        if delay is not None and delay > timedelta(0):
            options["delay_seconds"] = delay.total_seconds()
        if partition is not None:
            options["queue_partition_key"] = partition
        workspace = connection.get_execution_options().get("workspace_id", self._first)
        named = {} if workspace == self._first else {"workspace": workspace}
        self._connected().enqueue_in_transaction(connection, options, *arguments, **named)

    async def list_unstarted(self, name: str) -> dict[str, str]:
        """Return the ids of the workflows of this name that have not begun, and whether each is enqueued or delayed."""
        client = self._connected()
        found = await asyncio.to_thread(client.list_workflows, name=name, status=["ENQUEUED", "DELAYED"])
        return {workflow.workflow_id: workflow.status for workflow in found}

    async def take_over(self, worker_id: str) -> int:
        """Enqueue again what a dead worker had begun; return how many workflows."""
        return await asyncio.to_thread(self._take_over, worker_id)

    async def prune(self, now: datetime, at_once: int = 10_000) -> int:
        """Delete the finished workflows older than 7 days, `at_once` at a time; return how many."""
        return await asyncio.to_thread(self._prune, now, at_once)

    def _connected(self) -> "DBOSClient":
        if self._client is None:
            from dbos import DBOSClient, DBOSPortableJSONSerializer

            self._client = DBOSClient(
                system_database_engine=self._database.engine,
                dbos_system_schema=self._schema(),
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                lazy=True,
            )
        return self._client

    def _launch(
        self, works: Mapping[str, Work], others: Mapping[str, Mapping[str, Work]], loop: asyncio.AbstractEventLoop
    ) -> None:
        from dbos import DBOS

        DBOS(config=self._config(len(others)))
        for name, work in works.items():
            by_workspace = {self._first: work} | {key: found[name] for key, found in others.items()}
            DBOS.workflow(name=name)(self._on_loop(name, by_workspace, loop))
        DBOS.listen_queues(list(_QUEUES))
        DBOS.launch()
        for name, (at_once, seconds, partitioned) in _QUEUES.items():
            here = min(at_once, _AT_ONCE_IN_A_FILE) if self._is_file else at_once
            DBOS.register_queue(
                name,
                worker_concurrency=here + (len(others) if name in _FOR_EACH_WORKSPACE else 0),
                partition_concurrency=1 if partitioned else None,
                polling_interval_sec=seconds,
                on_conflict="always_update",
            )

    def _config(self, others: int = 0) -> "DBOSConfig":
        from dbos import DBOSPortableJSONSerializer

        return {
            "name": APPLICATION,
            "system_database_engine": self._database.engine,
            "dbos_system_schema": self._schema(),
            "application_version": VERSION,
            "executor_id": self.worker_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "use_listen_notify": False,  # saves a connection, and works behind a transaction pooler
            "max_executor_threads": _THREADS + len(_FOR_EACH_WORKSPACE) * others,
            "sys_db_polling_concurrency": 2,
            "scheduler_polling_interval_sec": 3_600.0,  # it schedules nothing: jobs are in our own table
            "notification_listener_polling_interval_sec": 0.1,  # there are none, but its shutdown waits for this pause
        }

    @property
    def _is_file(self) -> bool:
        return self._database.engine.dialect.name == "sqlite"

    def _schema(self) -> str | None:
        """Return the schema of the engine's tables: `dbos`, or one named after our schema if that is not `public`."""
        if self._is_file:
            return None
        with self._database.engine.connect() as connection:
            current = connection.execute(text("SELECT current_schema()")).scalar_one_or_none()
        return "dbos" if current in (None, "public") else f"{current}_dbos"

    def _take_over(self, worker_id: str) -> int:
        from dbos import DBOS

        begun = DBOS.list_workflows(
            status="PENDING", executor_id=worker_id, load_input=False, load_output=False, limit=1_000
        )
        for workflow in begun:
            DBOS.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)
        return len(begun)

    def _prune(self, now: datetime, at_once: int) -> int:
        from dbos import DBOS

        finished_states = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        before = (now - _HISTORY).isoformat()
        count = 0
        while finished := DBOS.list_workflows(
            status=finished_states, completed_before=before, load_input=False, load_output=False, limit=at_once
        ):
            for start in range(0, len(finished), 500):
                DBOS.delete_workflows([workflow.workflow_id for workflow in finished[start : start + 500]])
            count += len(finished)
        return count

    def _on_loop(self, name: str, works: Mapping[str, Work], loop: asyncio.AbstractEventLoop) -> Callable[..., None]:
        """Return a workflow that runs the work of its workspace on the HTTP clients' event loop.

        It waits in the engine's thread.
        """

        async def tracked(work: Work, *arguments: PlainValue) -> None:
            task = asyncio.ensure_future(work(*arguments))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await task

        def report(error: Exception, _pause: float) -> None:
            log.warning("work %s waits for the store: %s", name, error)

        def run(*arguments: PlainValue, workspace: str = self._first) -> None:
            work = works.get(workspace)
            if work is None:
                log.warning("work %s is for a workspace that the settings do not name", name)
                return
            tried = retry(lambda: tracked(work, *arguments), _PAUSES, errors=StoreUnavailable, report=report)
            future = asyncio.run_coroutine_threadsafe(tried, loop)
            try:
                future.result(WORKFLOW_TIMEOUT.total_seconds())
            except CancelledError:
                log.warning("work %s was stopped; another worker takes it over", name)
            except Exception:
                future.cancel()
                log.exception("work %s failed; what is open in the store is tried again", name)

        run.__qualname__ = name
        return run


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Return whether a record of DBOS is about more than work that ended after its engine was destroyed.

    DBOS cannot record such an end any more, so another worker does the work again, which changes nothing.
    """
    error = record.exc_info[1] if record.exc_info else None
    return "accessed before DBOS was launched" not in str(error)
