"""Start programs under measurement as subprocesses, and read their CPU time from /proc."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
LOG_FILE = "programs.log"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BATCHES = "/v1/messages/batches"
CORES = os.sched_getaffinity(0)
"""The last core is for the program under measurement, the others for everything else."""
LOADING_SECONDS = 2.5
"""Seconds from the bot's open port until its worker runs too; that work belongs to no command."""
RUN_PYTHON = os.environ.get("BATCHDESK_BENCH_RUN") or sys.executable
"""The Python of the programs under measurement, for an environment with the locked requirements alone."""


@dataclass(frozen=True)
class Program:
    """A running program that listens on a port."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its threads so far, user and kernel (proc(5), schedstat: nanoseconds)."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def settled_cpu_seconds(self) -> float:
        """Wait until the program is idle, and return its CPU seconds."""
        before = self.cpu_seconds()
        while True:
            time.sleep(0.04)
            if (now := self.cpu_seconds()) - before < 0.000_3:
                return now
            before = now


@dataclass(frozen=True)
class World:
    """What surrounds the bot: a minimal Slack, and a simulated API with two batches.

    The API does not answer requests about `hanging_id` for 30 seconds.
    """

    slack: str
    api: str
    batch_id: str
    hanging_id: str
    folder: Path
    store: str = ""

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment of a program, with the settings that `python -m bot run` reads."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return inherited | {
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{self.slack}/api/",
            "ANTHROPIC_API_KEY": "sk-ant-bench",
            "ANTHROPIC_BASE_URL": self.api,
            "DATABASE_URL": self.store or f"sqlite:///{self.folder / 'store.sqlite3'}",
            "BATCHDESK_OPERATORS": "U0ADA",
            "PORT": str(port),
        }

    def calls(self) -> dict[str, int]:
        """Return the number of calls of each Slack method and of `response_url`."""
        return read_json(f"{self.slack}/calls")

    def wait_for_answers(self, count: int) -> None:
        """Wait until the bot has posted `count` answers in total."""
        read_json(f"{self.slack}/answered/{count}")


@contextmanager
def run_world() -> Iterator[World]:
    """Start the minimal Slack and the simulated API in processes of their own, and stop them at the end."""
    with ExitStack() as stack:
        os.sched_setaffinity(0, CORES - {max(CORES)} or CORES)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="batchdesk-bench-")))
        ports = [free_port(), free_port()]
        stack.enter_context(run_process(["-m", "bench.minimal_slack", str(ports[0])], folder, _plain_environment()))
        simulator = ["-m", "bot", "simulate-api", "--port", str(ports[1])]
        stack.enter_context(run_process(simulator, folder, _plain_environment()))
        for port in ports:
            wait_for_port(port)
        api = f"http://127.0.0.1:{ports[1]}"
        counts: dict[str, object] = {"succeeded": 1_150, "errored": 50}
        answered, hanging = (read_json(f"{api}/_simulator/batch", counts)["id"] for _ in range(2))
        read_json(f"{api}/_simulator/fault", {"path": f"{BATCHES}/{hanging}", "delay": 30, "times": 1_000_000})
        yield World(f"http://127.0.0.1:{ports[0]}", api, answered, hanging, folder)


@contextmanager
def run_program(arguments: list[str], world: World, python: str = RUN_PYTHON) -> Iterator[Program]:
    """Start a Python program in a world, on a port and a core of its own, and kill it at the end.

    On a shared core, the reader of an ack would wait until the program pauses, although the ack has already left.
    """
    port = free_port()
    with run_process(arguments, world.folder, world.environment(port), python) as process:
        os.sched_setaffinity(process.pid, {max(CORES)})
        yield Program(process.pid, port)


@contextmanager
def run_process(
    arguments: list[str], folder: Path, env: dict[str, str], python: str = sys.executable
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program in a folder until the block ends; its log goes to `LOG_FILE` there."""
    with (folder / LOG_FILE).open("ab") as log:
        process = subprocess.Popen([python, *arguments], cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield process
    except TimeoutError:
        print((folder / LOG_FILE).read_text()[-2_000:], file=sys.stderr)
        raise
    finally:
        process.kill()
        process.wait()


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until a program listens on the port.

    Raises:
        TimeoutError: nothing listens after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.002)
    raise TimeoutError(f"nothing listens on port {port}")


def read_json(url: str, body: dict[str, object] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address; post `body` if it is given."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, headers={"content-type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        fields: dict[str, Any] = json.load(answer)
    return fields


class BatchdeskProcesses:
    """Processes of the bot, such as `("web", "worker")`, that are killed or stopped and replaced by new ones."""

    def __init__(self, settings: Mapping[str, str], folder: Path, parts: Sequence[str]) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._environment = inherited | {"PYTHONPATH": str(ROOT), **settings}
        self._folder = folder
        self._parts = parts
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def start_all(self) -> None:
        """Start each process that does not run."""
        for place in range(len(self._parts)):
            if place not in self._running or self._running[place].returncode is not None:
                await self._start(place)

    async def replace(self, dice: random.Random, number: signal.Signals) -> int | None:
        """Send a signal to one process, wait for its end, and start another one. Return its exit status."""
        place = dice.randrange(len(self._parts))
        process = self._running[place]
        if process.returncode is None:
            process.send_signal(number)
        status = await process.wait()
        await self._start(place)
        return status

    async def kill_all(self) -> None:
        """Kill every process."""
        for process in self._running.values():
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _start(self, place: int) -> None:
        with (self._folder / f"{place}-{self._parts[place]}.log").open("ab") as log:
            self._running[place] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", self._parts[place]),
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
