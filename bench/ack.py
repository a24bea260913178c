"""From a signed slash command to its ack: our bot against a bare Bolt app that only acks, in turn, in one run."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from itertools import product
from statistics import median

from bench.load import Connection, SlashCommand, connections, flood
from bench.programs import Program, World, program, wait_for_port, world
from bench.table import percentile, table, verdict

CONNECTIONS = (1, 16, 64)
BURSTS = {1: 70, 16: 10, 64: 4}
FLOOD_COMMANDS = {1: 100, 16: 320, 64: 320}
ROUNDS = 4
WITHIN = {"p50": 1.5, "p99": 2.0, "CPU": 1.5}


@dataclass(frozen=True)
class Contender:
    """A program and what is typed at it. `hangs`: the API does not answer, so neither does the bot while we look."""

    name: str
    arguments: tuple[str, ...]
    text: str = "help"
    answers: bool = False
    hangs: bool = False


@dataclass
class Turns:
    """What one contender did in one round: seconds to each ack, and CPU seconds in all."""

    contender: Contender
    program: Program
    command: SlashCommand
    opened: list[Connection]
    acks: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return p50, p99 and CPU a command, in milliseconds."""
        shares = percentile(self.acks, 0.5), percentile(self.acks, 0.99), self.cpu / len(self.acks)
        return dict(zip(("p50", "p99", "CPU"), (seconds * 1_000 for seconds in shares), strict=True))


BOT = ("-m", "bot", "web")
BARE = Contender("bare Bolt app, at its best", ("-m", "bench.contenders", "best"))
STOCK = Contender("bare Bolt app, as it comes", ("-m", "bench.contenders", "stock"))
ACK = Contender("Batchdesk until the ack (answers withheld)", ("-m", "bench.withheld"))
HELP = Contender("Batchdesk, `/batch help`", BOT, "help", answers=True)
STATUS = Contender("Batchdesk, `/batch status ID`", BOT, "status {answered}", answers=True)
HANGING = Contender("Batchdesk, `/batch status ID`, API hanging", BOT, "status {hanging}", hangs=True)
LASTING = (BARE, STOCK, ACK, HELP, STATUS)

Taken = dict[tuple[Contender, int], list[Turns]]


def main() -> None:
    """Print the tables."""
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}. Each figure is the median of {ROUNDS} rounds.\n")
    with world() as around, ExitStack() as stack:
        lasting = {each: _started(each, around, stack) for each in LASTING}
        asked = around.calls()["auth.test"]
        bursts: Taken = {}
        floods: Taken = {}
        for count, _ in product(CONNECTIONS, range(ROUNDS)):
            with ExitStack() as round_stack:
                hanging = {HANGING: _started(HANGING, around, round_stack)}
                asked += 1  # it asks once, at its start
                _note(bursts, count, asyncio.run(_bursts(lasting | hanging, around, count)))
            _note(floods, count, asyncio.run(_floods(lasting, around, count)))
        _report(bursts, floods, around.calls()["auth.test"] - asked)


def _note(taken: Taken, count: int, turns: Sequence[Turns]) -> None:
    for each in turns:
        taken.setdefault((each.contender, count), []).append(each)


def _started(contender: Contender, around: World, stack: ExitStack) -> Program:
    """Start a contender, and warm it up until it has settled."""
    one = stack.enter_context(program(list(contender.arguments), around))
    wait_for_port(one.port)
    asyncio.run(_warm_up(one, around))
    one.settled_cpu_seconds()
    return one


async def _warm_up(one: Program, around: World) -> None:
    async with connections(one.port, 4) as opened:
        await flood(opened, SlashCommand(f"status {around.batch_id}", around.slack), 60)


async def _opened(running: dict[Contender, Program], around: World, count: int, stack: AsyncExitStack) -> list[Turns]:
    turns = []
    for contender, one in running.items():
        text = contender.text.format(answered=around.batch_id, hanging=around.hanging_id)
        opened = await stack.enter_async_context(connections(one.port, count))
        turns.append(Turns(contender, one, SlashCommand(text, around.slack), opened, cpu=-one.settled_cpu_seconds()))
    return turns


async def _bursts(running: dict[Contender, Program], around: World, count: int) -> list[Turns]:
    """Let each contender in turn take one command on every connection at once, over and over."""
    async with AsyncExitStack() as stack:
        turns = await _opened(running, around, count, stack)
        answered = around.calls().get("response_url", 0)
        for each in turns * BURSTS[count]:
            each.acks += await flood(each.opened, each.command, count)
            if each.contender.answers:
                answered += count
                await asyncio.to_thread(around.wait_for_answers, answered)
            await asyncio.sleep(0.001 + 0.003 * count * each.contender.hangs)
        for each in turns:
            each.cpu += each.program.settled_cpu_seconds()
    return turns


async def _floods(running: dict[Contender, Program], around: World, count: int) -> list[Turns]:
    """Let each contender in turn take commands as fast as it acks them, until its answers have been given."""
    async with AsyncExitStack() as stack:
        turns = await _opened(running, around, count, stack)
        for each in turns:
            each.acks = await flood(each.opened, each.command, FLOOD_COMMANDS[count])
            each.cpu += each.program.settled_cpu_seconds()
    return turns


def _report(bursts: Taken, floods: Taken, asked: int) -> None:
    print("A command on every connection at the same moment, the next when all is answered. ms\n")
    print(_figures(bursts))
    print(
        "\nOn every connection the next command as soon as the last is acked, however many answers are under way. ms\n"
    )
    print(_figures(floods))
    print("\nAgainst the bare app at its best\n")
    print(_ratios(bursts, floods))
    print(f"\nCalls of auth.test while commands were taken: {asked}")


def _figures(taken: Taken) -> str:
    columns = list(product(CONNECTIONS, WITHIN))
    contenders = dict.fromkeys(contender for contender, _ in taken)
    rows = [
        [each.name, *(f"{_median(taken, each, count, name):.2f}" for count, name in columns)] for each in contenders
    ]
    return table(["connections", *(f"{count}: {name}" for count, name in columns)], rows)


def _ratios(bursts: Taken, floods: Taken) -> str:
    rows = []
    for words, taken, contender in (
        ("until the ack (answers withheld), next when acked", floods, ACK),
        ("until the ack (answers withheld), at the same moment", bursts, ACK),
        ("`status`, at the same moment", bursts, STATUS),
        ("`status`, at the same moment, API hanging", bursts, HANGING),
    ):
        for name in ("p50", "p99", *(["CPU"] if contender is ACK else [])):
            ratios = [_median(taken, contender, n, name) / _median(taken, BARE, n, name) for n in CONNECTIONS]
            rows.append([f"{name} {words}", *(verdict(ratio, WITHIN[name]) for ratio in ratios)])
    return table(["connections", *map(str, CONNECTIONS)], rows)


def _median(taken: Taken, contender: Contender, count: int, name: str) -> float:
    return median(turns.figures()[name] for turns in taken[contender, count])


if __name__ == "__main__":
    main()
