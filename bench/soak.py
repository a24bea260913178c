"""Let people use the bot while processes are killed and both services fail, and check that everything heals.

`python -m bench.soak [--seed 1] [--minutes 3] [--store URL]`: two `web` and two `worker` processes on SQLite, or on the
empty Postgres database of `--store`. The seed decides what people do, what fails and who is killed; times vary.
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bench.programs import BatchdeskProcesses
from bot.app import utc_now
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.records import Delivery, SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator
from bot.playground.slack_simulator.world import Channel, Person, make_demo_world
from bot.slack.scopes import BOT_SCOPES
from bot.store.db import tables
from bot.store.db.database import Database
from bot.store.records import drafts, notices, scheduled_jobs
from bot.store.transactions.begin_watch import SWEEP

CHANNEL = "C0BATCHES"
PEOPLE = {"U0ADA": "D0ADA", "U0BEN": "D0BEN", "U0CYD": "D0CYD", "U0DOT": "D0DOT"}
"""Operators, each with their messages with the bot."""
LIMIT = 300
"""BATCHDESK_REQUEST_LIMIT: beyond so many requests of a person in 24 hours, another operator must approve."""
ANSWER_SECONDS = 45.0
"""How long a person waits for an answer before they do something else."""
HEAL_SECONDS = 300.0
"""How long the bot may take to settle everything once the faults have ended."""
_MARKED = ("card:", "msgbatch_")
"""How the keys of the messages begin that answer no one: cards, and notices about batches."""
_SLACK_METHODS = (
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "conversations.open",
    "conversations.history",
    "conversations.info",
    "users.info",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "response_url",
    "upload",
    "download",
)


@dataclass
class Act:
    """Something a person did. `subject`: words that an answer about it contains. `is_change`: it changes something."""

    number: int
    user: str
    what: str
    subject: str
    at: float
    is_change: bool
    began: datetime = field(default_factory=utc_now)
    acked: bool = False
    answered: bool = False
    before: frozenset[str] = frozenset()


@dataclass
class Soak:
    """A soak under way: both simulators, the processes between them, and what people have done so far."""

    api: ApiSimulator
    slack: SlackSimulator
    processes: BatchdeskProcesses
    database: Database
    dice: random.Random
    acts: list[Act] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    stops: list[int | None] = field(default_factory=list)
    faults: int = 0
    approvals: list[tuple[str, SlackMessage]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    never_begun: int = 0

    async def act_until(self, deadline: float, user: str, most: int | None = None) -> None:
        """Do one thing after another as a person, until a moment of the monotonic clock."""
        ways = [self.look, self.cancel, self.delete, self.create, self.sample, self.watch, self.read, self.approve]
        dice = random.Random(self.dice.random())
        while time.monotonic() < deadline and (most is None or len(self.acts) < most):
            await dice.choices(ways, weights=[1, 2, 3, 3, 2, 1, 2, 2])[0](user, dice)
            await asyncio.sleep(dice.uniform(0, 1.5))

    async def look(self, user: str, dice: random.Random) -> None:
        """Ask for one batch, or for all."""
        batch = self.add_batch(dice, running=True)
        line = dice.choice([f"/batch status {batch}", "/batch list", f"/batch status {batch}"])
        await self.do(user, "look", batch, lambda: self.slack.slash(user, CHANNEL, line), is_change=False)

    async def watch(self, user: str, dice: random.Random) -> None:
        """Watch a batch that ends soon."""
        batch = self.add_batch(dice, running=True)
        await self.do(user, "watch", batch, lambda: self.slack.slash(user, CHANNEL, f"/batch watch {batch}"))

    async def cancel(self, user: str, dice: random.Random) -> None:
        """Cancel a batch."""
        batch = self.add_batch(dice, running=True)
        await self.do(user, "cancel", batch, lambda: self.slack.slash(user, CHANNEL, f"/batch cancel {batch}"))

    async def read(self, user: str, dice: random.Random) -> None:
        """Read results, or have them sent."""
        batch = self.add_batch(dice, running=False)
        line = f"/batch results {batch}{dice.choice(['', ' --file'])}"
        await self.do(user, "results", batch, lambda: self.slack.slash(user, CHANNEL, line), is_change=False)

    async def delete(self, user: str, dice: random.Random) -> None:
        """Delete a batch, after the question."""
        batch = self.add_batch(dice, running=False)
        line = f"/batch delete {batch}"
        act = await self.do(user, "ask-delete", batch, lambda: self.slack.slash(user, CHANNEL, line), is_change=False)
        question = self.find_button(user, "Delete for good", batch) if act.answered else None
        if question is not None:
            press = self.slack.press
            done = await self.do(user, "delete", batch, lambda: press(user, question, text="Delete for good"))
            if done.acked:
                self.deleted.append(batch)

    async def create(self, user: str, dice: random.Random, *, first: bool = False) -> None:
        """Share a file, have it checked, and send it or ask for approval."""
        name = f"act{len(self.acts):04d}"
        count = 25 if first else dice.choice([3, 7, 40])
        content = b"".join(_make_line(f"{name}-{number}") for number in range(count))
        shared = self.slack.share_file(user, CHANNEL, f"{name}.jsonl", content)
        line = f"/batch create {shared.files[0]['id']}"
        act = await self.do(user, "check", name, lambda: self.slack.slash(user, CHANNEL, line), is_change=False)
        wanted = ("Send 10 first", "Ask for approval: 10 first") if first else ("Send", "Ask for approval")
        found = [(text, self.find_button(user, text, name)) for text in wanted] if act.answered else []
        text, question = next((pair for pair in found if pair[1] is not None), ("", None))
        if question is None:
            return
        await self.do(user, "send", name, lambda: self.slack.press(user, question, text=text))
        asked = self.find_button(user, "Approve", name)
        if asked is not None:
            self.approvals.append((user, asked))

    async def sample(self, user: str, dice: random.Random) -> None:
        """Send ten requests of a file first."""
        await self.create(user, dice, first=True)

    async def approve(self, user: str, dice: random.Random) -> None:
        """Approve what someone else asked for."""
        mine = [each for each in self.approvals if each[0] != user]
        if not mine:
            return
        self.approvals.remove(mine[0])
        question = mine[0][1]
        text = next((each for each in question.buttons if each.startswith("Approve")), None)
        if text is not None:
            name = question.visible_text[question.visible_text.index("act") :][:7]
            await self.do(user, "approve", name, lambda: self.slack.press(user, question, text=text))

    async def do(
        self,
        user: str,
        what: str,
        subject: str,
        deliver: Callable[[], Awaitable[Delivery]],
        *,
        is_change: bool = True,
    ) -> Act:
        """Do one thing and wait for its answer. Return what became of it."""
        words = subject.removeprefix("msgbatch_")[:10]  # what a message names a batch by, at least
        act = Act(len(self.acts), user, what, words, time.monotonic(), is_change)
        self.acts.append(act)
        before = self.list_answers(user)
        act.before = frozenset(self.find_mentions(user, words))
        delivery = await deliver()
        act.acked = delivery.acked
        if not act.acked:
            return act
        try:
            await self.slack.wait_for(lambda: self.list_answers(user) - before, ANSWER_SECONDS)
        except TimeoutError:
            return act
        act.answered = True
        return act

    def add_batch(self, dice: random.Random, *, running: bool) -> str:
        """Add a batch to the workspace and return its id."""
        wanted: dict[str, Any] = {"succeeded": dice.randint(1, 9), "errored": dice.randint(0, 3)}
        if running:
            wanted = {"processing_status": "in_progress", "processing": 9, "ends_in": dice.uniform(60, 900)}
        return self.api.workspace.add(**wanted).id

    def list_seen(self, user: str) -> list[SlackMessage]:
        """Return what a person sees in the channel and in their messages with the bot."""
        seen = [*self.slack.messages(CHANNEL, user), *self.slack.messages(PEOPLE[user], user)]
        return [message for message in seen if message.user not in PEOPLE]

    def list_answers(self, user: str) -> set[str]:
        """Return what may be answers to this person, each as text: cards and notices about batches are not."""
        mine = [m for m in self.list_seen(user) if m.ephemeral_to == user or m.channel == PEOPLE[user] or not _key(m)]
        return {_fingerprint(message) for message in mine if not _key(message).startswith(_MARKED)}

    def find_mentions(self, user: str, subject: str) -> set[str]:
        """Return what a person sees about a subject, each as text."""
        return {text for text in map(_fingerprint, self.list_seen(user)) if subject in text}

    def find_button(self, user: str, text: str, subject: str) -> SlackMessage | None:
        """Return the newest message about a subject that has a button."""
        fits = [m for m in self.list_seen(user) if subject in _fingerprint(m) and _has_button(m, text)]
        return fits[-1] if fits else None

    async def break_things(self, deadline: float) -> None:
        """Order faults of both services, one after another."""
        dice = random.Random(self.dice.random())
        while time.monotonic() < deadline:
            self.faults += 1
            if dice.random() < 0.5:
                self.api.add_fault(_choose_api_fault(dice))
            else:
                _order_slack_fault(self.slack, dice)
            await asyncio.sleep(dice.uniform(0.2, 1.5))

    async def stop_things(self, deadline: float) -> None:
        """Kill or stop one process after another, and start another one in its place."""
        dice = random.Random(self.dice.random())
        while time.monotonic() < deadline:
            await asyncio.sleep(dice.uniform(3, 9))
            if dice.random() < 0.6:
                self.kills.append(time.monotonic())
                await self.processes.replace(dice, signal.SIGKILL)
            else:
                self.stops.append(await self.processes.replace(dice, signal.SIGTERM))

    async def pass_time(self) -> None:
        """Let simulated time pass, so that batches end, and have the sweep notice it soon."""
        while True:
            await asyncio.sleep(3)
            self.api.advance(30)
            await self.database.run(lambda c: scheduled_jobs.set_due(c, SWEEP, utc_now(), not_later=True))

    async def heal(self) -> float:
        """Wait until nothing is open in the store; return the seconds that it took, or raise TimeoutError."""
        began = time.monotonic()
        while open_rows := await self.database.run(find_open_rows):
            if time.monotonic() - began > HEAL_SECONDS:
                raise TimeoutError(f"still open after {HEAL_SECONDS:.0f} s: {open_rows}")
            await self.database.run(_end_searches)
            await asyncio.sleep(1)
        return time.monotonic() - began

    async def find_faults(self) -> list[str]:
        """Return what is wrong at the end."""
        wrong = []
        for act in self.acts:
            reported = self.find_mentions(act.user, act.subject) - act.before
            killed = any(act.at - 1 < at < act.at + ANSWER_SECONDS for at in self.kills)
            if not act.acked or act.answered or reported:
                continue
            if killed and not (act.is_change and await self.database.run(partial(_has_begun, act=act))):
                self.never_begun += 1  # a process was killed before it recorded the act: nothing happened
                continue
            wrong.append(f"act {act.number}: {act.what} {act.subject} of {act.user} got no word")
        sent = Counter(request.custom_id for batch in self.api.workspace.batches for request in batch.requests)
        wrong += [
            f"{custom_id} was sent {count} times"
            for custom_id, count in sent.items()
            if count > 1 and "act" in custom_id
        ]
        keys = Counter(_key(message) for place in (CHANNEL, *PEOPLE.values()) for message in self.slack.messages(place))
        wrong += [f"message {key} is there {count} times" for key, count in keys.items() if key and count > 1]
        rows = await self.database.run(lambda c: c.execute(select(tables.notices)).all())
        wrong += [f"notice {row.key} was sent and is not there" for row in rows if row.sent_at and not keys[row.key]]
        wrong += [f"notice {row.key} was given up: {row.given_up}" for row in rows if row.given_up]
        done = await self.database.run(_find_deleted)
        there = {batch.id for batch in self.api.workspace.batches}
        wrong += [f"{batch} is recorded as deleted and exists" for batch in done & there]
        gone = {batch for batch in self.deleted if batch not in there}
        wrong += [f"{batch} is gone and its deletion is not recorded" for batch in gone - done]
        effects = Counter(r.path for r in self.api.requests if r.method == "DELETE" and r.status == 200)
        wrong += [f"{path} was deleted {count} times" for path, count in effects.items() if count > 1]
        fine = (0, -signal.SIGTERM)  # the second is a process that had not begun yet
        wrong += [f"a process that was stopped ended with {status}" for status in self.stops if status not in fine]
        return wrong


def find_open_rows(connection: Any) -> dict[str, int]:
    """Return how many rows of each kind are open: what should be settled, or should have arrived."""
    working = (*drafts.WORKING_STATES, "held")
    looked_for = (tables.drafts.c.state == "unknown") & tables.drafts.c.settles_at.is_not(None)
    questions = {
        "notices": notices.OUTBOX.count_open(connection),
        "acts": _count(connection, tables.audit, tables.audit.c.outcome.is_(None)),
        "drafts": _count(connection, tables.drafts, tables.drafts.c.state.in_(working) | looked_for),
        "readings": _count(connection, tables.readings),
        "cards": _count(connection, tables.cards, tables.cards.c.version > tables.cards.c.shown_version),
    }
    return {kind: count for kind, count in questions.items() if count}


def _count(connection: Any, table: Any, *conditions: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def _end_searches(connection: Any) -> None:
    """Let the ten minutes pass for which a worker looks for the batch of an unanswered create."""
    table = tables.drafts
    soon = utc_now() + timedelta(seconds=20)
    connection.execute(update(table).where(table.c.settles_at > soon).values(settles_at=soon))


def _has_begun(connection: Any, act: Act) -> bool:
    """Return whether an act is on record, about its batch or the drafts of its file. A question is not the act."""
    table, drafted = tables.audit, tables.drafts
    mine = connection.execute(select(drafted.c.id, drafted.c.batch_id).where(drafted.c.name.startswith(act.subject)))
    subjects = [each for row in mine for each in row if each]
    asked = table.c.outcome.is_not_distinct_from("asked") | table.c.outcome.is_not_distinct_from("kept")
    about = table.c.subject.in_(subjects) | table.c.subject.contains(act.subject)
    begun = (table.c.user_id == act.user) & (table.c.at >= act.began) & about & ~asked
    return _count(connection, table, begun) > 0


def _find_deleted(connection: Any) -> set[str]:
    table = tables.audit
    rows = connection.execute(select(table.c.subject).where(table.c.verb == "delete", table.c.outcome == "done"))
    return set(rows.scalars())


def _choose_api_fault(dice: random.Random) -> ApiFault:
    method = dice.choice(["GET", "POST", "DELETE", None])
    times = dice.choice([1, 1, 2, 4])
    match dice.choice(["429", "5xx", "cut", "delay", "hang"]):
        case "429":
            return ApiFault(method=method, status=429, retry_after=dice.choice([1, 3]), times=times)
        case "5xx":
            status = dice.choice([500, 502, 503, 529])
            return ApiFault(method=method, status=status, times=times, carried_out=dice.random() < 0.3)
        case "cut":
            return ApiFault(method=method, cut=dice.choice(["before", "middle"]))
        case "delay":
            return ApiFault(method=method, delay=dice.uniform(0.5, 4), late=dice.random() < 0.5)
        case _:
            return ApiFault(method=method, delay=25, late=dice.random() < 0.5)


def _order_slack_fault(slack: SlackSimulator, dice: random.Random) -> None:
    method = dice.choice(_SLACK_METHODS)
    match dice.choice(["429", "5xx", "lost", "delay"]):
        case "429":
            slack.fail_next(method, retry_after=dice.choice([1, 2]))
        case "5xx":
            slack.fail_next(method, status=dice.choice([500, 503]))
        case "lost":
            slack.lose_next(method)
        case _:
            slack.fail_next(method, delay=dice.uniform(0.5, 3))


def _make_line(custom_id: str) -> bytes:
    messages = [{"role": "user", "content": f"Say {custom_id}."}]
    params = {"model": "claude-haiku-4-5", "max_tokens": 16, "messages": messages}
    return json.dumps({"custom_id": custom_id, "params": params}).encode() + b"\n"


def _key(message: SlackMessage) -> str:
    """Return the key in the metadata of a message, or nothing."""
    return str(((message.metadata or {}).get("event_payload") or {}).get("key") or "")


def _fingerprint(message: SlackMessage) -> str:
    files = [file.get("name") for file in message.files]
    return f"{message.channel} {message.ts} {message.text} {json.dumps(message.blocks)} {files}"


def _has_button(message: SlackMessage, text: str) -> bool:
    return any(each.startswith(text) for each in message.buttons)


async def run_soak(
    store: str, folder: Path, seed: int, seconds: float, most: int | None = None
) -> tuple[str, list[str]]:
    """Run a soak. Return what happened in one line, and what is wrong."""
    world = make_demo_world()
    for user, place in PEOPLE.items():
        if user not in ("U0ADA", "U0BEN"):
            world.add(
                Person(user, user.removeprefix("U0").title(), "Operator"),
                Channel(place, "", frozenset({user, world.bot_user}), is_im=True),
            )
            world.invite(CHANNEL, user)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ApiSimulator(speed=0))
        scopes = frozenset(BOT_SCOPES) | {"channels:history", "groups:history", "im:history"}
        slack = await stack.enter_async_context(SlackSimulator(world, scopes=scopes))
        settings = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "ANTHROPIC_API_KEY": "sk-ant-soak",
            "ANTHROPIC_BASE_URL": api.base_url,
            "DATABASE_URL": store,
            "BATCHDESK_OPERATORS": ",".join(PEOPLE),
            "BATCHDESK_REQUEST_LIMIT": str(LIMIT),
            "BATCHDESK_KEEP_REQUESTS": str(folder / "requests"),
            "BATCHDESK_STOP_SECONDS": "6",
            "PORT": "0",
        }
        processes = BatchdeskProcesses(settings, folder, ("web", "web", "worker", "worker"))
        database = Database(store)
        stack.push_async_callback(database.close)
        stack.push_async_callback(processes.kill_all)
        database.open()
        await processes.start_all()
        await slack.wait_for(lambda: slack.sockets == 2, 60)
        soak = Soak(api, slack, processes, database, random.Random(seed))
        began = datetime.now().astimezone()
        passing = asyncio.create_task(soak.pass_time())
        deadline = time.monotonic() + seconds
        breaking = [asyncio.create_task(work(deadline)) for work in (soak.break_things, soak.stop_things)]
        await asyncio.gather(*(soak.act_until(deadline, user, most) for user in PEOPLE))
        for work in breaking:
            work.cancel()
        await asyncio.gather(*breaking, return_exceptions=True)
        api.clear_faults()
        slack.clear_faults()
        await processes.start_all()
        try:
            healed = f"healed in {await soak.heal():.0f} s"
            wrong = []
        except TimeoutError as error:
            healed, wrong = "did not heal", [str(error)]
        passing.cancel()
        await asyncio.sleep(2)  # for what would arrive twice
        wrong += await soak.find_faults()
        acked = [act for act in soak.acts if act.acked]
        answered = sum(act.answered for act in acked)
        words = (
            f"seed {seed}, {began:%H:%M}, {seconds:.0f} s: {len(soak.acts)} acts, {len(acked)} acked, "
            f"{answered} answered at once, {soak.faults} faults, {len(soak.kills)} kills, {len(soak.stops)} stops, "
            f"{soak.never_begun} never begun, {healed}"
        )
        return words, wrong


def main() -> None:
    """Run a soak, print its outcome, and exit with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--store", default="", help="the URL of an empty Postgres database; default: a SQLite file")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the store and the logs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="batchdesk-soak-"))
    url = options.store or f"sqlite:///{folder}/store.sqlite3"
    words, wrong = asyncio.run(run_soak(url, folder, options.seed, options.minutes * 60))
    print(f"{'Postgres' if options.store else 'SQLite'}, {words}; {len(wrong)} wrong")
    for line in wrong:
        print(f"  {line}")
    if options.keep or wrong:
        print(f"  the store and the logs are in {folder}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
