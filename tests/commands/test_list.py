"""List: pages of batches, turning back and forth, filters, and where a search ends."""

import pytest

from bot.api.ids import BatchId, InvalidBatchId
from bot.api.models import BatchPage
from bot.commands.base import Permission
from bot.commands.language.errors import BadValue, MissingValue, UnexpectedWord, UsageError
from bot.commands.list import BatchList, List
from bot.commands.registry import parse
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records import labels
from tests.builders import ADA, ID, NOW, batch_id, running
from tests.commands.carrying_out import reads_as, usage_error
from tests.commands.conftest import Place

HOUR = 3_600.0


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("list", List()),
        ("List In-Progress", List(status="in_progress")),
        ("list RUNNING", List(status="in_progress")),
        ("list ended --older-than 7D --limit 20", List(status="ended", older_than="7D", limit=20)),
        (f"list --after {ID} --public", List(after=ID, public=True)),
        (f"list --before={ID}", List(before=ID)),
    ],
)
def test_it_takes_filters(typed: str, command: List) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("list finished", BadValue),
        ("list ended canceling", UnexpectedWord),
        ("list --limit", MissingValue),
        ("list --limit 0", BadValue),
        ("list --limit 21", BadValue),
        ("list --limit ten", BadValue),
        ("list --limit ٣", BadValue),
        ("list --limit " + "9" * 2_900, BadValue),
        ('list --label "!!!"', BadValue),
        ("list --older-than soon", BadValue),
        ("list --older-than 7", BadValue),
        ("list --older-than 99999d", BadValue),
        ("list --public=yes", MissingValue),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "list")


@pytest.mark.parametrize("option", ["--after", "--before"])
def test_a_cursor_is_checked_like_an_id(option: str) -> None:
    with pytest.raises(InvalidBatchId):
        parse(f"list {option} ../x")


def test_everyone_may_list() -> None:
    assert List.permission is Permission.READ


async def page(typed: str, services: Services) -> BatchList:
    command = parse(typed)
    assert isinstance(command, List)
    return await command.run(services, ADA)


async def name(batch: BatchId, label: str, services: Services) -> None:
    await services.database.run(lambda c: labels.set_field(c, batch, "label", label, by=ADA.user, at=NOW))


@pytest.mark.parametrize(
    ("typed", "found"),
    [("nightly", {0, 1}), ("NIGHTLY EVAL", {0}), ("eval", {2}), ("eval n", set()), ("weekly", set())],
)
async def test_a_label_that_no_batch_has_may_be_a_part_of_theirs(
    typed: str, found: set[int], services: Services, place: Place
) -> None:
    batches = [place(succeeded=1) for _ in range(4)]
    for batch, label in zip(batches, ("nightly eval", "Nightly report", "eval"), strict=False):
        await name(batch, label, services)

    shown = await page(f'list --label "{typed}"', services)

    assert {batch.id for batch in shown.batches} == {batches[position] for position in found}


async def test_where_no_label_fits_those_in_use_are_named_the_nearest_first(services: Services, place: Place) -> None:
    for label in ("nightly eval", "weekly report"):
        await name(place(succeeded=1), label, services)

    assert (await page("list --label weakly-report", services)).labels_in_use == ("weekly report", "nightly eval")
    assert (await page("list --label nightly", services)).labels_in_use == ()
    assert (await page("list --owner U0NOBODY", services)).labels_in_use == ()


async def turned(query: List | None, services: Services) -> BatchList:
    """Press a button: the command is spelled and read back."""
    assert query is not None
    return await page(query.spell(), services)


def ids(outcome: BatchList) -> list[str]:
    return [batch.id for batch in outcome.batches]


@pytest.fixture
def twenty_five(place: Place) -> list[BatchId]:
    """Twenty-five batches, newest first; every third is still running."""
    placed = []
    for number in range(25):
        wish = {"processing_status": "in_progress", "processing": 5} if number % 3 == 0 else {"succeeded": 5}
        age = 60.0 * (number + 1) if number < 10 else HOUR * (number - 8)
        if number % 3 == 0:
            placed.append(place(**wish, id=batch_id(number), age=age, ends_in=HOUR))
        else:
            placed.append(place(**wish, id=batch_id(number), age=age, took=30.0))
    return placed


async def test_an_empty_workspace_has_an_empty_page(services: Services) -> None:
    outcome = await page("list", services)

    assert (outcome.batches, outcome.older, outcome.newer, outcome.scanned) == ((), None, None, 0)


async def test_the_first_page_has_the_ten_newest(services: Services, twenty_five: list[BatchId]) -> None:
    outcome = await page("list", services)

    assert ids(outcome) == twenty_five[:10]
    assert outcome.newer is None


@pytest.mark.parametrize("limit", [1, 7, 10, 12, 20])
async def test_older_pages_lead_through_all_and_newer_ones_back_to_the_very_same_pages(
    limit: int, services: Services, twenty_five: list[BatchId]
) -> None:
    pages = [await page(f"list --limit {limit}", services)]
    while pages[-1].older:
        pages.append(await turned(pages[-1].older, services))
    back = [pages[-1]]
    while back[-1].newer:
        back.append(await turned(back[-1].newer, services))

    assert [one for each in pages for one in ids(each)] == twenty_five
    assert [ids(each) for each in back] == [ids(each) for each in reversed(pages)]
    assert back[-1].newer is None


async def test_from_a_page_one_turned_back_to_one_can_go_on(services: Services, twenty_five: list[BatchId]) -> None:
    first = await page("list", services)
    second = await turned(first.older, services)
    again = await turned(second.newer, services)

    onward = await turned(again.older, services)

    assert (ids(again), ids(onward)) == (ids(first), ids(second))


async def test_a_page_that_just_holds_all_has_no_older_one(services: Services, place: Place) -> None:
    for number in range(10):
        place(succeeded=1, age=HOUR + number)

    outcome = await page("list", services)

    assert (len(outcome.batches), outcome.older, outcome.newer) == (10, None, None)


async def test_without_a_filter_no_more_is_read_than_shown(
    api: ApiSimulator, services: Services, twenty_five: list[BatchId]
) -> None:
    outcome = await page("list --limit 3", services)

    assert [request.query for request in api.requests] == [{"limit": "3"}]
    assert outcome.scanned == 3


@pytest.mark.parametrize("status", ["in_progress", "ended"])
@pytest.mark.parametrize("limit", [2, 4, 20])
async def test_a_status_filters_in_both_directions(
    status: str, limit: int, services: Services, twenty_five: list[BatchId]
) -> None:
    fitting = [one for number, one in enumerate(twenty_five) if (number % 3 == 0) == (status == "in_progress")]

    pages = [await page(f"list {status} --limit {limit}", services)]
    while pages[-1].older:
        pages.append(await turned(pages[-1].older, services))
    back = [pages[-1]]
    while back[-1].newer:
        back.append(await turned(back[-1].newer, services))

    assert [one for each in pages for one in ids(each)] == fitting
    assert [ids(each) for each in back if each.batches] == [ids(each) for each in reversed(pages) if each.batches]


@pytest.mark.parametrize(
    ("age", "first"),
    [("0m", 0), ("1m", 0), ("2m", 1), ("1H", 10), ("2h", 10), ("3h", 11), ("1d", None), ("9999w", None)],
)
async def test_older_than_leaves_out_younger_batches(
    age: str, first: int | None, services: Services, twenty_five: list[BatchId]
) -> None:
    outcome = await page(f"list --older-than {age} --limit 20", services)

    assert ids(outcome) == ([] if first is None else twenty_five[first : first + 20])


async def test_two_filters_both_hold(services: Services, twenty_five: list[BatchId]) -> None:
    outcome = await page("list in_progress --older-than 3h", services)

    assert ids(outcome) == [twenty_five[number] for number in (12, 15, 18, 21, 24)]


async def test_a_filter_that_fits_nothing_says_how_many_were_looked_through(
    services: Services, twenty_five: list[BatchId]
) -> None:
    outcome = await page("list canceling", services)

    assert (outcome.batches, outcome.scanned, outcome.older) == ((), 25, None)


async def test_a_search_stops_after_ten_pages_and_continues_there(
    api: ApiSimulator, services: Services, place: Place
) -> None:
    newest = place(processing_status="canceling", processing=1, age=60.0, ends_in=60.0)
    for number in range(10_050):
        place(succeeded=1, age=HOUR + number)
    oldest = place(processing_status="canceling", processing=1, age=20_000.0, ends_in=60.0)

    first = await page("list canceling", services)
    calls = len(api.requests)
    second = await turned(first.older, services)

    assert (ids(first), first.scanned, calls) == ([newest], 10_000, 10)
    assert (ids(second), second.scanned, second.older) == ([oldest], 52, None)


async def test_pages_that_lead_nowhere_show_no_batch_twice(api: ApiSimulator, services: Services) -> None:
    same = BatchPage(data=(running(),), has_more=True, last_id=running().id)
    api.add_fault(ApiFault(body=same.model_dump_json(), times=20))

    outcome = await page("list in_progress", services)

    assert (len(outcome.batches), outcome.scanned, outcome.older) == (1, 1, None)
