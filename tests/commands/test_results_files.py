"""Files of results: made in one reading, whole or not at all, and recorded as downloaded once delivered."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import IO

import pytest
from msgspec.structs import replace

from bot.api.ids import BatchId
from bot.commands.language.arguments import read_arguments
from bot.commands.language.errors import BadValue
from bot.commands.registry import parse
from bot.commands.results import (
    CausesFile,
    NothingFailed,
    Results,
    ResultsFile,
)
from bot.operations.find_batch import Reference
from bot.operations.read_results import ResultsNotSaved
from bot.operations.result_files import ResultFileKind
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import summaries
from tests.builders import ADA, ID
from tests.commands.asking_for_results import RESULTS, readings, shown, whole_file
from tests.commands.conftest import Place


@pytest.fixture
def ended(place: Place) -> BatchId:
    return place(succeeded=180, errored=20, causes={"prompt_too_long": 15, "overloaded": 5}, id=ID)


async def contents(file: ResultsFile) -> bytes:
    try:
        return b"".join([piece async for piece in file.scratch_file.pieces(0, file.scratch_file.size)])
    finally:
        file.scratch_file.close()


async def taken(services: Services, kind: ResultFileKind) -> AsyncIterator[tuple[ResultsFile, bytes]]:
    outcome = await replace(RESULTS, file=kind).run(services, ADA)
    assert isinstance(outcome, ResultsFile)
    yield outcome, await contents(outcome)


async def test_the_file_has_the_bytes_of_the_api(services: Services, ended: BatchId, api: ApiSimulator) -> None:
    async for _, content in taken(services, ResultFileKind.JSONL):
        assert content == whole_file(api)


async def test_one_reading_gives_the_file_and_the_summary(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    async for file, _ in taken(services, ResultFileKind.JSONL):
        assert file.fetched.summary.lines == 200

    assert (await shown(services)).from_cache
    assert readings(api) == 1


async def test_only_the_failures_are_in_the_file_of_failures(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    async for _, content in taken(services, ResultFileKind.ERRORS):
        lines = content.splitlines(keepends=True)

        assert len(lines) == 20
        assert {json.loads(line)["result"]["type"] for line in lines} == {"errored"}
        assert all(line in whole_file(api) for line in lines)


@pytest.mark.parametrize(("kind", "rows"), [(ResultFileKind.CSV, 200), (ResultFileKind.ERRORS_CSV, 20)])
async def test_a_table_has_a_row_a_request(services: Services, ended: BatchId, kind: ResultFileKind, rows: int) -> None:
    async for _, content in taken(services, kind):
        table = list(csv.reader(io.StringIO(content.decode(), newline="")))

        assert table[0][:2] == ["custom_id", "outcome"]
        assert len(table) == rows + 1


async def test_a_file_is_recorded_as_downloaded_only_once_it_was_delivered(services: Services, ended: BatchId) -> None:
    async for file, _ in taken(services, ResultFileKind.JSONL):
        before = await services.database.run(lambda connection: summaries.get(connection, ID))
        await file.on_delivered(True)
    after = await services.database.run(lambda connection: summaries.get(connection, ID))

    assert before is not None
    assert before.taken is None
    assert after is not None
    assert (after.taken, after.taken_by) == ("jsonl", ADA.user)


@pytest.mark.parametrize("kind", [ResultFileKind.ERRORS, ResultFileKind.ERRORS_CSV, ResultFileKind.CAUSES])
@pytest.mark.parametrize("known", [True, False])
async def test_without_failures_there_is_no_file_of_failures(
    services: Services, place: Place, kind: ResultFileKind, known: bool
) -> None:
    place(succeeded=5, id=ID)
    if known:
        await shown(services)

    assert isinstance(await replace(RESULTS, file=kind).run(services, ADA), NothingFailed)


async def test_the_causes_need_no_second_reading(services: Services, ended: BatchId, api: ApiSimulator) -> None:
    await shown(services)

    outcome = await replace(RESULTS, file=ResultFileKind.CAUSES).run(services, ADA)

    assert isinstance(outcome, CausesFile)
    assert readings(api) == 1


async def test_a_full_disk_is_reported_and_the_results_can_still_be_shown(services: Services, ended: BatchId) -> None:
    full = replace(services, open_scratch_file=lambda: open("/dev/full", "wb"))  # noqa: PTH123, SIM115 - the device opens at once, and the scratch file closes it

    with pytest.raises(ResultsNotSaved) as caught:
        await replace(RESULTS, file=ResultFileKind.JSONL).run(full, ADA)

    assert caught.value.full
    assert caught.value.reading.lines > 0
    assert await services.database.run(lambda connection: summaries.get(connection, ID)) is None
    assert (await shown(full)).fetched.summary.lines == 200


async def test_a_disk_that_opens_no_file_is_reported(services: Services, ended: BatchId) -> None:
    def refuse() -> IO[bytes]:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(ResultsNotSaved) as caught:
        await replace(RESULTS, file=ResultFileKind.JSONL).run(replace(services, open_scratch_file=refuse), ADA)

    assert (caught.value.full, caught.value.reason) == (False, "Permission denied")


def test_a_file_with_another_is_the_other() -> None:
    assert parse("results last --csv --file") == Results(Reference("last"), ResultFileKind.CSV)


def test_two_kinds_that_make_no_file_are_refused() -> None:
    arguments = read_arguments("results", ["last", "--csv", "--causes"], Results.options)

    with pytest.raises(BadValue):
        Results.parse(arguments)
