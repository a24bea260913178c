"""The results of a family as one file: whole, or with what is missing said beforehand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.commands.registry import parse
from bot.commands.results import FamilyFile, FamilyIncomplete, Results, ResultsOutcome
from bot.operations.find_batch import Reference
from bot.operations.merge_family import AbsenceReason, AbsentBatch
from bot.operations.read_results import ResultsNotSaved, ResultsTruncated
from bot.operations.result_files import ResultFileKind
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import labels, summaries
from bot.store.records.labels import Relative
from tests.builders import ADA, ID, batch_id
from tests.commands.conftest import Place

WHOLE = Results(Reference(ID), ResultFileKind.FAMILY)
PART = replace(WHOLE, file=ResultFileKind.PART_OF_FAMILY)
DAY = 86_400.0


async def relate(services: Services, child: str, parent: str, kind: str = "retry") -> None:
    await services.database.run(lambda connection: labels.add_relative(connection, Relative(child, parent, kind)))


@pytest.fixture
async def family(services: Services, place: Place) -> tuple[BatchId, BatchId, BatchId]:
    """Provide a batch, its retry, and the retry of that, all with the same custom_ids."""
    parent = place(succeeded=2, errored=8, age=9_000.0, id=ID)
    child = place(succeeded=3, errored=5, age=7_000.0, id=batch_id(1))
    grandchild = place(succeeded=1, canceled=1, age=5_000.0, id=batch_id(2))
    await relate(services, child, parent)
    await relate(services, grandchild, child)
    return parent, child, grandchild


@asynccontextmanager
async def merged(services: Services, query: Results = WHOLE) -> AsyncIterator[tuple[FamilyFile, list[bytes]]]:
    outcome: ResultsOutcome = await query.run(services, ADA)
    assert isinstance(outcome, FamilyFile)
    merged_file = outcome.merged.scratch_file
    try:
        content = b"".join([piece async for piece in merged_file.pieces(0, merged_file.size)])
        yield outcome, content.splitlines(keepends=True)
    finally:
        merged_file.close()


async def test_each_request_is_there_once_byte_for_byte_from_whichever_batch_one_asks(
    services: Services, family: tuple[BatchId, ...], api: ApiSimulator
) -> None:
    given = {line for id in family for line in make_result_lines(api.workspace.get(id))}
    for id in family:
        async with merged(services, replace(WHOLE, reference=Reference(id))) as (outcome, lines):
            found = [json.loads(line)["custom_id"] for line in lines]

            assert set(lines) <= given
            assert len(found) == len(set(found)) == outcome.merged.requests == 10
            assert outcome.merged.succeeded == sum(b'"type":"succeeded"' in line for line in lines)
            assert [batch.id for batch in outcome.family.readable] == list(family)


async def test_a_request_that_succeeded_anywhere_has_succeeded(
    services: Services, family: tuple[BatchId, ...], api: ApiSimulator
) -> None:
    results = [json.loads(line) for id in family for line in make_result_lines(api.workspace.get(id))]
    ever = {one["custom_id"] for one in results if one["result"]["type"] == "succeeded"}

    async with merged(services) as (_, lines):
        in_the_end = {one["custom_id"] for one in map(json.loads, lines) if one["result"]["type"] == "succeeded"}

    assert in_the_end == ever


async def test_a_sample_and_its_rest_are_one_family(services: Services, place: Place) -> None:
    sample, rest = place(succeeded=2, prefix="a", id=ID), place(succeeded=3, prefix="b", id=batch_id(1))
    await relate(services, rest, sample, "canary")

    async with merged(services) as (outcome, lines):
        assert (len(lines), outcome.merged.succeeded) == (5, 5)


async def test_a_batch_without_relatives_is_its_own_family(services: Services, place: Place) -> None:
    place(succeeded=2, errored=1, id=ID)

    async with merged(services) as (outcome, lines):
        assert (len(lines), outcome.family.absent) == (3, ())


async def test_what_cannot_be_read_is_told_before_anything_is_read(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    parent = place(succeeded=2, errored=8, age=40 * DAY, took=60.0, id=ID)
    children = {
        AbsenceReason.DELETED: batch_id(9),
        AbsenceReason.UNFINISHED: place(processing_status="in_progress", processing=4, id=batch_id(1)),
    }
    readable = place(succeeded=3, id=batch_id(2))
    for child in (*children.values(), readable):
        await relate(services, child, parent)

    outcome = await WHOLE.run(services, ADA)

    assert isinstance(outcome, FamilyIncomplete)
    assert [batch.id for batch in outcome.family.readable] == [readable]
    assert set(outcome.family.absent) == {
        AbsentBatch(parent, AbsenceReason.EXPIRED),
        *(AbsentBatch(child, why) for why, child in children.items()),
    }
    assert not any(request.path.endswith("/results") for request in api.requests)
    async with merged(services, PART) as (_, lines):
        assert len(lines) == 3


async def test_the_retries_of_a_batch_that_was_deleted_are_found_by_its_id(services: Services, place: Place) -> None:
    child = place(succeeded=3, id=batch_id(1))
    await relate(services, child, ID)

    outcome = await WHOLE.run(services, ADA)

    assert isinstance(outcome, FamilyIncomplete)
    assert outcome.family.absent == (AbsentBatch(ID, AbsenceReason.DELETED),)
    assert [batch.id for batch in outcome.family.readable] == [child]


async def test_an_unknown_batch_has_no_family(services: Services, place: Place) -> None:
    place(succeeded=3, id=batch_id(1))

    with pytest.raises(BatchNotFound):
        await WHOLE.run(services, ADA)


async def test_where_nothing_can_be_read_there_is_no_part_either(services: Services, place: Place) -> None:
    place(processing_status="in_progress", processing=4, id=ID)

    assert isinstance(await WHOLE.run(services, ADA), FamilyIncomplete)
    assert isinstance(await PART.run(services, ADA), FamilyIncomplete)


async def test_a_batch_that_breaks_off_is_named_and_nothing_is_merged(
    services: Services, family: tuple[BatchId, ...], api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path=f"*{family[1]}/results", cut="middle"))

    with pytest.raises(ResultsTruncated) as caught:
        await WHOLE.run(services, ADA)

    assert caught.value.batch.id == family[1]
    assert parse(caught.value.retry_command) == WHOLE


async def test_a_full_disk_is_told(services: Services, family: tuple[BatchId, ...]) -> None:
    full = replace(services, open_scratch_file=lambda: open("/dev/full", "wb"))  # noqa: PTH123, SIM115 - the device opens at once, and the scratch file closes it

    with pytest.raises(ResultsNotSaved) as caught:
        await WHOLE.run(full, ADA)

    assert caught.value.full
    assert parse(caught.value.retry_command) == WHOLE


async def test_each_batch_of_it_counts_as_taken_once_the_file_has_arrived(
    services: Services, family: tuple[BatchId, ...]
) -> None:
    async with merged(services) as (outcome, _):
        await outcome.on_delivered(True)

    stored = await services.database.run(lambda connection: summaries.get_many(connection, family))
    assert {one.taken for one in stored.values()} == {"family"}
    assert len(stored) == 3


def test_it_is_spelled_as_it_is_typed() -> None:
    assert parse(WHOLE.spell()) == WHOLE
    assert parse(PART.spell()) == PART
