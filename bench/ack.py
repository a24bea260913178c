"""Measure the time from a signed slash command to its ack, for our bot and for a bare Bolt app, in program run."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from itertools import product
from statistics import median

from bench.load import Connection, SlashCommand, open_connections, send_flood
from bench.programs import Program, World, run_program, run_world, wait_for_port
from bench.table import find_percentile, format_ratio, format_table

CONNECTIONS = (1, 16, 64)
BURSTS = {1: 70, 16: 10, 64: 4}
FLOOD_COMMANDS = {1: 100, 16: 320, 64: 320}
ROUNDS = 4
WITHIN = {"p50": 1.5, "p99": 2.0, "CPU": 1.5}


@dataclass(frozen=True)
class Contender:
    """A program and the command it gets. If it `hangs`, the API does not answer, and so neither does the bot."""

    name: str
    arguments: tuple[str, ...]
    text: str = "help"
    answers: bool = False
    """Whether each command posts an answer, which is waited for."""
    hangs: bool = False


@dataclass
class Round:
    """What one contender did in one round: seconds to each ack, and CPU seconds in total."""

    contender: Contender
    program: Program
    command: SlashCommand
    connections: list[Connection]
    acks: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return p50, p99 and CPU a command, in milliseconds."""
        shares = find_percentile(self.acks, 0.5), find_percentile(self.acks, 0.99), self.cpu / len(self.acks)
        return dict(zip(("p50", "p99", "CPU"), (seconds * 1_000 for seconds in shares), strict=True))


BOT = ("-m", "bot", "web")
BARE = Contender("bare Bolt app, at its best", ("-m", "bench.contenders", "best"))
STOCK = Contender("bare Bolt app, as it comes", ("-m", "bench.contenders", "stock"))
ACK = Contender("Batchdesk until the ack (answers withheld)", ("-m", "bench.answers_dropped"))
HELP = Contender("Batchdesk, `/batch help`", BOT, "help", answers=True)
STATUS = Contender("Batchdesk, `/batch status ID`", BOT, "status {answered}", answers=True)
HANGING = Contender("Batchdesk, `/batch status ID`, API hanging", BOT, "status {hanging}", hangs=True)
LASTING = (BARE, STOCK, ACK, HELP, STATUS)

Rounds = dict[tuple[Contender, int], list[Round]]


def main() -> None:
    """Print the tables."""
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}. Each figure is the median of {ROUNDS} rounds.\n")
    with run_world() as world, ExitStack() as stack:
        lasting = {each: _start(each, world, stack) for each in LASTING}
        auth_tests = world.calls()["auth.test"]
        bursts: Rounds = {}
        floods: Rounds = {}
        for count, _ in product(CONNECTIONS, range(ROUNDS)):
            with ExitStack() as round_stack:
                hanging = {HANGING: _start(HANGING, world, round_stack)}
                auth_tests += 1  # once, when the program starts
                _add_rounds(bursts, count, asyncio.run(_run_bursts(lasting | hanging, world, count)))
            _add_rounds(floods, count, asyncio.run(_run_floods(lasting, world, count)))
        _print_report(bursts, floods, world.calls()["auth.test"] - auth_tests)


def _add_rounds(rounds: Rounds, count: int, added: Sequence[Round]) -> None:
    for each in added:
        rounds.setdefault((each.contender, count), []).append(each)


def _start(contender: Contender, world: World, stack: ExitStack) -> Program:
    """Start a contender, and warm it up until it uses no more CPU."""
    program = stack.enter_context(run_program(list(contender.arguments), world))
    wait_for_port(program.port)
    asyncio.run(_warm_up(program, world))
    program.settled_cpu_seconds()
    return program


async def _warm_up(program: Program, world: World) -> None:
    async with open_connections(program.port, 4) as connections:
        await send_flood(connections, SlashCommand(f"status {world.batch_id}", world.slack), 60)


async def _connect(programs: dict[Contender, Program], world: World, count: int, stack: AsyncExitStack) -> list[Round]:
    rounds = []
    for contender, program in programs.items():
        text = contender.text.format(answered=world.batch_id, hanging=world.hanging_id)
        connections = await stack.enter_async_context(open_connections(program.port, count))
        rounds.append(
            Round(contender, program, SlashCommand(text, world.slack), connections, cpu=-program.settled_cpu_seconds())
        )
    return rounds


async def _run_bursts(programs: dict[Contender, Program], world: World, count: int) -> list[Round]:
    """Send each contender in turn one command on every connection at once, many times."""
    async with AsyncExitStack() as stack:
        rounds = await _connect(programs, world, count, stack)
        answered = world.calls().get("response_url", 0)
        for each in rounds * BURSTS[count]:
            each.acks += await send_flood(each.connections, each.command, count)
            if each.contender.answers:
                answered += count
                await asyncio.to_thread(world.wait_for_answers, answered)
            await asyncio.sleep(0.001 + 0.003 * count * each.contender.hangs)
        for each in rounds:
            each.cpu += each.program.settled_cpu_seconds()
    return rounds


async def _run_floods(programs: dict[Contender, Program], world: World, count: int) -> list[Round]:
    """Send each contender in turn commands as fast as it acks them, and wait until it has answered."""
    async with AsyncExitStack() as stack:
        rounds = await _connect(programs, world, count, stack)
        for each in rounds:
            each.acks = await send_flood(each.connections, each.command, FLOOD_COMMANDS[count])
            each.cpu += each.program.settled_cpu_seconds()
    return rounds


def _print_report(bursts: Rounds, floods: Rounds, auth_tests: int) -> None:
    print("A command on every connection at the same moment, the next when all is answered. ms\n")
    print(_format_rounds(bursts))
    print(
        "\nOn every connection the next command as soon as the last is acked, however many answers are under way. ms\n"
    )
    print(_format_rounds(floods))
    print("\nAgainst the bare app at its best\n")
    print(_format_ratios(bursts, floods))
    print(f"\nCalls of auth.test while commands were rounds: {auth_tests}")


def _format_rounds(rounds: Rounds) -> str:
    columns = list(product(CONNECTIONS, WITHIN))
    contenders = dict.fromkeys(contender for contender, _ in rounds)
    rows = [
        [each.name, *(f"{_median(rounds, each, count, name):.2f}" for count, name in columns)] for each in contenders
    ]
    return format_table(["connections", *(f"{count}: {name}" for count, name in columns)], rows)


def _format_ratios(bursts: Rounds, floods: Rounds) -> str:
    rows = []
    for words, rounds, contender in (
        ("until the ack (answers withheld), next when acked", floods, ACK),
        ("until the ack (answers withheld), at the same moment", bursts, ACK),
        ("`status`, at the same moment", bursts, STATUS),
        ("`status`, at the same moment, API hanging", bursts, HANGING),
    ):
        for name in ("p50", "p99", *(["CPU"] if contender is ACK else [])):
            ratios = [_median(rounds, contender, n, name) / _median(rounds, BARE, n, name) for n in CONNECTIONS]
            rows.append([f"{name} {words}", *(format_ratio(ratio, WITHIN[name]) for ratio in ratios)])
    return format_table(["connections", *map(str, CONNECTIONS)], rows)


def _median(rounds: Rounds, contender: Contender, count: int, name: str) -> float:
    return median(each.figures()[name] for each in rounds[contender, count])


if __name__ == "__main__":
    main()
