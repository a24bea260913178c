"""Measure acks while the bot reads a results file of 300 MB, against acks of the same bot at rest."""

import asyncio
import os
import time
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Connection, SlashCommand, measure_ack, open_connections, send_flood
from bench.programs import LOADING_SECONDS, World, run_program, run_world, wait_for_port
from bench.result_lines import write_results
from bench.results import serve_results
from bench.results_server import BATCH_ID
from bench.table import find_percentile, format_ratio, format_table

LINES = 105_000
CONNECTIONS = (1, 4)
ROUNDS = 6
IDLE_TURNS = 100
PAUSE = 0.004
"""Seconds between an ack and the next command: about the time of an answer, so that answers do not pile up."""
WITHIN = {"p50": 1.5, "p99": 2.0}
SHARES = {"p50": 0.5, "p99": 0.99}
COMMANDS = (f"results {BATCH_ID}", f"results {BATCH_ID} --file")
UPLOADS = "files.getUploadURLExternal"


@dataclass
class Acks:
    """Seconds to each ack: at rest, and while a file is read."""

    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    with run_world() as world, TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        results = Path(folder) / "results.jsonl"
        size = write_results(results, LINES)
        print(f"A file of {size / 1e6:.0f} MB. Load of the machine before: {os.getloadavg()[0]:.1f}.\n")
        with serve_results(results, Path(folder)) as served:
            print(_format(_measure(replace(world, api=served["plain"]))))


def _measure(world: World) -> dict[tuple[str, int], Acks]:
    measured = {(command, count): Acks() for command, count in product(COMMANDS, CONNECTIONS)}
    with run_program(["-m", "bot", "run"], world) as bot:
        wait_for_port(bot.port)
        time.sleep(LOADING_SECONDS)
        probe = AckProbe(bot.port, world)
        asyncio.run(probe.measure_busy(COMMANDS[0], 1))  # to warm up
        for _, ((command, count), acks) in product(range(ROUNDS), measured.items()):
            acks.idle += asyncio.run(probe.measure_idle(count))
            acks.busy += asyncio.run(probe.measure_busy(command, count))
    return measured


class AckProbe:
    """Send the bot a command on several connections at once, again and again with a pause between."""

    def __init__(self, port: int, world: World) -> None:
        self._port = port
        self._world = world
        self._sent = 0

    async def measure_idle(self, count: int) -> list[float]:
        """Return the seconds to each ack while the bot has nothing else to do."""
        async with open_connections(self._port, count) as connections:
            acks = await self._send_turns(connections, IDLE_TURNS)
        await asyncio.to_thread(self._world.wait_for_answers, self._sent)
        return acks

    async def measure_busy(self, command: str, count: int) -> list[float]:
        """Return the seconds to each ack while the bot runs `command`, which reads a file; then wait for its answer."""
        acks: list[float] = []
        uploads = self._world.calls().get(UPLOADS, 0)
        async with open_connections(self._port, count) as connections, open_connections(self._port, 1) as (asking,):
            await measure_ack(asking, SlashCommand(command, self._world.slack).request())
            self._sent += 1
            while not await asyncio.to_thread(self._is_read, uploads):
                acks += await self._send_turns(connections, 5)
        await asyncio.to_thread(self._world.wait_for_answers, self._sent)
        return acks

    def _is_read(self, uploads: int) -> bool:
        """Return whether the answer has come, or the upload of the file has begun."""
        calls = self._world.calls()
        return calls.get("response_url", 0) >= self._sent or calls.get(UPLOADS, 0) > uploads

    async def _send_turns(self, connections: list[Connection], turns: int) -> list[float]:
        acks: list[float] = []
        command = SlashCommand("help", self._world.slack)
        for _ in range(turns):
            acks += await send_flood(connections, command, len(connections))
            await asyncio.sleep(PAUSE)
        self._sent += turns * len(connections)
        return acks


def _format(measured: dict[tuple[str, int], Acks]) -> str:
    rows = []
    for (command, count), acks in measured.items():
        cells = []
        for name, share in SHARES.items():
            idle = find_percentile(acks.idle, share)
            busy = find_percentile(acks.busy, share)
            cells += [f"{idle * 1_000:.2f}", f"{busy * 1_000:.2f}", format_ratio(busy / idle, WITHIN[name])]
        rows.append([f"`/batch {command.replace(BATCH_ID, 'ID')}`, {count} at once", str(len(acks.busy)), *cells])
    columns = [f"{name} {what}" for name in SHARES for what in ("idle", "reading", "ratio")]
    return format_table(["acks in ms, while this is read", "acks", *columns], rows)


if __name__ == "__main__":
    main()
