"""The road, between a real store and a real client. Without an audit entry nothing is changed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event

from bot.api.client import open_http
from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.permissions import CallerFacts, NotPermitted, Rules
from bot.pipeline import Answer, Interaction, Pipeline
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.db.database import Database, StoreUnavailable
from bot.store.records import audit
from bot.store.records.audit import Intent, record_intent
from bot.ui.components.buttons import read_button
from bot.ui.reply import Message, Placement
from tests.desk import ADA, BATCHES, BEN
from tests.services import build_confirmations, build_services

INTENT = Intent(
    at=datetime(2026, 11, 21, tzinfo=UTC),
    user_id=ADA,
    team_id="T0DEMO",
    channel_id=None,
    verb="x",
    command="x",
    subject="x",
    confirmation_id="x",
)
CALLER = Caller(UserId(ADA), TeamId("T0DEMO"), ChannelId(BATCHES))


class Road:
    """A pipeline with its store and its API at hand; the store gives up after 50 ms."""

    def __init__(self, api: ApiSimulator, http: httpx.AsyncClient, store: Path) -> None:
        self.api, self.path, self.http = api, store, http
        self.database = Database(f"sqlite:///{store}", busy_seconds=0.05)
        self.database.open()
        self.counted: list[tuple[str, str]] = []
        self.facts = CallerFacts()
        services = build_services(http, self.database, lambda: datetime.now(UTC))
        rules = Rules(operators=frozenset({ADA}), admins=frozenset({ADA}))
        self.pipeline = Pipeline(
            services,
            build_confirmations(self.database, services.now),
            rules,
            self.find_caller_facts,
            replace_mentions=self.replace_mentions,
            count_interaction=lambda verb, _origin, outcome_name, _seconds: self.counted.append((verb, outcome_name)),
            explain_error=self.explain_error,
        )

    async def find_caller_facts(
        self, caller: Caller, *, fresh: bool = False, fresh_channel: bool = False
    ) -> CallerFacts:
        """Return the facts about a member, in a channel of the workspace's own, unless a test changes them."""
        return self.facts

    async def replace_mentions(self, message: Message) -> Message:
        """Return the message as it is."""
        return message

    async def explain_error(self, error: ExpectedError) -> ExpectedError:
        """Return the error as it is."""
        return error

    async def answer(self, text: str, confirmation_id: str | None = None) -> Answer:
        """Answer this text."""
        return await self.pipeline.answer(Interaction(CALLER, text, confirmation_id=confirmation_id))

    async def say(self, text: str, confirmation_id: str | None = None) -> Message:
        """Answer this text and return the reply."""
        reply = (await self.answer(text, confirmation_id)).reply
        assert isinstance(reply, Message)
        return reply

    async def ask_to_delete(self) -> tuple[str, str]:
        """Ask about an ended batch. Return the text and the confirmation id of the button that confirms."""
        self.api.workspace.add(succeeded=5)
        question = await self.say("delete last")
        [row] = [block for block in question.blocks if block["type"] == "actions"]
        elements = row["elements"]
        assert isinstance(elements, list)
        yes = read_button(elements[0]["value"])
        assert yes.confirmation is not None
        return yes.text, yes.confirmation

    def outcomes(self) -> list[str | None]:
        """Return the recorded outcome of each change, newest first."""
        return [entry.outcome for entry in self.database.transact(audit.list_entries)]

    @property
    def changes(self) -> list[str]:
        """Return the methods of the calls that may change something."""
        return [request.method for request in self.api.requests if request.method != "GET"]


@pytest.fixture
async def road(store_file: Path) -> AsyncIterator[Road]:
    async with ApiSimulator(speed=0) as api, open_http("sk-ant-x", base_url=api.base_url) as http:
        road = Road(api, http, store_file)
        yield road
        await road.database.close()


async def fill(database: Database) -> None:
    """Fill the store, so that it has no page left."""

    @event.listens_for(database.engine, "begin")
    def stop_growing(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # it cannot go below what is in use

    async def write_on() -> None:
        while True:
            await database.run(partial(record_intent, intent=INTENT, held_by="a-process"))

    with pytest.raises(StoreUnavailable, match="full"):
        await write_on()


async def test_a_full_store_deletes_nothing(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()
    await fill(road.database)

    reply = await road.say(text, confirmation)

    assert "database is full" in reply.text
    assert road.changes == []


async def test_a_full_store_asks_no_question_that_could_not_be_answered(road: Road) -> None:
    road.api.workspace.add(succeeded=5)
    await fill(road.database)

    reply = await road.say("delete last")

    assert "database is full" in reply.text
    assert [block for block in reply.blocks if block["type"] == "actions"] == []


@pytest.mark.parametrize("option", ["--full", "--causes"])
async def test_without_an_audit_entry_no_contents_are_shown(road: Road, option: str) -> None:
    batch = road.api.workspace.add(succeeded=1, errored=4)
    await road.say(f"results {batch.id}")
    await fill(road.database)

    answer = await road.answer(f"results {batch.id} {option}")

    assert isinstance(answer.reply, Message)
    assert "database is full" in answer.reply.text


async def test_a_store_that_cannot_record_a_refusal_does_not_lift_it(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(road.database)

    answer = await road.pipeline.answer(Interaction(replace(CALLER, user=UserId(BEN)), "delete last"))

    assert type(answer.error).__name__ == "NotPermitted"
    assert "a refusal is not recorded: delete by" in caplog.text


async def test_without_an_audit_entry_nothing_is_canceled_either(road: Road) -> None:
    batch = road.api.workspace.add(processing_status="in_progress", processing=5)
    with closing(sqlite3.connect(road.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        reply = await road.say(f"cancel {batch.id}")

    assert "database is busy" in reply.text
    assert road.changes == []


async def test_a_confirmation_that_could_not_be_recorded_stays_valid(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()
    with closing(sqlite3.connect(road.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = await road.say(text, confirmation)

    done = await road.say(text, confirmation)

    assert refused.placement is Placement.BELOW
    assert "Deleted by" in done.text
    assert road.changes == ["DELETE"]


async def test_the_intent_is_on_record_before_the_delete_is_sent(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()
    at_the_delete: list[tuple[str, str | None]] = []

    def look(request: object) -> None:
        with closing(sqlite3.connect(road.path)) as other:
            at_the_delete[:] = other.execute(
                "SELECT command, outcome FROM bd_audit ORDER BY id DESC LIMIT 1"
            ).fetchall()

    road.api.on_request(look)
    await road.say(text, confirmation)

    assert at_the_delete == [(text, None)]


async def test_an_outcome_that_cannot_be_recorded_does_not_hide_the_change(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    text, confirmation = await road.ask_to_delete()
    locks: list[sqlite3.Connection] = []

    def lock(request: object) -> None:
        if not locks and road.changes:
            locks.append(sqlite3.connect(road.path, isolation_level=None))
            locks[0].execute("BEGIN EXCLUSIVE")

    road.api.on_request(lock)
    reply = await road.say(text, confirmation)
    locks[0].close()

    assert "Deleted by" in reply.text
    assert "without its outcome: done" in caplog.text
    assert road.changes == ["DELETE"]


async def test_each_interaction_is_one_line_in_the_log(road: Road, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bot.pipeline")

    await road.say("status last")
    await road.say("dance")

    lines = [record.getMessage().rsplit(",", 1)[0] for record in caplog.records if record.name == "bot.pipeline"]
    assert lines == [f"status by {ADA} in {BATCHES}: NoBatches", f"? by {ADA} in {BATCHES}: UnknownVerb"]


async def test_no_parser_takes_a_confirmation_id_for_an_option(road: Road) -> None:
    confirmations = [(await road.ask_to_delete())[1] for _ in range(12)]

    assert [each for each in confirmations if not each.isalnum()] == []


async def test_only_a_change_is_announced(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()

    asked, deleted = await road.answer("delete last"), await road.answer(text, confirmation)

    assert asked.announcement is None
    assert deleted.announcement is not None
    assert "done" in deleted.announcement.text


async def test_a_broken_change_is_not_recorded_as_not_made(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()

    async def break_after(response: httpx.Response) -> None:
        if response.request.method == "DELETE":
            raise RuntimeError

    road.http.event_hooks = {"response": [break_after]}

    with pytest.raises(RuntimeError):
        await road.say(text, confirmation)

    assert road.api.workspace.batches == []
    assert road.outcomes() == ["unknown", "asked"]


async def test_a_change_that_is_cut_off_is_left_to_the_worker(road: Road) -> None:
    text, confirmation = await road.ask_to_delete()
    road.api.add_fault(ApiFault(method="DELETE", delay=600))

    act = asyncio.create_task(road.say(text, confirmation))
    await road.api.wait_for(lambda: road.api.delayed)
    act.cancel()
    await asyncio.wait({act})

    assert road.outcomes() == [None, "asked"]


async def test_a_change_that_fails_is_counted_and_logged_under_its_error(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.pipeline")
    text, confirmation = await road.ask_to_delete()
    road.api.add_fault(ApiFault(method="DELETE", status=401))

    answer = await road.answer(text, confirmation)

    assert answer.error is None
    assert road.counted == [("delete", "ok"), ("delete", "KeyRefused")]
    assert "delete by U0ADA in C0BATCHES: KeyRefused" in caplog.text


@pytest.mark.parametrize("option", ["", "--file", "--errors --csv", "--merged", "--causes --public"])
@pytest.mark.parametrize(
    "facts",
    [
        CallerFacts(is_guest=True),
        CallerFacts(is_outsider=True),
        CallerFacts(is_external_channel=True),
        CallerFacts(is_guest=None),
    ],
)
async def test_a_right_that_ends_during_long_work_ends_before_its_answer(
    road: Road, option: str, facts: CallerFacts
) -> None:
    batch = road.api.workspace.add(succeeded=3, errored=2)
    road.api.add_fault(ApiFault(path="*/results", delay=60))

    interaction = Interaction(CALLER, f"results {batch.id} {option}")
    answering = asyncio.create_task(road.pipeline.answer(interaction, Progress()))
    await road.api.wait_for(lambda: road.api.delayed)
    road.facts = facts
    road.api.answer_delayed()
    answer = await answering

    assert isinstance(answer.error, NotPermitted)
    assert isinstance(answer.reply, Message)
    assert batch.id not in str(answer.reply.blocks)
