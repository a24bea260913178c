"""The overview, `/batch` alone: the batches that are still running."""

import pytest

from bot.api.errors import ApiUnavailable
from bot.commands.base import Permission
from bot.commands.language.errors import UnknownOption
from bot.commands.overview import LOOKED_AT, Overview, OverviewShown
from bot.operations.services import Services
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place

DAY = 24 * 3600.0


def test_it_takes_nothing_but_public() -> None:
    assert reads_as("", Overview())
    assert reads_as("   ", Overview())
    assert reads_as("--public", Overview(public=True))
    assert usage_error("--all") == (UnknownOption, "")


def test_everyone_may_see_it() -> None:
    assert Overview.permission is Permission.READ


async def overview(services: Services, typed: str = "") -> OverviewShown:
    outcome = await carry_out(services, typed)
    assert isinstance(outcome, OverviewShown)
    return outcome


async def test_an_empty_workspace_has_nothing_to_show(services: Services) -> None:
    assert await overview(services, "--public") == OverviewShown((), None, public=True)


async def test_it_shows_running_batches_newest_first_and_the_newest_ended_one(services: Services, place: Place) -> None:
    place(succeeded=1, age=3 * DAY)
    ended = place(succeeded=1, age=2 * DAY)
    older = place(processing_status="in_progress", processing=5)
    newer = place(processing_status="canceling", processing=5)

    shown = await overview(services)

    assert {batch.id for batch in shown.unfinished} == {older, newer}
    assert shown.last_ended is not None
    assert shown.last_ended.id == ended
    assert shown.more is False


async def test_more_running_batches_than_one_page_are_admitted(services: Services, place: Place) -> None:
    for _ in range(LOOKED_AT + 1):
        place(processing_status="in_progress", processing=1)

    shown = await overview(services)

    assert (len(shown.unfinished), shown.more) == (LOOKED_AT, True)


async def test_an_api_that_does_not_answer_is_an_error(services: Services, api: ApiSimulator) -> None:
    api.add_fault(ApiFault(method="GET", status=500, times=3))

    with pytest.raises(ApiUnavailable):
        await overview(services)
