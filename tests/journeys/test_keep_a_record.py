"""What was attempted, taken and read is on record as well as what was done, and no one can flood the record."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from bot.store.db.database import Database
from bot.store.records import labels
from bot.store.records.audit import REFUSALS_APART
from bot.store.records.labels import Relative
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, Desk


@pytest.fixture
async def guarded(open_desk: OpenDesk) -> Desk:
    """Return a desk where Ada administers and Ben may only read."""
    return await open_desk(operators=(ADA,), admins=(ADA,))


async def record_of(desk: Desk, batch: str) -> str:
    """Return what an administrator reads about a batch."""
    [record] = await desk.type(f"/batch audit {batch}", user=ADA)
    return record.visible_text


async def exported(desk: Desk) -> list[dict[str, str]]:
    """Return the rows of the whole record."""
    [_, sent] = await desk.type("/batch audit --export", user=ADA)
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        content = (await browser.get(sent.files[0]["url"])).text
    return list(csv.DictReader(io.StringIO(content)))


async def test_the_record_of_a_batch_has_a_refused_delete_and_who_took_its_file(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    await guarded.type(f"/batch delete {batch}", user=BEN)
    await guarded.type(f"/batch results {batch} --file", user=BEN)

    record = await record_of(guarded, batch)

    assert f"🚫 *delete*: refused · <@{BEN}>" in record
    assert "only administrators can do this" in record
    assert f"✅ *results* `--file`: done · <@{BEN}>" in record


@pytest.mark.parametrize("typed", ["nightly", "the start", "last"])
async def test_a_refused_attempt_is_on_the_record_of_its_batch_and_reaches_no_api(guarded: Desk, typed: str) -> None:
    batch = guarded.api.workspace.add(processing_status="in_progress", processing=2).id
    await guarded.type(f"/batch label {batch} nightly", user=ADA)
    await guarded.type(f"/batch watch {batch}", user=ADA)
    reference = batch[:-4] if typed == "the start" else typed
    asked = len(guarded.api.requests)
    await guarded.type(f"/batch cancel {reference}", user=BEN)
    assert len(guarded.api.requests) == asked

    [row] = [row for row in await exported(guarded) if row["outcome"] == "refused"]

    assert (row["command"], row["subject"], row["user_id"]) == (
        f"cancel {reference}",
        batch if typed != "last" else "",
        BEN,
    )


@pytest.mark.parametrize("option", ["", "--full", "--file", "--csv", "--errors", "--causes", "--merged"])
async def test_whoever_gets_contents_is_on_record(guarded: Desk, option: str) -> None:
    batch = guarded.api.workspace.add(succeeded=2, errored=1).id
    await guarded.type(f"/batch results {batch} {option}", user=BEN)

    [row] = await exported(guarded)

    assert (row["verb"], row["command"]) == ("results", f"results {batch} {option}".strip())
    assert (row["subject"], row["user_id"], row["outcome"]) == (batch, BEN, "done")


async def test_counts_without_contents_are_no_rows(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    for command in ("status", "details", "results"):
        await guarded.type(f"/batch {command} {batch}", user=BEN)
    await guarded.type("/batch cost", user=BEN)

    assert await exported(guarded) == []


async def test_a_merged_file_is_on_the_record_of_each_batch(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=1, errored=1).id
    retry = guarded.api.workspace.add(succeeded=1).id
    store = Database(f"sqlite:///{guarded.store}")
    store.transact(lambda connection: labels.add_relative(connection, Relative(retry, batch, "retry")))
    await store.close()

    await guarded.type(f"/batch results {batch} --merged", user=BEN)

    rows = [row for row in await exported(guarded) if row["verb"] == "results" and "--merged" in row["command"]]
    assert {row["subject"] for row in rows} == {batch, retry}
    assert {row["outcome"] for row in rows} == {"done"}


async def test_a_file_that_slack_refuses_is_not_recorded_as_taken(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    guarded.slack.fail_next("files.completeUploadExternal", error="restricted_action")
    await guarded.type(f"/batch results {batch} --file", user=BEN)

    [row] = await exported(guarded)

    assert (row["outcome"], row["detail"]) == ("failed", "restricted_action")


async def test_reads_and_exports_of_the_record_are_on_record(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    await guarded.type("/batch audit", user=ADA)
    await guarded.type(f"/batch audit {batch}", user=ADA)
    await guarded.type("/batch audit --export", user=BEN)
    await exported(guarded)

    rows = await exported(guarded)

    assert [(row["command"], row["subject"], row["user_id"], row["outcome"]) for row in rows] == [
        ("audit", "", ADA, "done"),
        (f"audit {batch}", batch, ADA, "done"),
        ("audit --export", "", BEN, "refused"),
        ("audit --export", "", ADA, "done"),
    ]


async def test_a_repeated_attempt_is_counted_in_one_row_for_a_minute(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    for _ in range(7):
        await guarded.type(f"/batch delete {batch}", user=BEN)
    guarded.time.later += timedelta(minutes=2)
    await guarded.type(f"/batch delete {batch}", user=BEN)

    rows = await exported(guarded)

    assert [row["times"] for row in rows] == ["7", "1"]
    assert f"*delete*: refused 7 times · <@{BEN}>" in await record_of(guarded, batch)


async def test_attempts_at_many_batches_do_not_flood_the_record(guarded: Desk) -> None:
    batches = [guarded.api.workspace.add(succeeded=1).id for _ in range(REFUSALS_APART + 7)]
    for batch in batches:
        await guarded.type(f"/batch delete {batch}", user=BEN)

    rows = await exported(guarded)

    assert [row["subject"] for row in rows] == batches[:REFUSALS_APART]
    assert sum(int(row["times"]) for row in rows) == len(batches)


async def test_a_press_of_anothers_confirmation_is_on_record(guarded: Desk) -> None:
    batch = guarded.api.workspace.add(succeeded=2).id
    [question] = await guarded.type(f"/batch delete {batch}", user=ADA)
    value = next(
        element["value"]
        for block in question.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if "Delete" in element["text"]["text"]
    )
    await guarded.new_messages_after(
        BEN, lambda: guarded.slack.press_raw(BEN, question.channel, value=value, action_id="run-0")
    )

    rows = await exported(guarded)

    assert [(row["user_id"], row["outcome"]) for row in rows] == [(ADA, "asked"), (BEN, "refused")]
    assert f"*delete*: asked, not answered · <@{ADA}>" in await record_of(guarded, batch)
