"""Acks of other commands while a results file of 300 MB is being read, against the same bot at rest, in turn."""

import asyncio
import os
import time
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Connection, SlashCommand, ack_time, connections, flood
from bench.programs import LOADED, World, program, wait_for_port, world
from bench.result_lines import write_results
from bench.results import serving
from bench.results_server import BATCH_ID
from bench.table import percentile, table, verdict

LINES = 105_000
CONNECTIONS = (1, 4)
ROUNDS = 6
IDLE_TURNS = 100
PAUSE = 0.004
"""Seconds between an ack and the next command: about as long as an answer takes, so that answers do not pile up."""
WITHIN = {"p50": 1.5, "p99": 2.0}
SHARES = {"p50": 0.5, "p99": 0.99}


WORKS = (f"results {BATCH_ID}", f"results {BATCH_ID} --file")
UPLOADS = "files.getUploadURLExternal"


@dataclass
class Acks:
    """Seconds to each ack: at rest, and while a file was being read."""

    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    with world() as around, TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        results = Path(folder) / "results.jsonl"
        size = write_results(results, LINES)
        print(f"A file of {size / 1e6:.0f} MB. Load of the machine before: {os.getloadavg()[0]:.1f}.\n")
        with serving(results, Path(folder)) as served:
            print(_table(_measured(replace(around, api=served["plain"]))))


def _measured(around: World) -> dict[tuple[str, int], Acks]:
    taken = {(work, count): Acks() for work, count in product(WORKS, CONNECTIONS)}
    with program(["-m", "bot", "run"], around) as bot:
        wait_for_port(bot.port)
        time.sleep(LOADED)
        watch = Watch(bot.port, around)
        asyncio.run(watch.busy(WORKS[0], 1))  # to warm up
        for _, ((work, count), acks) in product(range(ROUNDS), taken.items()):
            acks.idle += asyncio.run(watch.idle(count))
            acks.busy += asyncio.run(watch.busy(work, count))
    return taken


class Watch:
    """Sends the bot a command on each of so many connections at once, over and over, with a pause in between."""

    def __init__(self, port: int, around: World) -> None:
        self._port, self._around = port, around
        self._sent = 0

    async def idle(self, count: int) -> list[float]:
        """Return seconds to each ack of a bot that has nothing else to do."""
        async with connections(self._port, count) as opened:
            acks = await self._turns(opened, IDLE_TURNS)
        await asyncio.to_thread(self._around.wait_for_answers, self._sent)
        return acks

    async def busy(self, work: str, count: int) -> list[float]:
        """Return the same from the moment the work was asked for until it has read all; then wait for its answer."""
        acks: list[float] = []
        uploads = self._around.calls().get(UPLOADS, 0)
        async with connections(self._port, count) as opened, connections(self._port, 1) as (asking,):
            await ack_time(asking, SlashCommand(work, self._around.slack).request())
            self._sent += 1
            while not await asyncio.to_thread(self._is_read, uploads):
                acks += await self._turns(opened, 5)
        await asyncio.to_thread(self._around.wait_for_answers, self._sent)
        return acks

    def _is_read(self, uploads: int) -> bool:
        """The answer has come, or the file that was read begins to be sent on."""
        calls = self._around.calls()
        return calls.get("response_url", 0) >= self._sent or calls.get(UPLOADS, 0) > uploads

    async def _turns(self, opened: list[Connection], turns: int) -> list[float]:
        acks: list[float] = []
        command = SlashCommand("help", self._around.slack)
        for _ in range(turns):
            acks += await flood(opened, command, len(opened))
            await asyncio.sleep(PAUSE)
        self._sent += turns * len(opened)
        return acks


def _table(taken: dict[tuple[str, int], Acks]) -> str:
    rows = []
    for (work, count), acks in taken.items():
        cells = []
        for name, share in SHARES.items():
            idle, busy = percentile(acks.idle, share), percentile(acks.busy, share)
            cells += [f"{idle * 1_000:.2f}", f"{busy * 1_000:.2f}", verdict(busy / idle, WITHIN[name])]
        rows.append([f"`/batch {work.replace(BATCH_ID, 'ID')}`, {count} at once", str(len(acks.busy)), *cells])
    columns = [f"{name} {what}" for name in SHARES for what in ("idle", "reading", "ratio")]
    return table(["acks in ms, while this is read", "acks", *columns], rows)


if __name__ == "__main__":
    main()
