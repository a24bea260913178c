"""What watching costs: 10,000 watches of 20,000 batches, 500 ends at once, and acks meanwhile; SQLite and Postgres.

`python -m bench.watch`; Postgres where BATCHDESK_TEST_POSTGRES names a server, in schemas that are dropped afterwards.
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

from bench.load import SlashCommand, connections, flood
from bench.programs import ROOT, World, program, read_json, wait_for_port, world
from bench.table import percentile, table, verdict
from bench.watch_soak import kill, start, watch_all, worlds
from bench.watch_worker import SLACKS_PACE, URLS, program_environment
from bot.store.db.database import make_engine

BATCHES_THERE, WATCHED, ENDING = 20_000, 10_000, 500
CPU_LIMIT, LOOKS_LIMIT, ACK_LIMIT = 0.35, 25, 2.0
_ACKS = 3_000


@dataclass(frozen=True)
class Figures:
    """What was measured on one store; seconds, bytes, counts."""

    requests: float
    cpu: float
    wall: float
    looks: float
    told: list[float]
    size: int
    idle: float
    watching: float


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """Give the URL of a new store of each kind there is."""
    found = {"SQLite": f"sqlite:///{folder}/store.sqlite3"}
    server = os.environ.get(URLS)
    if not server:
        yield found
        return
    schema = f"batchdesk_bench_{uuid4().hex[:8]}"
    engine = make_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield found | {"Postgres": own.render_as_string(hide_password=False)}
    with engine.begin() as connection:
        for name in (schema, f"{schema}_dbos"):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    engine.dispose()


def fill_api(around: World) -> None:
    """Put the workspace together: half of it running, newest and oldest mixed."""
    for number in range(BATCHES_THERE):
        running = {"processing_status": "in_progress", "processing": 100, "age": 60 + number, "ends_in": 50_000}
        ended = {"succeeded": 100, "age": 4_000 + number}
        read_json(f"{around.api}/_simulator/batch", running if number % 2 else ended)  # type: ignore[arg-type]  # an order of plain values


def sweeps(around: World, url: str) -> dict[str, object]:
    """Measure sweeps in a process of their own."""
    environment = around.environment(0) | {"DATABASE_URL": url}
    found: dict[str, object] = json.loads(_output(["-m", "bench.watch_sweep", str(WATCHED)], environment))
    return found


def _output(arguments: list[str], environment: dict[str, str]) -> bytes:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
    ).stdout


async def ends_at_once(url: str) -> list[float]:
    """Return the seconds from the end of each of 500 batches to its message, at the pace Slack allows."""
    async with worlds(ENDING) as (api, slack):
        await asyncio.to_thread(watch_all, url, api)
        environment = program_environment(slack.api_url, slack.bot_token, api.base_url, url) | {SLACKS_PACE: "1"}
        process = await start(environment)
        await slack.wait_for(lambda: len(slack.calls("chat.postMessage")) >= ENDING, 600)
        api.advance(5_000)
        ended = time.time()
        await slack.wait_for(lambda: len(slack.calls("chat.postMessage")) >= 2 * ENDING, 900)
        await kill(process)
        return [call.at - ended for call in slack.calls("chat.postMessage") if call.at > ended]


async def acks(around: World, port: int) -> float:
    """Return the p99 of the seconds to an ack, one command after the other on two connections."""
    async with connections(port, 2) as opened:
        await flood(opened, SlashCommand("help", around.slack), 200)
        taken = await flood(opened, SlashCommand("help", around.slack), _ACKS)
    return percentile(taken, 0.99)


def acks_of_run(around: World, url: str, *, settle: float) -> float:
    """Return the p99 of acks of `python -m bot run` on a store, once it has been at work for `settle` seconds."""
    there = replace(around, store=url)
    with program(["-m", "bot", "run"], there) as running:
        wait_for_port(running.port)
        time.sleep(settle)
        return asyncio.run(acks(there, running.port))


def size_of(url: str) -> int:
    """Return the bytes a store takes on disk, the engine's tables among them."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(str(parsed.database)).stat().st_size
    engine = make_engine(url)
    ours = "SELECT oid FROM pg_namespace WHERE nspname LIKE current_schema() || '%'"
    wanted = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace IN ({ours})"
    with engine.connect() as connection:
        found = int(connection.execute(text(wanted)).scalar_one())
    engine.dispose()
    return found


def measure(url: str, spare: str) -> Figures:
    """Measure everything on one store; `spare` is another of its kind, for what needs an empty one."""
    with world() as around:
        idle = acks_of_run(around, spare, settle=3)
        fill_api(around)
        swept = sweeps(around, url)
        size = size_of(url)
        watching = acks_of_run(around, url, settle=12)
    told = asyncio.run(ends_at_once(spare))
    cpu, wall = swept["cpu"], swept["wall"]
    assert isinstance(cpu, list)
    assert isinstance(wall, list)
    requests, looks = float(str(swept["requests"])), float(str(swept["looks"]))
    return Figures(requests, median(cpu), median(wall), looks, told, size, idle, watching)


def rows(found: dict[str, Figures]) -> list[list[str]]:
    """Return the table's rows, a figure each."""

    def row(name: str, *cells: str) -> list[str]:
        return [name, *cells]

    every = found.values()
    return [
        row("requests a sweep", *(f"{each.requests:.0f}" for each in every)),
        row("CPU a sweep, s", *(verdict(each.cpu, CPU_LIMIT) for each in every)),
        row("wall clock a sweep, s", *(f"{each.wall:.2f}" for each in every)),
        row("CPU of a look at each, s", *(f"{each.looks:.1f}" for each in every)),
        row("times less than that", *(f"{each.looks / each.cpu:.0f} (at least {LOOKS_LIMIT})" for each in every)),
        row(
            "500 ends: first, median, last message after, s",
            *(f"{each.told[0]:.0f}, {median(each.told):.0f}, {each.told[-1]:.0f}" for each in every),
        ),
        row("store with 10,000 watches, MB", *(f"{each.size / 1e6:.1f}" for each in every)),
        row("ack p99 idle, ms", *(f"{each.idle * 1e3:.1f}" for each in every)),
        row("ack p99 while sweeping, times idle", *(verdict(each.watching / each.idle, ACK_LIMIT) for each in every)),
    ]


def main() -> None:
    """Print the table."""
    with (
        tempfile.TemporaryDirectory(prefix="batchdesk-watch-") as one,
        tempfile.TemporaryDirectory(prefix="batchdesk-watch-") as two,
        stores(Path(one)) as urls,
        stores(Path(two)) as spares,
    ):
        found = {name: measure(urls[name], spares[name]) for name in urls}
    print(table([f"{WATCHED:,} watched of {BATCHES_THERE:,} batches", *found], rows(found)))
    if "Postgres" not in found:
        print(f"Postgres: left out, because {URLS} names no server")


if __name__ == "__main__":
    main()
