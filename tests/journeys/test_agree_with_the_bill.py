"""After any history, the total is what the API billed for the results that were read, or it is marked as less.

The bill is that of the simulated API, with its own prices and arithmetic. `BATCHDESK_TEST_HISTORIES` sets how many
histories are tried.
"""

import asyncio
import csv
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from bot.app import Part
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.cost_report.billed_usage import BatchBilling
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.db.tables import ledger, summaries
from bot.store.records.summaries import delete_summary
from tests.desk import ADA, ALL_SCOPES, BEN, Desk
from tests.journeys.creating import ask_about_file, make_jsonl, make_request

HISTORIES = int(os.environ.get("BATCHDESK_TEST_HISTORIES", "4"))
DAY = 86_400.0
UNPRICED = "claude-mythos-5-2"
MODELS = (
    "claude-haiku-4-5-20251001",
    "claude-sonnet-5",
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "claude-haiku-5-5",
    UNPRICED,
)

ABOUT_A_BATCH = ("read", "delete", "delete elsewhere", "watch", "cancel", "retry", "forget", "prune")
Step = tuple[Any, ...]

batches = st.tuples(
    st.just("made elsewhere"),
    st.sampled_from(MODELS),
    st.integers(0, 60),
    st.integers(0, 3),
    st.integers(0, 1),
    st.floats(0.01, 40),
)
about_a_batch = st.tuples(st.sampled_from((*ABOUT_A_BATCH, "read", "delete")), st.integers(0, 2))
steps = st.one_of(
    about_a_batch,
    about_a_batch,
    about_a_batch,
    st.tuples(st.just("send"), st.sampled_from(MODELS[:3]), st.integers(1, 40), st.booleans()),
    st.tuples(st.sampled_from(["cost", "sweep", "restart", "send the rest", "break"])),
    st.tuples(st.just("wait"), st.sampled_from([0.2, 1.0, 12.0])),
)
histories = st.builds(lambda made, taken: made + taken, st.lists(batches, max_size=3), st.lists(steps, max_size=9))
MADE: Step = ("made elsewhere", MODELS[0], 30, 2, 0, 1.0)
OLD: Step = ("made elsewhere", MODELS[1], 20, 0, 0, 20.0)
ALWAYS: tuple[list[Step], ...] = (
    [MADE, OLD, ("read", 0), ("forget", 0), ("delete elsewhere", 0)],
    [MADE, OLD, ("read", 1), ("prune", 1), ("delete", 0), ("wait", 12.0)],
    [("send", MODELS[0], 40, True), ("wait", 0.2), ("send the rest",), ("cancel", 0), ("wait", 0.2), ("retry", 0)],
)
"""Histories that are tried in any case: an old version's row, expired results, and a sample with rest and retry."""


class History:
    """What happens to the batches of a workspace, and what of it the bot has read."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.read: set[str] = set()
        self.deleted_here: set[str] = set()
        self.forgotten: set[str] = set()
        """Batches whose rows look as version 0.1.0 left them. Reading them again mends that."""
        self._billing = BatchBilling(desk.api.workspace.id)

    @property
    def batches(self) -> list[Batch]:
        """The batches that exist, newest first."""
        return self.desk.api.workspace.batches

    async def take(self, step: Step) -> None:
        """Take a step. What it is about is chosen by its place in the list; without one, nothing happens."""
        kind, *rest = step
        plain: dict[str, Callable[..., Awaitable[object]]] = {
            "made elsewhere": self._make,
            "send": self._send,
            "cost": partial(self._reading, partial(self.desk.type, "/batch cost --since 52w")),
            "sweep": partial(self._reading, self._sweep),
            "restart": self.desk.restart,
            "send the rest": self._send_rest,
            "break": self._break,
            "wait": self._wait,
        }
        if kind in plain:
            await plain[kind](*rest)
        elif self.batches:
            batch = self.batches[rest[0] % len(self.batches)]
            await getattr(self, f"_{kind.replace(' ', '_')}")(batch)

    async def _make(self, model: str, succeeded: int, errored: int, missing: int, age: float) -> None:
        total = max(succeeded + errored, 1)
        answers = {"blocks": min(2, succeeded)}
        self.desk.api.workspace.add(
            model=model,
            succeeded=succeeded,
            errored=total - succeeded,
            missing=missing,
            answers=answers,
            age=age * DAY,
        )

    async def _send(self, model: str, count: int, is_first: bool) -> None:
        requests = make_jsonl(make_request(f"r-{number}", model=model) for number in range(count))
        question = await ask_about_file(self.desk, requests, f"file-{len(self.desk.api.requests)}.jsonl")
        button = question.buttons[1 if is_first and question.buttons[1].startswith("Send 10") else 0]
        await self.desk.press(question, button)

    async def _send_rest(self) -> None:
        for batch in self.batches:
            [status] = await self.desk.type(f"/batch status {batch.id}")
            if rest := [text for text in status.buttons if text.startswith("Send the other")]:
                [question] = await self.desk.press(status, rest[0])
                await self._press_send(question)
                return

    async def _retry(self, batch: Batch) -> None:
        [question] = await self.desk.type(f"/batch retry {batch.id}")
        await self._press_send(question)

    async def _press_send(self, question: SlackMessage) -> None:
        if "Send" in question.buttons:
            await self.desk.press(question, "Send")

    async def _read(self, batch: Batch) -> None:
        user = BEN if batch.number % 2 else ADA
        await self._reading(partial(self.desk.type, f"/batch results {batch.id}", user=user))

    async def _watch(self, batch: Batch) -> None:
        await self.desk.type(f"/batch watch {batch.id}")

    async def _cancel(self, batch: Batch) -> None:
        [question] = await self.desk.type(f"/batch cancel {batch.id}")
        if "Cancel the batch" in question.buttons:
            await self.desk.press(question, "Cancel the batch")

    async def _delete(self, batch: Batch) -> None:
        [question] = await self.desk.type(f"/batch delete {batch.id}")
        if "Delete for good" in question.buttons:
            await self.desk.press(question, "Delete for good")
            self.deleted_here.add(batch.id)

    async def _delete_elsewhere(self, batch: Batch) -> None:
        if batch.find_status(self.desk.api.now) == "ended":
            self.desk.api.workspace.delete(batch.id)

    async def _forget(self, batch: Batch) -> None:
        """Turn what is stored of a batch into what version 0.1.0 stored, which knew no iterations."""
        if batch.id in self.read:
            await self.desk.bot.worker.services.database.run(partial(_age_rows, batch_id=batch.id))
            self.forgotten.add(batch.id)

    async def _prune(self, batch: Batch) -> None:
        """Delete the summary, as its retention does."""
        await self.desk.bot.worker.services.database.run(partial(delete_summary, batch_id=batch.id))

    async def _break(self) -> None:
        self.desk.api.add_fault(ApiFault(path="*/results", cut="middle"))

    async def _wait(self, days: float) -> None:
        self.desk.api.advance(days * DAY)
        self.desk.time.later = self.desk.api.now - (self.desk.time() - self.desk.time.later)

    async def _sweep(self) -> None:
        await self.desk.bot.worker.sweep.run(0)

    async def _reading(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do something that reads results and keeps what they cost."""
        before = len(self.desk.api.requests)
        await act()
        served = {one.path.split("/")[-2] for one in self.desk.api.requests[before:] if _is_whole_result(one)}
        self.read |= served
        self.forgotten -= served

    async def check(self) -> None:
        """Compare the total, the export and the bill."""
        self.desk.api.clear_faults()
        shown: list[SlackMessage] = []

        async def look() -> None:
            shown.extend(await self.desk.type("/batch cost --since 52w"))

        await self._reading(look)
        header = shown[0].visible_text.split("\n", 1)[0]
        spent = await self._export()
        billed = [batch for batch in self.desk.api.workspace.billed_batches if batch.id in self.read]
        costs = {batch.id: await self._bill(batch) for batch in billed}
        due = sum(costs.values(), Fraction(0))
        existing = {batch.id for batch in self.batches}
        unread = {batch.id for batch in self._ended() if batch.id not in self.read and batch.ending.counts.succeeded}
        lost = {batch for batch in unread if batch in existing or batch in self.deleted_here}
        incomplete = {batch.id for batch in billed if batch.ending.counts.succeeded and _is_incomplete(batch)}
        unsure = {batch.id for batch in billed if batch.missing and batch.id not in incomplete}
        is_marked = "at least" in header or "unknown" in header

        if not is_marked:
            assert spent == due, "an unmarked total is what was billed for what was read"
        assert spent <= due
        if lost or incomplete or self.forgotten & set(costs):
            assert is_marked, f"{header}: {lost}, {incomplete}, {self.forgotten}"
        if not (unread or incomplete or unsure or self.forgotten):
            assert not is_marked, header
        if amount := re.search(r"\$([\d,.]+)", header):
            assert abs(Fraction(amount.group(1).replace(",", "")) - spent) <= Fraction("0.01")

    def _ended(self) -> list[Batch]:
        now = self.desk.api.now
        return [batch for batch in self.desk.api.workspace.billed_batches if batch.find_status(now) == "ended"]

    async def _bill(self, batch: Batch) -> Fraction:
        """Return USD for a batch, as the simulated API bills it, without the tokens of the model without a price."""
        items = await self._billing.list_items([batch], self.desk.api.now, at_creation=True)
        priced = (
            one for one in items if one.dimensions["model"] != UNPRICED or one.dimensions["cost_type"] != "tokens"
        )
        return sum((item.cents for item in priced), Fraction(0)) / 100

    async def _export(self) -> Fraction:
        """Return the sum of all rows of the export."""
        *_, sent = await self.desk.type("/batch cost --since 52w --export")
        async with httpx.AsyncClient(base_url=self.desk.slack.url) as browser:
            text = (await browser.get(sent.files[0]["url"])).text
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return sum((Fraction(Decimal(row["cost_usd"])) for row in rows if row["cost_usd"]), Fraction(0))


def _is_whole_result(request: Any) -> bool:
    return bool(request.path.endswith("/results") and request.status == 200)


def _is_incomplete(batch: Batch) -> bool:
    return batch.requests[0].model == UNPRICED


def _age_rows(connection: Connection, batch_id: str) -> None:
    for table, column in ((summaries, summaries.c.summary), (ledger, ledger.c.spent)):
        stored = connection.execute(select(column).where(table.c.batch_id == batch_id)).scalar_one_or_none()
        if stored is not None:
            row = json.loads(stored)
            row["cost"].pop("unknown_iterations", None)
            changed = update(table).where(table.c.batch_id == batch_id)
            connection.execute(changed.values({column: json.dumps(row)}))


@asynccontextmanager
async def open_history(prepared_file: Path) -> AsyncIterator[History]:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(shutil.copy(prepared_file, Path(folder) / "store.sqlite3"))
        desk = Desk(store, "socket", ALL_SCOPES, seeded=False, part=Part.WEB)
        try:
            await desk.open(operators=(ADA, BEN))
            yield History(desk)
        finally:
            await desk.close()


async def play(prepared_file: Path, history: list[Step]) -> None:
    async with open_history(prepared_file) as played:
        for step in history:
            await played.take(step)
        await played.check()


def test_after_any_history_the_total_is_the_bill_of_what_was_read_or_marked(prepared_file: Path) -> None:
    @settings(max_examples=HISTORIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(history=histories)
    @example(history=ALWAYS[0])
    @example(history=ALWAYS[1])
    @example(history=ALWAYS[2])
    def played(history: list[Step]) -> None:
        asyncio.run(play(prepared_file, history))

    played()
