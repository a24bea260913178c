"""Measure what ten workspaces cost, each with 20,000 batches and 1,000 watches, beside one of them alone.

Requests and CPU should grow with the pages of the lists, not with workspaces times watches. Memory is that of
`python -m bot run` once it has swept each workspace several times.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench.memory import read_resident_bytes
from bench.programs import BATCHES as LIST_PATH
from bench.programs import ROOT, SIGNING_SECRET, free_port
from bench.table import format_ratio, format_table
from bench.watch_sweep import SWEEPS
from bench.watch_worker import program_environment
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator

WORKSPACES = 10
BATCHES = 20_000
WATCHED = 1_000
CPU_LIMIT = 1.2
"""CPU a page with ten workspaces, times that with one."""
WATCHES_LIMIT = 1.5
"""CPU a page with ten times the watches, times that with 1,000."""
MEMORY_LIMIT = 1.2
"""Memory with ten workspaces, times that with one."""
_SETTLED_SWEEPS = 3
"""Sweeps of each workspace before memory is measured."""


class Figures(Struct, frozen=True):
    """What was measured with some workspaces. A turn sweeps each of them once; times are in CPU seconds."""

    requests: float
    cpu: float
    resident: int = 0
    """Bytes of `run` at idle."""


class Surroundings(Struct, frozen=True):
    """Both simulators, and the folder of the settings and stores."""

    api: ApiSimulator
    slack: SlackSimulator
    folder: Path

    def environment(self, name: str, workspaces: int) -> dict[str, str]:
        """Return the environment of a program that works in the first workspaces, on a store of its own."""
        tables = [
            f'[team-{number}]\nbase_url = "{self.api.base_url}"\napi_key_variable = "KEY_{number}"\n'
            f'channels = ["C{number:05d}"]\n'
            for number in range(workspaces)
        ]
        path = self.folder / f"{name}.toml"
        path.write_text("\n".join(tables))
        url = f"sqlite:///{self.folder / f'{name}.sqlite3'}"
        basis = program_environment(self.slack.api_url, self.slack.bot_token, self.api.base_url, url)
        keys = {f"KEY_{number}": f"sk-ant-bench-{number}" for number in range(workspaces)}
        own = {"PYTHONPATH": str(ROOT), "BATCHDESK_WORKSPACES": str(path), "SLACK_SIGNING_SECRET": SIGNING_SECRET}
        return {name: value for name, value in basis.items() if name != "ANTHROPIC_API_KEY"} | keys | own


@asynccontextmanager
async def run_surroundings() -> AsyncIterator[Surroundings]:
    """Start both simulators, with the batches of every workspace: half of them running, newest and oldest mixed."""
    with tempfile.TemporaryDirectory(prefix="batchdesk-watch-") as folder:
        api = ApiSimulator(speed=0)
        for number in range(WORKSPACES):
            workspace = api.workspaces.add(f"team-{number}", f"sk-ant-bench-{number}")
            for age in range(BATCHES // 2):
                workspace.add(processing_status="in_progress", processing=100, age=3_700 + age, ends_in=50_000)
                workspace.add(succeeded=100, age=4_000 + age)
        async with api, SlackSimulator() as slack:
            yield Surroundings(api, slack, Path(folder))


async def measure_sweeps(around: Surroundings, workspaces: int, watched: int) -> Figures:
    """Measure sweeps in a process of their own."""
    environment = around.environment(f"sweeps-{workspaces}-{watched}", workspaces)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.watch_sweep", str(watched)), env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    found = json.loads(output)
    if found["watched"] != workspaces * watched:
        raise RuntimeError(f"{found['watched']} batches are watched")
    return Figures(found["requests"], median(found["cpu"]))


async def measure_resident(around: Surroundings, name: str, workspaces: int) -> int:
    """Return the resident bytes of `run` on the store of the sweeps, after some sweeps of each workspace."""
    environment = around.environment(name, workspaces) | {"PORT": str(free_port())}
    before = len(around.api.requests)
    pages = BATCHES // 1_000
    with (around.folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"), env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 600
        while True:
            swept = [one for one in around.api.requests[before:] if one.path == LIST_PATH]
            if len(swept) >= _SETTLED_SWEEPS * workspaces * (pages - 1):
                break
            if process.returncode is not None or time.monotonic() > deadline:
                raise RuntimeError((around.folder / f"{name}.log").read_text()[-2_000:])
            await asyncio.sleep(0.5)
        await asyncio.sleep(5)  # until what the last sweep used is free again
        return read_resident_bytes(process.pid)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def build_rows(one: Figures, ten: Figures, many: Figures) -> list[list[str]]:
    """Return the rows of the table. `many`: one workspace with as many watches as the ten have together."""
    pages = [each.cpu / each.requests * 1e3 for each in (one, ten, many)]
    return [
        ["requests a turn", *(f"{each.requests:.0f}" for each in (one, ten, many))],
        ["CPU a turn, s", *(f"{each.cpu:.2f}" for each in (one, ten, many))],
        [
            "CPU a page, ms",
            f"{pages[0]:.1f}",
            f"{pages[1]:.1f}, times {format_ratio(pages[1] / pages[0], CPU_LIMIT)}",
            f"{pages[2]:.1f}, times {format_ratio(pages[2] / pages[0], WATCHES_LIMIT)}",
        ],
        [
            "memory of `run` at idle, MiB",
            f"{one.resident / 2**20:.0f}",
            f"{ten.resident / 2**20:.0f}, times {format_ratio(ten.resident / one.resident, MEMORY_LIMIT)}",
            "",
        ],
    ]


async def measure() -> list[list[str]]:
    """Return the rows of the table."""
    async with run_surroundings() as around:
        rounds = [(1, WATCHED), (WORKSPACES, WATCHED), (1, WATCHED * WORKSPACES)]
        swept = [await measure_sweeps(around, *each) for each in rounds]
        resident = [await measure_resident(around, f"sweeps-{number}-{WATCHED}", number) for number in (1, WORKSPACES)]
    one, ten = (Figures(each.requests, each.cpu, size) for each, size in zip(swept, resident, strict=False))
    return build_rows(one, ten, swept[2])


def main() -> None:
    """Print the table."""
    head = [
        f"workspaces of {BATCHES:,} batches",
        f"1, {WATCHED:,} watches",
        f"{WORKSPACES}, {WATCHED:,} watches each",
        f"1, {WATCHED * WORKSPACES:,} watches",
    ]
    rows = asyncio.run(measure())
    print(format_table(head, rows))
    print(f"\nMedian of {SWEEPS} turns on {len(os.sched_getaffinity(0))} cores.")


if __name__ == "__main__":
    main()
