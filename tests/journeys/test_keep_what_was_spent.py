"""What was spent stays spent: no total becomes smaller because a batch was deleted."""

import csv
import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from random import Random

import httpx
import pytest

from bot.playground.api_simulator.results import make_result_lines
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records import summaries
from tests.desk import ADA, BEN, Desk

DAY = 86_400.0
RATES = {"input_tokens": 500, "output_tokens": 2_500, "cache_read_input_tokens": 50}
WRITES = {"ephemeral_5m_input_tokens": 625, "ephemeral_1h_input_tokens": 1_000}
"""What Claude Haiku 4.5 costs in a batch, USD per thousand million tokens."""


def bill(desk: Desk, batch_id: str) -> Decimal:
    """Return what a batch costs, by arithmetic of its own."""
    nano = 0
    for line in make_result_lines(desk.api.workspace.get(batch_id)):
        result = json.loads(line)["result"]
        if result["type"] == "succeeded":
            usage = result["message"]["usage"]
            nano += sum(rate * (usage.get(name) or 0) for name, rate in RATES.items())
            nano += sum(rate * (usage["cache_creation"] or {}).get(name, 0) for name, rate in WRITES.items())
    return Decimal(nano) / 10**9


def usd(amount: Decimal) -> str:
    return f"${amount:,.2f}" if amount >= Decimal("0.01") or not amount else "under $0.01"


async def delete_here(desk: Desk, batch_id: str) -> None:
    [question] = await desk.type(f"/batch delete {batch_id}")
    await desk.press(question, "Delete for good")


async def watch_to_its_end(desk: Desk) -> str:
    """Watch a batch until it has ended, and return its id."""
    add = desk.api.workspace.add
    batch = add(processing_status="in_progress", ends_in=60.0, succeeded=300, age=600.0).id
    await desk.type(f"/batch watch {batch}")
    desk.api.advance(61.0)
    await desk.bot.worker.sweep.run(0)
    return batch


def total(message: SlackMessage) -> str:
    """Return the total, or an empty string if there is nothing to add up."""
    if "No ended batches" in message.visible_text:
        return ""
    found = re.search(r"Cost of the last 7 days: (.*)", message.visible_text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
@pytest.mark.parametrize("by", ["model", "day", "owner", "label"])
async def test_the_total_stays_when_a_batch_that_was_read_is_deleted(desk: Desk, where: str, by: str) -> None:
    kept, deleted = (desk.api.workspace.add(succeeded=1_000, age=each * DAY).id for each in (1.5, 3.5))
    spent = bill(desk, deleted)
    await desk.type(f"/batch own {deleted} <@{BEN}>")
    await desk.type(f"/batch label {deleted} nightly")
    [before] = await desk.type(f"/batch cost --by {by}")
    if where == "here":
        await delete_here(desk, deleted)
    else:
        desk.api.workspace.delete(deleted)

    [after] = await desk.type(f"/batch cost --by {by}")

    assert total(before) == total(after) == usd(spent + bill(desk, kept))
    assert f"{usd(spent)} in 1 deleted batch" in after.visible_text
    assert "2 ended batches" in after.visible_text
    rows = {"model": "`claude-haiku-4-5-20251001`", "day": "", "owner": f"<@{BEN}>", "label": "`nightly`"}
    assert rows[by] in after.visible_text
    listed = [each.split("\n", 1)[1] for each in (before.visible_text, after.visible_text)]
    assert sorted(re.findall(r"  \*\$[\d.]+\*, .*", listed[0])) == sorted(re.findall(r"  \*\$[\d.]+\*, .*", listed[1]))


@pytest.mark.parametrize("where", ["here", "elsewhere"])
async def test_a_batch_that_was_deleted_unread_makes_the_total_at_least(desk: Desk, where: str) -> None:
    kept = desk.api.workspace.add(succeeded=1_000, age=1.5 * DAY).id
    deleted = await watch_to_its_end(desk)
    if where == "here":
        await delete_here(desk, deleted)
    else:
        desk.api.workspace.delete(deleted)

    [shown] = await desk.type("/batch cost")

    assert total(shown) == f"at least {usd(bill(desk, kept))}"
    assert "1 deleted batch was never read, so its cost is not included" in shown.visible_text


async def test_a_batch_without_an_answer_costs_nothing_when_it_is_deleted_unread(desk: Desk) -> None:
    kept = desk.api.workspace.add(succeeded=1_000, age=DAY).id
    deleted = desk.api.workspace.add(errored=5, age=DAY).id
    await delete_here(desk, deleted)

    [shown] = await desk.type("/batch cost")

    assert total(shown) == usd(bill(desk, kept))
    assert "never read" not in shown.visible_text


async def test_the_only_batch_was_deleted_unread(desk: Desk) -> None:
    await delete_here(desk, desk.api.workspace.add(succeeded=5, age=DAY).id)

    [shown] = await desk.type("/batch cost")

    assert total(shown) == "unknown"


async def test_the_cost_is_kept_when_the_summary_is_not(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1_000, age=DAY).id
    spent = bill(desk, batch)
    await desk.type("/batch cost")
    services = desk.bot.worker.services
    await services.database.run(lambda connection: summaries.delete_summary(connection, batch))
    desk.api.workspace.delete(batch)

    [shown] = await desk.type("/batch cost")

    assert total(shown) == usd(spent)


async def test_the_cost_is_kept_when_the_summary_and_the_results_are_not(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=1_000, age=28 * DAY).id
    desk.api.workspace.add(errored=3, age=30 * DAY)
    spent = bill(desk, batch)
    await desk.type("/batch cost --since 5w")
    await desk.bot.worker.services.database.run(lambda connection: summaries.delete_summary(connection, batch))
    desk.api.advance(2 * DAY)
    desk.time.later += timedelta(days=2)

    [shown] = await desk.type("/batch cost --since 5w")

    assert f"Cost of the last 5 weeks: {usd(spent)}" in shown.visible_text
    assert "couldn't be read" not in shown.visible_text


async def test_the_export_has_a_row_for_each_batch_and_model_and_adds_up(desk: Desk) -> None:
    kept, deleted, unread = (desk.api.workspace.add(succeeded=2_000, age=each * DAY).id for each in (1, 2, 3))
    await desk.type(f"/batch label {deleted} =1+1")
    costs = {batch: bill(desk, batch) for batch in (kept, deleted)}
    await delete_here(desk, unread)
    await desk.type("/batch cost")
    await delete_here(desk, deleted)

    [said, sent] = await desk.type("/batch cost --export")

    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        text = (await browser.get(sent.files[0]["url"])).text
    rows = {row["batch_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert "Sent you the cost of the last 7 days · 3 batches" in said.visible_text
    assert list(rows) == [unread, deleted, kept]
    assert {batch: Decimal(rows[batch]["cost_usd"]) for batch in costs} == costs
    assert [rows[batch]["cost_is"] for batch in rows] == ["never read", "complete", "complete"]
    assert [bool(rows[batch]["deleted_at"]) for batch in rows] == [True, True, False]
    assert rows[deleted]["label"] == "'=1+1"
    assert rows[kept]["requests"] == "2000"


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_history_the_total_is_what_was_billed_for_what_was_read_or_is_marked(
    desk: Desk, seed: int
) -> None:
    chance = Random(seed)
    billed: dict[str, Decimal] = {}
    is_read: dict[str, bool] = {}
    watched: set[str] = set()
    gone: set[str] = set()

    async def place() -> None:
        if chance.random() < 0.3:
            batch = await watch_to_its_end(desk)
            watched.add(batch)
        else:
            batch = desk.api.workspace.add(succeeded=chance.randint(100, 900), age=chance.uniform(0.1, 6) * DAY).id
        billed[batch], is_read[batch] = bill(desk, batch), False
        if chance.random() < 0.5:
            await remove(batch)

    async def remove(batch: str) -> None:
        if chance.random() < 0.5 or not (is_read[batch] or batch in watched):
            await delete_here(desk, batch)
        else:
            desk.api.workspace.delete(batch)
        gone.add(batch)

    async def act() -> None:
        there = [batch for batch in billed if batch not in gone]
        batch = chance.choice(there) if there else ""
        match chance.choice(("place", "read", "remove", "restart")):
            case "read" if batch:
                await desk.type(f"/batch results {batch}", user=chance.choice((ADA, BEN)))
                is_read[batch] = True
            case "remove" if batch:
                await remove(batch)
            case "restart":
                await desk.restart()
            case _:
                await place()

    for _ in range(8):
        await act()
        [shown] = await desk.type("/batch cost --by owner")
        is_read.update((batch, True) for batch in billed if batch not in gone)

        known = sum((billed[batch] for batch in billed if is_read[batch]), Decimal(0))
        lost = sum(not read for read in is_read.values())
        in_full = usd(known) if any(is_read.values()) else ""
        at_least = f"at least {usd(known)}" if known else "unknown"
        assert total(shown) == (at_least if lost else in_full)
        assert (f"{lost} deleted batch" in shown.visible_text) or not lost
