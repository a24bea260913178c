"""Broken results: reported with how much was read, and never stored as if they were whole."""

import pytest

from bot.api.ids import BatchId
from bot.operations.read_results import ResultsNotYetAvailable, ResultsTruncated
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import summaries
from bot.ui.components.result_figures import figure_lines
from tests.builders import ADA, ID
from tests.commands.asking_for_results import RESULTS, shown, whole_file
from tests.commands.conftest import Place


@pytest.fixture
def ended(place: Place) -> BatchId:
    return place(succeeded=180, errored=20, causes={"prompt_too_long": 15, "overloaded": 5}, id=ID)


async def test_announced_results_that_answer_404_are_not_there_yet(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="*/results", status=404))

    with pytest.raises(ResultsNotYetAvailable) as caught:
        await RESULTS.run(services, ADA)

    assert caught.value.retry_command == f"results {ID}"
    assert (await shown(services)).fetched.summary.lines == 200


async def test_a_stream_that_breaks_is_reported_with_what_was_read_and_not_stored(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="*/results", cut="middle"))

    with pytest.raises(ResultsTruncated) as caught:
        await RESULTS.run(services, ADA)

    assert 0 < caught.value.reading.lines < 200
    assert caught.value.reading.bytes > 0
    assert await services.database.run(lambda connection: summaries.get(connection, ID)) is None


async def test_a_file_that_ends_inside_a_line_is_not_kept(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="*/results", body=whole_file(api)[:-40].decode()))

    with pytest.raises(ResultsTruncated, match="middle of a line"):
        await RESULTS.run(services, ADA)

    assert await services.database.run(lambda connection: summaries.get(connection, ID)) is None


ODD = {
    "not_json": ("{oops\n", 1, 0),
    "without_custom_id": ('{"result":{"type":"expired"}}\n', 1, 0),
    "unknown_type": ('{"custom_id":"a","result":{"type":"paused"}}\n', 1, 0),
    "blank": ("\n \r\n\n", 0, 0),
    "unknown_error": ('{"custom_id":"a","result":{"type":"errored","error":{"error":{"type":"odd"}}}}\n', 0, 1),
    "twice": ('{"custom_id":"a","result":{"type":"expired"}}\n' * 2, 0, 2),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_unreadable_line_is_reported_and_the_others_still_count(
    services: Services, ended: BatchId, api: ApiSimulator, name: str
) -> None:
    added, broken, counted = ODD[name]
    api.add_fault(ApiFault(path="*/results", body=added + whole_file(api).decode().replace("\n", "\r\n")))

    summary = (await shown(services)).fetched.summary

    assert (summary.broken.count, summary.counts.total) == (broken, 200 + counted)
    assert summary.duplicates == (name == "twice")


async def test_counts_that_disagree_are_read_again_the_next_time(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="*/results", body=whole_file(api).decode().split("\n", 1)[1]))

    first, second = await shown(services), await shown(services)

    assert first.fetched.summary.find_differences(first.batch.request_counts)
    assert not second.fetched.summary.find_differences(second.batch.request_counts)
    assert not second.from_cache


async def test_a_line_of_50_mb_is_reported_and_the_others_still_count(
    services: Services, ended: BatchId, api: ApiSimulator
) -> None:
    api.add_fault(ApiFault(path="*/results", body="x" * 50_000_000 + "\n" + whole_file(api).decode()))

    summary = (await shown(services)).fetched.summary

    assert (summary.broken.count, summary.counts.total) == (1, 200)


async def test_an_answer_that_could_not_be_read_makes_the_cost_at_least_and_not_nothing(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    place(succeeded=1, id=ID)
    api.add_fault(ApiFault(path="*/results", body="x" * 50 + "\n"))

    outcome = await shown(services)

    assert outcome.fetched.summary.cost.unreadable == 1
    assert not any("nothing is billed" in line for line in figure_lines(outcome.fetched.summary))
