"""Kill workers with kill -9 at random moments while batches end, and count what was lost or sent twice.

`python -m bench.watch_soak [--kills 100] [--watches 1000] [--store URL] [--workers 2]`; the default store is SQLite.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.watch_worker import POSTGRES_VARIABLE, program_environment
from bot.api.models import MessageBatch
from bot.app import utc_now
from bot.operations.snapshots import snapshot_batch
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel
from bot.slack.scopes import BOT_SCOPES
from bot.store.db.database import Database
from bot.store.records import batches as batch_records
from bot.store.records import scheduled_jobs
from bot.store.records.watches import StoredWatch
from bot.store.transactions import begin_watch
from bot.worker.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
HISTORIES = frozenset({"channels:history", "groups:history", "im:history"})
CHANNELS = 100
LIFE_SECONDS = (0.2, 3.0)
"""Seconds from the start of a worker to the next kill, at least and at most."""
QUIET_SECONDS = 2.0
"""Seconds to wait for duplicates once everything has arrived."""
_SPREAD = 1_000
"""Simulated seconds over which the batches end."""


@dataclass(frozen=True)
class SoakResult:
    """The outcome of a soak: messages sent, lost and sent twice, and cards that show an old state."""

    sent: int
    lost: int
    doubled: int
    stale: int
    kills: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.sent} messages in {self.seconds:.0f} s: "
            f"{self.lost} lost, {self.doubled} doubled, {self.stale} cards out of date"
        )


@dataclass(frozen=True)
class SoakPlan:
    """How many kills and workers, the life of a worker in seconds (least, most), and the final wait in seconds."""

    kills: int
    workers: int
    life: tuple[float, float] = LIFE_SECONDS
    quiet: float = QUIET_SECONDS


async def run_soak(url: str, plan: SoakPlan, watches: int) -> SoakResult:
    """Watch batches, kill workers while the batches end, and count what arrives in Slack."""
    began = time.monotonic()
    async with run_simulators(watches) as (api, slack):
        batches = await asyncio.to_thread(watch_all, url, api)
        environment = program_environment(slack.api_url, slack.bot_token, api.base_url, url)
        database = Database(url)
        expected = _list_expected(batches)
        running = await asyncio.gather(*(start_worker(environment) for _ in range(plan.workers)))
        await _kill_workers(api, database, environment, plan, running)
        await _advance(api, database, 2 * _SPREAD)
        await _wait_for_messages(slack, expected, plan.quiet)
        for process in running:
            await kill_worker(process)
        await database.close()
        counts = _count_messages(slack)
        stale = sum("In progress" in text for text in _read_cards(slack).values())
    lost = [key for key in expected if not counts[key]]
    doubled = [key for key, count in counts.items() if count > 1]
    for key in [*lost, *doubled][:10]:
        sys.stderr.write(f"  {'doubled' if key in doubled else 'lost'}: {key}\n")
    return SoakResult(sum(counts.values()), len(lost), len(doubled), stale, plan.kills, time.monotonic() - began)


@asynccontextmanager
async def run_simulators(watches: int) -> AsyncIterator[tuple[ApiSimulator, SlackSimulator]]:
    """Start both simulators, with `watches` batches that end one after another."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ApiSimulator(speed=0))
        slack = SlackSimulator(scopes=frozenset(BOT_SCOPES) | HISTORIES)
        members = frozenset({slack.world.bot_user, "U0ADA"})
        for number in range(CHANNELS):
            slack.world.add(Channel(f"C{number:05d}", f"channel-{number}", members))
        await stack.enter_async_context(slack)
        for number in range(watches):
            ends_in = 5 + _SPREAD * number / watches
            api.workspace.add(processing_status="in_progress", processing=50, ends_in=ends_in, age=60)
        yield api, slack


def watch_all(url: str, api: ApiSimulator) -> list[tuple[str, str]]:
    """Store a watch for each batch, as `/batch watch` does; return batch id and channel of each.

    Raises:
        SystemExit: the store already has batches, whose messages would be counted too.
    """
    database = Database(url)
    now = utc_now()
    database.open()
    if database.transact(lambda connection: batch_records.list_known_ids(connection, now - timedelta(days=365))):
        raise SystemExit("this store has batches already; name an empty one")
    engine = Engine(database)
    engine.create_tables(always=False)
    watched = []
    for number, batch in enumerate(api.workspace.batches):
        channel = f"C{number % CHANNELS:05d}"
        seen = snapshot_batch(MessageBatch.model_validate(batch.make_json(api.now, api.base_url)), now)
        watch = StoredWatch(batch.id, "U0ADA", channel, "watch", now)
        database.transact(lambda c, w=watch, s=seen: begin_watch.start_watch(c, engine.enqueue, w, s, now))  # type: ignore[misc]  # defaults bind the loop's values
        watched.append((batch.id, channel))
    database.engine.dispose()
    return watched


async def _kill_workers(
    api: ApiSimulator,
    database: Database,
    environment: dict[str, str],
    plan: SoakPlan,
    running: list[asyncio.subprocess.Process],
) -> None:
    """Kill one worker after another while simulated time passes, and start a new one each time."""
    dice = random.Random(1)
    for number in range(plan.kills):
        await _advance(api, database, _SPREAD / plan.kills * (0.9 if number else 5))
        await asyncio.sleep(dice.uniform(*plan.life))
        victim = running.pop(dice.randrange(len(running)))
        await kill_worker(victim)
        running.append(await start_worker(environment))


async def _advance(api: ApiSimulator, database: Database, seconds: float) -> None:
    """Advance simulated time, and make the next sweep due now, so that the kills hit its work."""
    api.advance(seconds)
    await database.run(lambda connection: scheduled_jobs.set_due(connection, begin_watch.SWEEP, utc_now()))


async def _wait_for_messages(slack: SlackSimulator, expected: Sequence[str], quiet: float) -> None:
    """Wait until everything has arrived, and then for duplicates."""
    deadline = time.monotonic() + 1_500
    while time.monotonic() < deadline:
        counts = _count_messages(slack)
        cards = _read_cards(slack)
        if all(counts[key] for key in expected) and not any("In progress" in text for text in cards.values()):
            await asyncio.sleep(quiet)
            break
        await asyncio.sleep(quiet / 10)


def _list_expected(batches: Sequence[tuple[str, str]]) -> list[str]:
    return [key for batch, place in batches for key in (f"card:{batch}:{place}:0", f"{batch}:ended:{place}")]


def _count_messages(slack: SlackSimulator) -> Counter[str]:
    """Count the messages in Slack by the key in their metadata."""
    posted = (message for number in range(CHANNELS) for message in slack.messages(f"C{number:05d}"))
    return Counter(message.metadata["event_payload"]["key"] for message in posted if message.metadata)


def _read_cards(slack: SlackSimulator) -> dict[str, str]:
    posted = (message for number in range(CHANNELS) for message in slack.messages(f"C{number:05d}"))
    return {message.ts: message.text for message in posted if not message.thread_ts}


async def start_worker(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """Start a worker and wait until it runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.watch_worker", cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    if not await asyncio.wait_for(process.stdout.readline(), 60):
        raise RuntimeError("the worker did not start; see its standard error")
    return process


async def kill_worker(process: asyncio.subprocess.Process) -> None:
    """Kill a worker with SIGKILL."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    await process.wait()


def main() -> None:
    """Run the soak, print its outcome, and exit with 1 if anything was lost, doubled or stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--watches", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=0, help="0: one on SQLite, two on Postgres")
    parser.add_argument(
        "--store", default=os.environ.get(POSTGRES_VARIABLE, ""), help="a Postgres URL; default: a SQLite file"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="batchdesk-soak-") as folder:
        url = options.store or f"sqlite:///{folder}/store.sqlite3"
        workers = options.workers or (2 if options.store else 1)
        result = asyncio.run(run_soak(url, SoakPlan(options.kills, workers), options.watches))
    print(f"{'Postgres' if options.store else 'SQLite'}, {workers} worker(s): {result}")
    sys.exit(1 if result.lost or result.doubled or result.stale else 0)


if __name__ == "__main__":
    main()
