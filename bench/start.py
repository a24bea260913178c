"""From exec to the first acked command: our bot against a bare Bolt app, in turn, each time from nothing.

Where BATCHDESK_BENCH_RUN names a Python, both run in its environment: one made from requirements.txt alone has no click
beside httpx, which would import it.
"""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median

from bench.load import SlashCommand, ack_time, connections
from bench.programs import World, program, wait_for_port, world
from bench.table import ms, table, verdict

ROUNDS = 15
LIMIT = 2.0
ANSWERED = "Batchdesk, until its answer to `/batch help` has come"
STARTED = {
    "a bare Bolt app": ["-m", "bench.contenders", "best"],
    "Batchdesk": ["-m", "bot", "run"],
    ANSWERED: ["-m", "bot", "run"],
}


@dataclass
class Starts:
    """What the starts of one program took, in seconds: until the first ack, and CPU until then."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    taken = {name: Starts() for name in STARTED}
    with world() as around:
        for _ in range(ROUNDS):
            for name, arguments in STARTED.items():
                wall, cpu = start(arguments, around, answered=name == ANSWERED)
                taken[name].wall.append(wall)
                taken[name].cpu.append(cpu)
    bare, ours, _ = taken.values()
    rows = [[name, ms(starts.wall), ms(starts.cpu)] for name, starts in taken.items()]
    ratios = [
        verdict(median(ours.wall) / median(bare.wall), LIMIT),
        verdict(median(ours.cpu) / median(bare.cpu), LIMIT),
    ]
    print(table(["from exec to the first ack", "ms", "CPU ms"], [*rows, ["ratio", *ratios]]))


def start(arguments: list[str], around: World, *, answered: bool) -> tuple[float, float]:
    """Start a program, have a command acked (and `answered`), end it; return seconds and CPU seconds until then."""
    answers = around.calls().get("response_url", 0)
    started = time.perf_counter()
    with program(arguments, around) as one:
        wait_for_port(one.port)
        asyncio.run(_first_command(one.port, around))
        if answered:
            around.wait_for_answers(answers + 1)
        return time.perf_counter() - started, one.cpu_seconds()


async def _first_command(port: int, around: World) -> None:
    async with connections(port, 1) as opened:
        await ack_time(opened[0], SlashCommand("help", around.slack).request())


if __name__ == "__main__":
    main()
