"""`python -m bench.hostile`: 40 people share a hostile file of 10 MB at the same moment, and another types commands."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.memory import read_resident_bytes
from bench.programs import CORES, ROOT, RUN_PYTHON, free_port, wait_for_port
from bench.table import find_percentile, format_ratio, format_table, judge_most
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Person, World, make_demo_world
from bot.slack.scopes import BOT_SCOPES

FILES = 40
IDLE_SECONDS = 5.0
ANSWER_SECONDS = 300.0
WITHIN_MEMORY = 128 * 2**20
WITHIN_ACK = 3_000.0
WITHIN = 5.0
"""Times the idle p50 of an ack."""
CHANNEL = "C0BATCHES"
ASKER = "U0ADA"


def make_files() -> Iterator[bytes]:
    """Yield four kinds of hostile files of 10 MB, in turn."""
    start = b'{"custom_id":"a","params":{"model":"claude-haiku-4-5","max_tokens":1,"messages":['
    kinds = (
        start + b",".join([b"{}"] * 3_300_000) + b"]}}\n",
        b"{}\n" * 3_300_000,
        start + b'{"role":"user","content":"' + b"\\n" * 5_000_000 + b'"}]}}\n',
        b'"' * 10_000_000,
    )
    for number in range(FILES):
        yield kinds[number % len(kinds)]


def make_people() -> World:
    """Return the demo's people, and one more for each file."""
    people = [Person(f"U0HOSTILE{number}", f"Person {number}") for number in range(FILES)]
    world = make_demo_world().add(*people)
    for person in people:
        world.invite(CHANNEL, person.id)
    return world


@contextmanager
def run_bot(slack: SlackSimulator, api: ApiSimulator, folder: Path) -> Iterator[tuple[int, int]]:
    """Run `python -m bot web` on a core of its own; yield its process id and its port."""
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "ANTHROPIC_API_KEY": "sk-ant-playground",
        "ANTHROPIC_BASE_URL": api.base_url,
        "DATABASE_URL": f"sqlite:///{folder / 'store.sqlite3'}",
        "BATCHDESK_OPERATORS": "*",
        "BATCHDESK_HOST": "127.0.0.1",
        "PORT": str(port),
    }
    with (folder / "bot.log").open("wb") as log:
        process = subprocess.Popen(
            [RUN_PYTHON, "-m", "bot", "web"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    os.sched_setaffinity(process.pid, {max(CORES)})
    try:
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


async def type_until(slack: SlackSimulator, end: Awaitable[object]) -> list[float]:
    """Type commands until something has ended; return the milliseconds to each ack."""
    ending = asyncio.ensure_future(end)
    acks: list[float] = []
    while not ending.done():
        delivery = await slack.slash(ASKER, CHANNEL, "/batch help")
        acks.append(delivery.ack_ms if delivery.ack_ms is not None else float("inf"))
        await asyncio.sleep(0.02)
    await ending
    return acks


async def attack(slack: SlackSimulator) -> None:
    """Share all files and ask for a batch of each; wait until everyone has an answer."""
    people = [f"U0HOSTILE{number}" for number in range(FILES)]
    ids = [
        slack.share_file(person, CHANNEL, "hostile.jsonl", content).files[0]["id"]
        for person, content in zip(people, make_files(), strict=True)
    ]
    before = [len(slack.messages(CHANNEL, person)) for person in people]
    await asyncio.gather(
        *(slack.slash(person, CHANNEL, f"/batch create {id}") for person, id in zip(people, ids, strict=True))
    )

    def all_are_answered() -> bool:
        return all(len(slack.messages(CHANNEL, one)) > seen for one, seen in zip(people, before, strict=True))

    await slack.wait_for(all_are_answered, timeout=ANSWER_SECONDS)


async def watch_memory(pid: int) -> int:
    """Return the most resident memory of the bot and its checkers, once it is canceled."""
    most = 0
    try:
        while True:
            most = max(most, read_resident_bytes(pid))
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return most


async def run(folder: Path) -> bool:
    """Print what the attack cost others; return whether it was within the limits."""
    async with ApiSimulator(speed=0) as api, SlackSimulator(make_people(), scopes=frozenset(BOT_SCOPES)) as slack:
        with run_bot(slack, api, folder) as (pid, port):
            await asyncio.to_thread(wait_for_port, port)
            slack.http_target = f"http://127.0.0.1:{port}/slack/events"
            await type_until(slack, asyncio.sleep(IDLE_SECONDS))  # loads what is loaded late
            idle = await type_until(slack, asyncio.sleep(IDLE_SECONDS))
            memory = read_resident_bytes(pid)
            watching = asyncio.create_task(watch_memory(pid))
            beside = await type_until(slack, attack(slack))
            watching.cancel()
            added = await watching - memory
    ratio = find_percentile(beside, 0.5) / find_percentile(idle, 0.5)
    rows = [
        ["p50 of an ack, idle", f"{find_percentile(idle, 0.5):.1f} ms of {len(idle)}"],
        ["p50 of an ack beside the files, to idle", format_ratio(ratio, WITHIN)],
        ["p99 of an ack beside the files", f"{find_percentile(beside, 0.99):.1f} ms of {len(beside)}"],
        ["longest ack beside the files", f"{max(beside):.0f} ms {judge_most(max(beside), WITHIN_ACK)}"],
        [
            "memory above idle, checkers included",
            f"{added / 2**20:.0f} MiB {judge_most(added / 2**20, WITHIN_MEMORY // 2**20)}",
        ],
        ["memory to idle", f"{(memory + added) / memory:.2f} × {memory / 2**20:.0f} MiB"],
    ]
    print(format_table([f"{FILES} hostile files of 10 MB at once", ""], rows))
    return ratio <= WITHIN and max(beside) < WITHIN_ACK and added < WITHIN_MEMORY


def main() -> int:
    """Run the bench. Return 1 if something was over its limit."""
    os.sched_setaffinity(0, CORES - {max(CORES)} or CORES)
    with TemporaryDirectory(prefix="batchdesk-bench-") as folder:
        return 0 if asyncio.run(run(Path(folder))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
