"""What is remembered of results, and the readings under way, on both databases."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from bot.store.db.database import Database
from bot.store.records import long_readings, summaries, workers
from bot.store.records.long_readings import LongReading
from bot.store.records.summaries import StoredSummary
from bot.store.records.workers import DEAD, WorkerProcess

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=400)
READ = StoredSummary("msgbatch_1", '{"version":1}', "2026-08-21", "U0ADA", AT)
READING = LongReading("r1", "U0ADA", "T", AT)


async def keep(database: Database, read: StoredSummary = READ, forget: datetime = LONG_AGO) -> StoredSummary:
    return await database.run(lambda connection: summaries.store_summary(connection, read, delete_before=forget))


async def get(database: Database, batch_id: str = "msgbatch_1") -> StoredSummary | None:
    return await database.run(lambda connection: summaries.get(connection, batch_id))


async def take(database: Database, taken: summaries.DownloadedFile, by: str) -> None:
    await database.run(lambda connection: summaries.record_download(connection, "msgbatch_1", taken, by=by, at=AT))


async def test_what_was_kept_is_given_back(database: Database) -> None:
    kept = await keep(database)

    assert kept == READ == await get(database)


async def test_nothing_is_known_of_a_batch_nobody_read(database: Database) -> None:
    assert await get(database) is None


async def test_a_second_reading_takes_the_place_of_the_first_and_keeps_who_took_the_file(database: Database) -> None:
    await keep(database)
    await take(database, "jsonl", "U0BEN")

    again = await keep(database, StoredSummary("msgbatch_1", "{}", None, "U0CID", AT + timedelta(hours=1)))

    assert (again.summary, again.fetched_by) == ("{}", "U0CID")
    assert (again.taken, again.taken_by, again.taken_at) == ("jsonl", "U0BEN", AT)


async def test_a_part_that_is_taken_does_not_hide_that_the_whole_file_was(database: Database) -> None:
    await keep(database)

    await take(database, "errors", "U0ADA")
    await take(database, "jsonl", "U0BEN")
    await take(database, "csv", "U0CID")

    known = await get(database)
    assert known is not None
    assert (known.taken, known.taken_by) == ("jsonl", "U0BEN")


@pytest.mark.parametrize("more", ["csv", "family", "jsonl"])
async def test_failures_that_are_taken_do_not_hide_that_somebody_has_more(
    database: Database, more: summaries.DownloadedFile
) -> None:
    await keep(database)

    await take(database, "errors", "U0ADA")
    await take(database, more, "U0BEN")
    await take(database, "errors", "U0CID")

    known = await get(database)
    assert known is not None
    assert (known.taken, known.taken_by) == (more, "U0BEN")


async def test_a_batch_that_is_gone_is_forgotten_and_no_other(database: Database) -> None:
    await keep(database)
    await keep(database, StoredSummary("msgbatch_2", "{}", None, "U0ADA", AT))

    await database.run(lambda connection: summaries.delete_summary(connection, "msgbatch_1"))

    assert await get(database) is None
    assert await get(database, "msgbatch_2") is not None


async def test_keeping_one_forgets_those_that_are_past_any_use(database: Database) -> None:
    await keep(
        database, StoredSummary("msgbatch_0", "{}", None, "U0ADA", LONG_AGO - timedelta(days=1)), AT - timedelta(999)
    )

    await keep(database)

    assert await get(database, "msgbatch_0") is None
    assert await get(database) == READ


async def test_many_are_given_at_once_however_many_are_asked_for(database: Database) -> None:
    await keep(database)
    wanted = [f"msgbatch_{number}" for number in range(1_201)]

    found = await database.run(lambda connection: summaries.get_many(connection, wanted))

    assert found == {"msgbatch_1": READ}


async def test_a_reading_is_stopped_by_whoever_can_write_and_forgotten_at_its_end(database: Database) -> None:
    await database.run(lambda connection: long_readings.add(connection, READING))
    before = await database.run(lambda connection: long_readings.is_stopped(connection, "r1"))

    await database.run(lambda connection: long_readings.request_stop(connection, "r1", AT))

    assert not before
    assert await database.run(lambda connection: long_readings.is_stopped(connection, "r1"))
    assert await database.run(lambda connection: long_readings.get(connection, "r1")) == replace(READING, stopped_at=AT)
    await database.run(lambda connection: long_readings.remove(connection, "r1"))
    assert await database.run(lambda connection: long_readings.get(connection, "r1")) is None


async def test_a_reading_is_lost_when_its_process_has_died(database: Database) -> None:
    processes = {"alive": AT, "me": AT - DEAD * 2, "dead": AT - DEAD * 2}
    for number, holder in enumerate([*processes, "buried", None]):  # None: of a version that did not say who reads
        held = replace(READING, id=f"r{number}", held_by=holder)
        await database.run(partial(long_readings.add, reading=held))
    for id, seen_at in processes.items():
        await database.run(partial(workers.record_heartbeat, worker=WorkerProcess(id, "host", 1, AT, AT), now=seen_at))

    lost = await database.run(lambda connection: long_readings.find_lost(connection, AT, "me"))

    assert {each.held_by for each in lost} == {"dead", "buried"}


async def test_what_a_killed_process_left_behind_is_cleared_away(database: Database) -> None:
    later = replace(READING, id="r2", started_at=AT + timedelta(days=2))
    await database.run(lambda connection: long_readings.add(connection, READING))

    await database.run(lambda connection: long_readings.add(connection, later))

    assert await database.run(lambda connection: long_readings.get(connection, "r1")) is None
    assert await database.run(lambda connection: long_readings.get(connection, "r2")) == later
