"""Show: one result, found without reading further than to it."""

from collections.abc import AsyncIterator

import pytest

from bot.api.errors import BatchNotFound
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingCustomId, MissingReference, UnexpectedWord
from bot.commands.show import ResultFound, ResultNotFound, Show, ShowOutcome, ShowTooEarly, ShowTooLate
from bot.operations.find_batch import LAST_ENDED, Reference
from bot.operations.progress import Progress
from bot.operations.read_results import ResultsTruncated
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ADA, ID
from tests.commands.asking_for_results import readings
from tests.commands.carrying_out import reads_as, usage_error
from tests.commands.conftest import Place


def test_it_takes_a_batch_and_a_custom_id() -> None:
    assert reads_as(f"show {ID} r-1", Show(Reference(ID), "r-1"))
    assert reads_as(f"show {ID} --id=-1", Show(Reference(ID), "-1"))
    assert reads_as("show last ended r-1", Show(LAST_ENDED, "r-1"))
    assert usage_error("show") == (MissingReference, "show")
    assert usage_error("show last") == (MissingCustomId, "show")
    assert usage_error("show last a b") == (UnexpectedWord, "show")
    assert usage_error("show last a.b") == (BadValue, "show")
    assert usage_error(f"show last {'a' * 65}") == (BadValue, "show")


def test_only_readers_may_use_it() -> None:
    assert Show.permission is Permission.READ_CONTENTS


async def show(services: Services, custom_id: str, progress: Progress | None = None) -> ShowOutcome:
    return await Show(Reference(ID), custom_id).run(services, ADA, progress)


async def test_every_kind_of_result_is_found(services: Services, place: Place) -> None:
    answers = {"tool_call": 1, "refusal": 1, "thinking_alone": 1}
    place(succeeded=5, errored=2, canceled=1, causes={"overloaded": 1}, answers=answers, prefix="r", id=ID)

    found = [await show(services, f"r-{number:04}") for number in range(1, 9)]

    results = [outcome.result for outcome in found if isinstance(outcome, ResultFound)]
    assert sorted(result.outcome for result in results) == ["canceled", "errored", "errored", *["succeeded"] * 5]
    answered = [result for result in results if result.outcome == "succeeded"]
    assert {result.stop_reason for result in answered} == {"end_turn", "tool_use", "refusal"}
    assert {result.category for result in answered} == {"bio", ""}
    assert [call.name for result in answered for call in result.content.tool_calls] == ["extract"]
    assert all(result.usd and result.is_usd_complete and result.input_tokens for result in answered)
    [error, _] = [result.error for result in results if result.error]
    assert (error.type, error.message) == ("overloaded_error", "Overloaded")
    assert error.request_id.startswith("workerreq_")


async def test_the_file_is_read_only_as_far_as_the_line(services: Services, place: Place, api: ApiSimulator) -> None:
    batch = place(succeeded=20_000, prefix="r", id=ID)
    first = await _first_custom_id(services)
    progress = Progress()

    outcome = await show(services, first, progress)

    assert isinstance(outcome, ResultFound)
    assert progress.reading.lines < 5_000
    assert batch == ID
    assert readings(api) == 2


async def _first_custom_id(services: Services) -> str:
    chunks: AsyncIterator[bytes] = services.workspace.batches.result_bytes(ID)
    async for chunk in chunks:
        return chunk.split(b'"')[3].decode()
    raise AssertionError("there are no results")


async def test_a_custom_id_without_a_line_is_answered_with_the_most_similar_ones(
    services: Services, place: Place
) -> None:
    place(succeeded=30, prefix="invoice", id=ID)

    outcomes = [await show(services, typed) for typed in ("invoice-0031", "invoice-12", "invocie-0007", "xyz")]

    near = [outcome.missing.near for outcome in outcomes if isinstance(outcome, ResultNotFound)]
    assert set(near[0]) <= {"invoice-0001", "invoice-0030", "invoice-0021", "invoice-0011"}
    assert near[1][0] == "invoice-0012"
    assert near[2][0] == "invoice-0007"
    assert near[3] == ()
    assert isinstance(outcomes[0], ResultNotFound)
    assert (outcomes[0].missing.lines, outcomes[0].missing.broken, outcomes[0].missing.was_sent) == (30, 0, None)


async def test_lines_that_cannot_be_read_are_counted(services: Services, place: Place, api: ApiSimulator) -> None:
    place(succeeded=3, id=ID)
    api.add_fault(ApiFault(path="*/results", body='broken\n{"custom_id":"a","result":{"type":"expired"}}\n'))

    outcome = await show(services, "zzz")

    assert isinstance(outcome, ResultNotFound)
    assert (outcome.missing.lines, outcome.missing.broken) == (2, 1)


async def test_a_file_that_breaks_off_before_the_line_is_an_error(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    place(succeeded=3, id=ID)
    api.add_fault(ApiFault(path="*/results", body='{"custom_id":"a","result":{"type":"expired"}}\n{"custom_id":"b'))

    with pytest.raises(ResultsTruncated):
        await show(services, "b")


async def test_before_the_end_and_after_29_days_nothing_is_read(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    place(processing_status="in_progress", processing=10, id=ID)
    early = await show(services, "r-1")
    gone = place(succeeded=10, age=30 * 86_400)

    late = await Show(Reference(gone), "r-1").run(services, ADA)

    assert isinstance(early, ShowTooEarly)
    assert isinstance(late, ShowTooLate)
    assert readings(api) == 0


async def test_a_batch_that_was_never_there_is_not_found(services: Services) -> None:
    with pytest.raises(BatchNotFound):
        await show(services, "r-1")
