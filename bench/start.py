"""Measure the time from exec to the first acked command, for our bot and a bare Bolt app in turn.

If BATCHDESK_BENCH_RUN names a Python, both run in its environment. An environment made from requirements.txt alone has
no click, which httpx would import.
"""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median

from bench.load import SlashCommand, measure_ack, open_connections
from bench.programs import World, run_program, run_world, wait_for_port
from bench.table import format_ms, format_ratio, format_table

ROUNDS = 15
LIMIT = 2.0
ANSWERED = "Batchdesk, until its answer to `/batch help` has come"
PROGRAMS = {
    "a bare Bolt app": ["-m", "bench.contenders", "best"],
    "Batchdesk": ["-m", "bot", "run"],
    ANSWERED: ["-m", "bot", "run"],
}


@dataclass
class StartTimes:
    """Wall-clock and CPU seconds until the first ack, for the starts of one program."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> None:
    """Print the table."""
    starts_of = {name: StartTimes() for name in PROGRAMS}
    with run_world() as world:
        for _ in range(ROUNDS):
            for name, arguments in PROGRAMS.items():
                wall, cpu = measure_start(arguments, world, answered=name == ANSWERED)
                starts_of[name].wall.append(wall)
                starts_of[name].cpu.append(cpu)
    bare, ours, _ = starts_of.values()
    rows = [[name, format_ms(starts.wall), format_ms(starts.cpu)] for name, starts in starts_of.items()]
    ratios = [
        format_ratio(median(ours.wall) / median(bare.wall), LIMIT),
        format_ratio(median(ours.cpu) / median(bare.cpu), LIMIT),
    ]
    print(format_table(["from exec to the first ack", "ms", "CPU ms"], [*rows, ["ratio", *ratios]]))


def measure_start(arguments: list[str], world: World, *, answered: bool) -> tuple[float, float]:
    """Start a program, send a command, and return the seconds and CPU seconds until it is acked, or `answered`."""
    answers = world.calls().get("response_url", 0)
    started = time.perf_counter()
    with run_program(arguments, world) as program:
        wait_for_port(program.port)
        asyncio.run(_send_first_command(program.port, world))
        if answered:
            world.wait_for_answers(answers + 1)
        return time.perf_counter() - started, program.cpu_seconds()


async def _send_first_command(port: int, world: World) -> None:
    async with open_connections(port, 1) as connections:
        await measure_ack(connections[0], SlashCommand("help", world.slack).request())


if __name__ == "__main__":
    main()
