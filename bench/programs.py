"""Programs under measurement: started as subprocesses, their CPU read from /proc, ended by their own handles."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
LOG = "programs.log"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BATCHES = "/v1/messages/batches"
CORES = os.sched_getaffinity(0)
"""The last is for the program under measurement, the others for all that surrounds it."""
LOADED = 2.5
"""Seconds after its door has opened until the bot has loaded and launched its worker too: part of no command."""
RUN_PYTHON = os.environ.get("BATCHDESK_BENCH_RUN") or sys.executable
"""The Python of the programs under measurement: named where they shall have what people run them with, and no more."""


@dataclass(frozen=True)
class Program:
    """A running program that listens on a port."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all its threads so far, in user and kernel (proc(5), schedstat: nanoseconds)."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def settled_cpu_seconds(self) -> float:
        """Return the CPU seconds once the program has done next to nothing for a while."""
        before = self.cpu_seconds()
        while True:
            time.sleep(0.04)
            if (now := self.cpu_seconds()) - before < 0.000_3:
                return now
            before = now


@dataclass(frozen=True)
class World:
    """The addresses around the bot: a minimal Slack, and a simulated API with two batches to ask about.

    What is asked about `hanging_id` gets no answer from the API for 30 seconds.
    """

    slack: str
    api: str
    batch_id: str
    hanging_id: str
    folder: Path
    store: str = ""

    def environment(self, port: int) -> dict[str, str]:
        """Return what a program's environment says, with the settings `python -m bot run` reads."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
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
        """Return how often each Slack method, and `response_url`, has been called."""
        return read_json(f"{self.slack}/calls")

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many answers have come in all."""
        read_json(f"{self.slack}/answered/{count}")


@contextmanager
def world() -> Iterator[World]:
    """Start the minimal Slack and the simulated API, in processes of their own; end both."""
    with ExitStack() as stack:
        os.sched_setaffinity(0, CORES - {max(CORES)} or CORES)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="batchdesk-bench-")))
        ports = [free_port(), free_port()]
        stack.enter_context(_process(["-m", "bench.outside", str(ports[0])], folder, _plain_environment()))
        simulator = ["-m", "bot", "simulate-api", "--port", str(ports[1])]
        stack.enter_context(_process(simulator, folder, _plain_environment()))
        for port in ports:
            wait_for_port(port)
        api = f"http://127.0.0.1:{ports[1]}"
        placed: dict[str, object] = {"succeeded": 1_150, "errored": 50}
        answered, hanging = (read_json(f"{api}/_simulator/batch", placed)["id"] for _ in range(2))
        read_json(f"{api}/_simulator/fault", {"path": f"{BATCHES}/{hanging}", "delay": 30, "times": 1_000_000})
        yield World(f"http://127.0.0.1:{ports[0]}", api, answered, hanging, folder)


@contextmanager
def program(arguments: list[str], around: World) -> Iterator[Program]:
    """Start a Python program in a world, on a port and a core of its own; kill it at the end.

    The core: an ack has left when the kernel has it, but on one core its reader waits until the program next pauses.
    """
    port = free_port()
    with _process(arguments, around.folder, around.environment(port), RUN_PYTHON) as process:
        os.sched_setaffinity(process.pid, {max(CORES)})
        yield Program(process.pid, port)


@contextmanager
def _process(
    arguments: list[str], folder: Path, env: dict[str, str], python: str = sys.executable
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen([python, *arguments], cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield process
    except TimeoutError:
        print((folder / LOG).read_text()[-2_000:], file=sys.stderr)
        raise
    finally:
        process.kill()
        process.wait()


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until something listens. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.002)
    raise TimeoutError(f"nothing listens on port {port}")


def read_json(url: str, order: dict[str, object] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address, after posting `order` where one is given."""
    body = None if order is None else json.dumps(order).encode()
    request = Request(url, data=body, headers={"content-type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
