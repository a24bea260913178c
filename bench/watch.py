"""Measure what watching costs: 10,000 watches of 20,000 batches, 500 ends at once, and acks during a sweep.

`python -m bench.watch` measures SQLite, and Postgres if BATCHDESK_TEST_POSTGRES names a server. Its schemas are dropped
afterwards.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlalchemy import make_url, text

from bench.load import SlashCommand, open_connections, send_flood
from bench.programs import ROOT, World, read_json, run_program, run_world, wait_for_port
from bench.table import find_percentile, format_ratio, format_table, judge_least
from bench.watch_soak import kill_worker, run_simulators, start_worker, watch_all
from bench.watch_worker import POSTGRES_VARIABLE, REAL_PACE_VARIABLE, program_environment
from bot.store.db.database import make_engine

BATCHES = 20_000
WATCHED = 10_000
ENDING = 500
CPU_LIMIT = 0.35
POLLS_LIMIT = 25
ACK_LIMIT = 2.0
_ACKS = 3_000


@dataclass(frozen=True)
class StoreFigures:
    """What was measured on one store; times are in seconds."""

    requests: float
    cpu: float
    wall: float
    polls: float
    """CPU seconds of one GET for each watched batch."""
    delays: list[float]
    """From the ends to each message."""
    size: int
    """Bytes of the store."""
    idle: float
    watching: float
    """p99 of acks, at rest and during sweeps."""


@contextmanager
def create_stores(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the URL of a new store of each available kind."""
    urls = {"SQLite": f"sqlite:///{folder}/store.sqlite3"}
    server = os.environ.get(POSTGRES_VARIABLE)
    if not server:
        yield urls
        return
    schema = f"batchdesk_bench_{uuid4().hex[:8]}"
    engine = make_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield urls | {"Postgres": own.render_as_string(hide_password=False)}
    with engine.begin() as connection:
        for name in (schema, f"{schema}_dbos"):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    engine.dispose()


def fill_api(world: World) -> None:
    """Fill the workspace: half of the batches running, newest and oldest mixed."""
    for number in range(BATCHES):
        running = {"processing_status": "in_progress", "processing": 100, "age": 60 + number, "ends_in": 50_000}
        ended = {"succeeded": 100, "age": 4_000 + number}
        read_json(f"{world.api}/_simulator/batch", running if number % 2 else ended)  # type: ignore[arg-type]  # a body of plain values


def measure_sweeps(world: World, url: str) -> dict[str, object]:
    """Measure sweeps in a process of their own; return its figures."""
    environment = world.environment(0) | {"DATABASE_URL": url}
    figures: dict[str, object] = json.loads(_run(["-m", "bench.watch_sweep", str(WATCHED)], environment))
    return figures


def _run(arguments: list[str], environment: dict[str, str]) -> bytes:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
    ).stdout


async def measure_ends(url: str) -> list[float]:
    """Return the seconds from the end of 500 batches to each message, at the pace that Slack allows."""
    async with run_simulators(ENDING) as (api, slack):
        await asyncio.to_thread(watch_all, url, api)
        environment = program_environment(slack.api_url, slack.bot_token, api.base_url, url) | {REAL_PACE_VARIABLE: "1"}
        process = await start_worker(environment)
        await slack.wait_for(lambda: len(slack.calls("chat.postMessage")) >= ENDING, 600)
        api.advance(5_000)
        ended = time.time()
        await slack.wait_for(lambda: len(slack.calls("chat.postMessage")) >= 2 * ENDING, 900)
        await kill_worker(process)
        return [call.at - ended for call in slack.calls("chat.postMessage") if call.at > ended]


async def measure_acks(world: World, port: int) -> float:
    """Return the p99 of the seconds to an ack, with one command after another on two connections."""
    async with open_connections(port, 2) as connections:
        await send_flood(connections, SlashCommand("help", world.slack), 200)
        seconds = await send_flood(connections, SlashCommand("help", world.slack), _ACKS)
    return find_percentile(seconds, 0.99)


def measure_run_acks(world: World, url: str, *, settle: float) -> float:
    """Return the p99 of acks of `python -m bot run` on a store, after it has run for `settle` seconds."""
    own_world = replace(world, store=url)
    with run_program(["-m", "bot", "run"], own_world) as running:
        wait_for_port(running.port)
        time.sleep(settle)
        return asyncio.run(measure_acks(own_world, running.port))


def measure_size(url: str) -> int:
    """Return the bytes of a store on disk, including the engine's tables."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(str(parsed.database)).stat().st_size
    engine = make_engine(url)
    ours = "SELECT oid FROM pg_namespace WHERE nspname LIKE current_schema() || '%'"
    wanted = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace IN ({ours})"
    with engine.connect() as connection:
        size = int(connection.execute(text(wanted)).scalar_one())
    engine.dispose()
    return size


def measure_store(url: str, spare: str) -> StoreFigures:
    """Measure everything on one store; `spare` is an empty store of the same kind."""
    with run_world() as world:
        idle = measure_run_acks(world, spare, settle=3)
        fill_api(world)
        swept = measure_sweeps(world, url)
        size = measure_size(url)
        watching = measure_run_acks(world, url, settle=12)
    delays = asyncio.run(measure_ends(spare))
    cpu = swept["cpu"]
    wall = swept["wall"]
    assert isinstance(cpu, list)
    assert isinstance(wall, list)
    requests = float(str(swept["requests"]))
    polls = float(str(swept["polls"]))
    return StoreFigures(requests, median(cpu), median(wall), polls, delays, size, idle, watching)


def build_rows(figures: dict[str, StoreFigures]) -> list[list[str]]:
    """Return the table's rows, one for each figure."""

    def row(name: str, *cells: str) -> list[str]:
        return [name, *cells]

    every = figures.values()
    return [
        row("requests a sweep", *(f"{each.requests:.0f}" for each in every)),
        row("CPU a sweep, s", *(format_ratio(each.cpu, CPU_LIMIT) for each in every)),
        row("wall clock a sweep, s", *(f"{each.wall:.2f}" for each in every)),
        row("CPU of one GET each, s", *(f"{each.polls:.1f}" for each in every)),
        row(
            "times less than one GET each",
            *(f"{each.polls / each.cpu:.0f} {judge_least(each.polls / each.cpu, POLLS_LIMIT)}" for each in every),
        ),
        row(
            "500 ends: first, median, last message after, s",
            *(f"{each.delays[0]:.0f}, {median(each.delays):.0f}, {each.delays[-1]:.0f}" for each in every),
        ),
        row("store with 10,000 watches, MB", *(f"{each.size / 1e6:.1f}" for each in every)),
        row("ack p99 idle, ms", *(f"{each.idle * 1e3:.1f}" for each in every)),
        row(
            "ack p99 while sweeping, times idle",
            *(format_ratio(each.watching / each.idle, ACK_LIMIT) for each in every),
        ),
    ]


def main() -> None:
    """Print the table."""
    with (
        tempfile.TemporaryDirectory(prefix="batchdesk-watch-") as folder,
        tempfile.TemporaryDirectory(prefix="batchdesk-watch-") as spare_folder,
        create_stores(Path(folder)) as urls,
        create_stores(Path(spare_folder)) as spares,
    ):
        figures = {name: measure_store(urls[name], spares[name]) for name in urls}
    print(format_table([f"{WATCHED:,} watched of {BATCHES:,} batches", *figures], build_rows(figures)))
    if "Postgres" not in figures:
        print(f"Postgres: left out, because {POSTGRES_VARIABLE} names no server")


if __name__ == "__main__":
    main()
