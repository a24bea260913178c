"""`python -m bench.whole`: whole commands, from typed to answered, beside two small apps that answer the same.

The peers are in bench/whole_peers.py. The official SDK needs BATCHDESK_BENCH_SDK, a Python with `anthropic`,
`slack-bolt` and `aiohttp`; without it that row is missing.
"""

import argparse
import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import web

from bench.load import Connection, SlashCommand, measure_ack, open_connections
from bench.memory import read_resident_bytes
from bench.minimal_slack import MinimalSlack
from bench.programs import (
    CORES,
    ROOT,
    Program,
    World,
    free_port,
    read_json,
    run_process,
    run_program,
    wait_for_port,
)
from bench.table import format_ratio, format_table, judge_least, judge_most

CONNECTIONS = (1, 16)
COMMANDS = 160
"""In each round, by each program, for each verb and number of connections."""
ROUNDS = 5
BOT, FIFTY, SDK = "Batchdesk `web`", "fifty lines: Bolt, httpx, pydantic", "Bolt and the official SDK"
VERBS = {"status": "status {id}", "list": "list", "Refresh": "status {id}", "help": "help"}
"""The verbs of the bot; its peers answer them too. Refresh is a press."""
CPU_LIMIT, SPEED_LIMIT, HELP_LIMIT, RESIDENT_LIMIT = 1.5, 0.75, 0.25, 90.0


@dataclass
class Figures:
    """What one program did for one verb at one number of connections, a value for each round."""

    cpu_ms: list[float] = field(default_factory=list)
    a_second: list[float] = field(default_factory=list)


@dataclass
class Slack:
    """Slack as the bench serves it: it knows when the answer to each command has come."""

    url: str = ""
    waiting: dict[str, asyncio.Future[bytes]] = field(default_factory=dict)

    def take_answer(self, number: str, answer: bytes) -> None:
        """Note that an answer was posted."""
        waiting = self.waiting.pop(number, None)
        if waiting is not None:
            waiting.set_result(answer)


Measured = dict[tuple[str, str, int], Figures]


@asynccontextmanager
async def serve_slack() -> AsyncIterator[Slack]:
    """Serve the minimal Slack in this process until the block ends."""
    slack = Slack()
    runner = web.AppRunner(MinimalSlack(slack.take_answer).application(), access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    slack.url = f"http://127.0.0.1:{port}"
    try:
        yield slack
    finally:
        await runner.cleanup()


async def send_commands(
    program: Program, slack: Slack, text: str, connections: Sequence[Connection], commands: int, *, is_press: bool
) -> float:
    """Send commands, on each connection the next when the last is answered; return the seconds until all are."""
    numbers = itertools.count()

    async def send_share(connection: Connection) -> None:
        for _ in range(commands // len(connections)):
            number = f"{program.pid}-{next(numbers)}"
            answered = slack.waiting[number] = asyncio.get_running_loop().create_future()
            await measure_ack(connection, SlashCommand(text, slack.url, number, is_press).request())
            answer = await asyncio.wait_for(answered, 30)
            assert text == "help" or b"1,150" in answer, answer  # else a refusal is measured

    started = time.perf_counter()
    await asyncio.gather(*(send_share(connection) for connection in connections))
    return time.perf_counter() - started


async def measure(programs: dict[str, Program], slack: Slack, batch_id: str, rounds: int) -> Measured:
    """Return the figures of all programs, one after the other in every round."""
    measured: Measured = {}
    for _, count, verb in itertools.product(range(rounds), CONNECTIONS, VERBS):
        text = VERBS[verb].format(id=batch_id)
        for name, program in programs.items():
            async with open_connections(program.port, count) as connections:
                before = await asyncio.to_thread(program.settled_cpu_seconds)
                seconds = await send_commands(program, slack, text, connections, COMMANDS, is_press=verb == "Refresh")
                cpu = await asyncio.to_thread(program.settled_cpu_seconds) - before
            figures = measured.setdefault((name, verb, count), Figures())
            figures.cpu_ms.append(cpu / COMMANDS * 1_000)
            figures.a_second.append(COMMANDS / seconds)
    return measured


async def warm_up(programs: dict[str, Program], slack: Slack, batch_id: str) -> dict[str, list[float]]:
    """Answer some commands of each verb with each program; return its resident MiB before and after 1,000 of them."""
    resident: dict[str, list[float]] = {}
    for name, program in programs.items():
        await asyncio.to_thread(program.settled_cpu_seconds)
        resident[name] = [read_resident_bytes(program.pid) / 2**20]
        async with open_connections(program.port, 4) as connections:
            for verb, text in VERBS.items():
                is_press = verb == "Refresh"
                await send_commands(program, slack, text.format(id=batch_id), connections, 248, is_press=is_press)
        resident[name].append(read_resident_bytes(program.pid) / 2**20)
    return resident


async def run(rounds: int) -> bool:
    """Run the bench and print its tables. Return whether every figure was within its limit."""
    os.sched_setaffinity(0, CORES - {max(CORES)} or CORES)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="batchdesk-bench-")))
        slack = await stack.enter_async_context(serve_slack())
        programs, batch_id = await asyncio.to_thread(_start_programs, stack, slack, folder)
        resident = await warm_up(programs, slack, batch_id)
        measured = await measure(programs, slack, batch_id, rounds)
    _print_figures(measured, resident)
    return _print_verdicts(measured, resident)


def _start_programs(stack: AsyncExitStack, slack: Slack, folder: Path) -> tuple[dict[str, Program], str]:
    processes = stack.enter_context(ExitStack())
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    processes.enter_context(run_process(["-m", "bot", "simulate-api", "--port", str(port)], folder, environment))
    wait_for_port(port)
    api = f"http://127.0.0.1:{port}"
    ids = [str(read_json(f"{api}/_simulator/batch", {"succeeded": 1_150, "errored": 50})["id"]) for _ in range(12)]
    world = World(slack.url, api, ids[0], ids[0], folder)
    migrating = [sys.executable, "-m", "bot", "migrate"]  # as a release does, so that `web` need not
    subprocess.run(migrating, env=world.environment(port), cwd=folder, check=True, capture_output=True)
    sdk = os.environ.get("BATCHDESK_BENCH_SDK")
    programs = {
        BOT: processes.enter_context(run_program(["-m", "bot", "web"], world)),
        FIFTY: processes.enter_context(run_program(["-m", "bench.whole_peers", "fifty"], world)),
    }
    if sdk is not None:
        programs[SDK] = processes.enter_context(run_program(["-m", "bench.whole_peers", "sdk"], world, sdk))
    for program in programs.values():
        wait_for_port(program.port)
    return programs, ids[0]


def _print_figures(measured: Measured, resident: dict[str, list[float]]) -> None:
    columns = list(itertools.product(VERBS, CONNECTIONS))
    head = ["CPU ms a command, by connections", *(f"{verb} {count}" for verb, count in columns)]
    rows = [
        [name, *(f"{median(measured[name, verb, count].cpu_ms):.2f}" for verb, count in columns)] for name in resident
    ]
    print(format_table(head, rows))
    head = ["answers a second", *(f"{verb} {count}" for verb, count in columns)]
    rows = [
        [name, *(f"{median(measured[name, verb, count].a_second):.0f}" for verb, count in columns)] for name in resident
    ]
    print(f"\n{format_table(head, rows)}\n")
    rows = [[name, *(f"{mib:.0f}" for mib in both)] for name, both in resident.items()]
    print(format_table(["resident MiB", "at idle", "after 1,000 commands"], rows))


def _print_verdicts(measured: Measured, resident: dict[str, list[float]]) -> bool:
    rows = []
    good = True
    for count in CONNECTIONS:
        cpu = _median_ratio(measured, BOT, FIFTY, count)
        peers = [name for name in resident if name != BOT]
        best = max(median(measured[name, "status", count].a_second) for name in peers)
        speed = median(measured[BOT, "status", count].a_second) / best
        help_share = median(measured[BOT, "help", count].cpu_ms) / median(measured[BOT, "status", count].cpu_ms)
        rows.append([f"CPU of `status` to the fifty lines, {count} at once", format_ratio(cpu, CPU_LIMIT)])
        verdict = judge_least(speed, SPEED_LIMIT)
        rows.append([f"answers a second to the better peer, {count} at once", f"{speed:.2f} {verdict}"])
        rows.append([f"CPU of `help` to `status`, {count} at once", format_ratio(help_share, HELP_LIMIT)])
        good = good and cpu <= CPU_LIMIT and speed >= SPEED_LIMIT and help_share <= HELP_LIMIT
    most = max(resident[BOT])
    rows.append(["resident MiB of `web`", f"{most:.0f} {judge_most(most, RESIDENT_LIMIT)}"])
    print(f"\n{format_table(['target', 'reached'], rows)}")
    return good and most <= RESIDENT_LIMIT


def _median_ratio(measured: Measured, ours: str, theirs: str, count: int) -> float:
    """Return the median over the rounds of the CPU of one program to that of another, for `status`."""
    pairs = zip(measured[ours, "status", count].cpu_ms, measured[theirs, "status", count].cpu_ms, strict=True)
    return median(one / other for one, other in pairs)


def main() -> int:
    """Run the bench. Return 1 if a figure was over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}\n")
    return 0 if asyncio.run(run(parser.parse_args().rounds)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
