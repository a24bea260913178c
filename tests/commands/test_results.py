"""Results: read once, stored, and reported honestly where there are none."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.api.errors import BatchNotFound
from bot.api.ids import BatchId
from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnexpectedWord
from bot.commands.registry import parse
from bot.commands.results import (
    Results,
    ResultsGone,
    ResultsNotReady,
    ResultsShown,
)
from bot.operations.progress import Progress
from bot.operations.result_files import ResultFileKind
from bot.operations.services import Services
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ADA, BEN, ID
from tests.commands.asking_for_results import RESULTS, readings, shown
from tests.commands.carrying_out import usage_error
from tests.commands.conftest import Place


def test_it_needs_a_batch() -> None:
    assert usage_error("results") == (MissingReference, "results")
    assert usage_error("results last last") == (UnexpectedWord, "results")


def test_everyone_may_read_them() -> None:
    assert Results.permission is Permission.READ


@pytest.fixture
def ended(place: Place) -> BatchId:
    return place(succeeded=180, errored=20, causes={"prompt_too_long": 15, "overloaded": 5}, id=ID)


async def test_what_came_out_is_counted_in_the_file(services: Services, ended: BatchId) -> None:
    outcome = await shown(services)

    summary = outcome.fetched.summary
    assert (summary.counts.succeeded, summary.counts.errored) == (180, 20)
    assert [(cause.count, cause.type) for cause in summary.causes] == [
        (15, "invalid_request_error"),
        (5, "overloaded_error"),
    ]
    assert (outcome.from_cache, outcome.readable, outcome.fetched.read_by) == (False, True, ADA.user)


async def test_the_second_time_nothing_is_read(services: Services, ended: BatchId, api: ApiSimulator) -> None:
    first = await shown(services)

    second = await RESULTS.run(services, BEN)

    assert isinstance(second, ResultsShown)
    assert (second.from_cache, second.fetched) == (True, first.fetched)
    assert readings(api) == 1


@pytest.mark.parametrize("status", ["in_progress", "canceling"])
async def test_before_the_end_nothing_is_asked_for(
    services: Services, place: Place, api: ApiSimulator, status: str
) -> None:
    place(processing_status=status, processing=10, id=ID)

    outcome = await RESULTS.run(services, ADA)

    assert isinstance(outcome, ResultsNotReady)
    assert readings(api) == 0


async def test_after_29_days_they_are_reported_as_gone(services: Services, place: Place, api: ApiSimulator) -> None:
    place(succeeded=10, age=30 * 86_400, id=ID)

    outcome = await RESULTS.run(services, ADA)

    assert isinstance(outcome, ResultsGone)
    assert readings(api) == 0


async def test_what_was_remembered_is_shown_when_the_results_are_gone(
    services: Services, ended: BatchId, clock: Clock
) -> None:
    await shown(services)
    clock.advance(timedelta(days=30).total_seconds())

    outcome = await shown(services)
    file = await replace(RESULTS, file=ResultFileKind.JSONL).run(services, ADA)

    assert (outcome.from_cache, outcome.readable) == (True, False)
    assert isinstance(file, ResultsGone)


async def test_a_batch_that_was_never_there_is_not_found(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await RESULTS.run(services, ADA)


async def test_the_progress_knows_how_much_there_is_and_how_much_was_read(services: Services, ended: BatchId) -> None:
    progress = Progress()

    await RESULTS.run(services, ADA, progress)

    assert (progress.reading.subject, progress.reading.lines, progress.reading.total_lines) == (ID, 200, 200)
    assert progress.reading.bytes > 10_000


@pytest.mark.parametrize(
    "line", [f"results {ID}", "results last --public", *(f"results last {k}" for k in ResultFileKind)]
)
def test_it_is_spelled_as_it_was_typed(line: str) -> None:
    assert parse(line).spell() == line
