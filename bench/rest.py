"""Measure what the bot uses when nothing happens: CPU of a core, for each of its processes and for both in one."""

import time

from bench.programs import LOADING_SECONDS, World, run_program, run_world
from bench.table import format_table, judge_most

SETTLING_SECONDS = LOADING_SECONDS * 4
SECONDS = 40
LIMIT = 1.5
"""Percent of a core, for the worker."""
PROGRAMS = ("web", "worker", "run")


def main() -> None:
    """Print the table."""
    with run_world() as world:
        used = {name: measure_rest(name, world) for name in PROGRAMS}
    verdicts = {"worker": f" {judge_most(used['worker'], LIMIT)}"}
    rows = [[f"`{name}` at rest", f"{percent:.2f}{verdicts.get(name, '')}"] for name, percent in used.items()]
    print(format_table(["", "percent of a core"], rows))


def measure_rest(name: str, world: World) -> float:
    """Start a process of the bot, wait until it has nothing to do, and return the percent of a core that it uses."""
    with run_program(["-m", "bot", name], world) as program:
        time.sleep(SETTLING_SECONDS)
        before = program.cpu_seconds()
        time.sleep(SECONDS)
        return (program.cpu_seconds() - before) / SECONDS * 100


if __name__ == "__main__":
    main()
