"""Summaries of results and readings under way, on both databases."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from bot.store.db.database import Database
from bot.store.records import long_readings, summaries, workers
from bot.store.records.long_readings import LongReading
from bot.store.records.summaries import StoredSummary
from bot.store.records.workers import DEAD_AFTER, WorkerProcess

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=400)
READ = StoredSummary("msgbatch_1", '{"version":1}', "2026-08-21", "U0ADA", AT)
READING = LongReading("r1", "U0ADA", "T", AT, held_by="alive")


async def store(database: Database, read: StoredSummary = READ, delete_before: datetime = LONG_AGO) -> StoredSummary:
    return await database.run(lambda connection: summaries.store_summary(connection, read, delete_before=delete_before))


async def get(database: Database, batch_id: str = "msgbatch_1") -> StoredSummary | None:
    return await database.run(lambda connection: summaries.get(connection, batch_id))


async def download(database: Database, taken: summaries.DownloadedFile, by: str) -> None:
    await database.run(lambda connection: summaries.record_download(connection, "msgbatch_1", taken, by=by, at=AT))


async def test_a_stored_summary_reads_back(database: Database) -> None:
    kept = await store(database)

    assert kept == READ == await get(database)


async def test_a_batch_whose_results_no_one_read_has_no_summary(database: Database) -> None:
    assert await get(database) is None


async def test_a_second_reading_replaces_the_first_and_keeps_who_downloaded_the_file(database: Database) -> None:
    await store(database)
    await download(database, "jsonl", "U0BEN")

    again = await store(database, StoredSummary("msgbatch_1", "{}", None, "U0CID", AT + timedelta(hours=1)))

    assert (again.summary, again.fetched_by) == ("{}", "U0CID")
    assert (again.taken, again.taken_by, again.taken_at) == ("jsonl", "U0BEN", AT)


async def test_a_download_of_a_part_does_not_hide_one_of_the_whole_file(database: Database) -> None:
    await store(database)

    await download(database, "errors", "U0ADA")
    await download(database, "jsonl", "U0BEN")
    await download(database, "csv", "U0CID")

    known = await get(database)
    assert known is not None
    assert (known.taken, known.taken_by) == ("jsonl", "U0BEN")


@pytest.mark.parametrize("more", ["csv", "family", "jsonl"])
async def test_a_download_of_the_failures_does_not_hide_a_fuller_one(
    database: Database, more: summaries.DownloadedFile
) -> None:
    await store(database)

    await download(database, "errors", "U0ADA")
    await download(database, more, "U0BEN")
    await download(database, "errors", "U0CID")

    known = await get(database)
    assert known is not None
    assert (known.taken, known.taken_by) == (more, "U0BEN")


async def test_only_the_summary_of_the_deleted_batch_is_deleted(database: Database) -> None:
    await store(database)
    await store(database, StoredSummary("msgbatch_2", "{}", None, "U0ADA", AT))

    await database.run(lambda connection: summaries.delete_summary(connection, "msgbatch_1"))

    assert await get(database) is None
    assert await get(database, "msgbatch_2") is not None


async def test_storing_one_summary_deletes_those_that_are_too_old(database: Database) -> None:
    await store(
        database, StoredSummary("msgbatch_0", "{}", None, "U0ADA", LONG_AGO - timedelta(days=1)), AT - timedelta(999)
    )

    await store(database)

    assert await get(database, "msgbatch_0") is None
    assert await get(database) == READ


async def test_thousands_of_summaries_are_read_at_once(database: Database) -> None:
    await store(database)
    wanted = [f"msgbatch_{number}" for number in range(1_201)]

    found = await database.run(lambda connection: summaries.get_many(connection, wanted))

    assert found == {"msgbatch_1": READ}


async def test_any_process_can_stop_a_reading_and_its_end_deletes_it(database: Database) -> None:
    await database.run(lambda connection: long_readings.add(connection, READING))
    before = await database.run(lambda connection: long_readings.is_stopped(connection, "r1"))

    await database.run(lambda connection: long_readings.request_stop(connection, "r1", AT))

    assert not before
    assert await database.run(lambda connection: long_readings.is_stopped(connection, "r1"))
    assert await database.run(lambda connection: long_readings.get(connection, "r1")) == replace(READING, stopped_at=AT)
    await database.run(lambda connection: long_readings.remove(connection, "r1"))
    assert await database.run(lambda connection: long_readings.get(connection, "r1")) is None


async def test_a_reading_is_lost_when_its_process_has_died(database: Database) -> None:
    processes = {"alive": AT, "me": AT - DEAD_AFTER * 2, "dead": AT - DEAD_AFTER * 2}
    for number, holder in enumerate([*processes, "removed"]):
        held = replace(READING, id=f"r{number}", held_by=holder)
        await database.run(partial(long_readings.add, reading=held))
    for id, seen_at in processes.items():
        await database.run(
            partial(workers.record_heartbeat, worker=WorkerProcess(id, "host", 1, AT - DEAD_AFTER * 3, AT), now=seen_at)
        )

    lost = await database.run(lambda connection: long_readings.find_lost(connection, AT, "me"))

    assert {each.held_by for each in lost} == {"dead", "removed"}


async def test_the_readings_of_a_killed_process_are_deleted(database: Database) -> None:
    later = replace(READING, id="r2", started_at=AT + timedelta(days=2))
    await database.run(lambda connection: long_readings.add(connection, READING))

    await database.run(lambda connection: long_readings.add(connection, later))

    assert await database.run(lambda connection: long_readings.get(connection, "r1")) is None
    assert await database.run(lambda connection: long_readings.get(connection, "r2")) == later
