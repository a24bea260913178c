"""Costs: added up from stored summaries, read where those are missing, and never called complete if incomplete."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from bot.commands.base import Permission
from bot.commands.cost import Cost, CostShown
from bot.commands.language.errors import UsageError
from bot.commands.registry import parse
from bot.operations.progress import Progress
from bot.operations.services import Services
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.api_simulator.server import ApiSimulator
from bot.pricing.prices import Prices
from bot.store.db.database import StoreUnavailable
from bot.store.records import summaries
from tests.builders import ADA
from tests.commands.conftest import Place

DAY = 86_400


def test_everyone_may_ask_for_it() -> None:
    assert Cost.permission is Permission.READ


async def cost(services: Services, line: str = "cost --since 7d", progress: Progress | None = None) -> CostShown:
    command = parse(line)
    assert isinstance(command, Cost)
    shown = await command.run(services, ADA, progress)
    assert isinstance(shown, CostShown)
    return shown


def readings(api: ApiSimulator) -> int:
    return sum(request.path.endswith("/results") for request in api.requests)


async def test_what_is_missing_is_read_once_and_only_that(services: Services, place: Place, api: ApiSimulator) -> None:
    place(succeeded=20, age=DAY)
    place(succeeded=10, age=2 * DAY, model="claude-sonnet-5")
    place(processing_status="in_progress", processing=5)
    place(succeeded=99, age=9 * DAY)

    first, second = await cost(services), await cost(services)

    assert (first.read, first.unfinished, first.unread, first.complete) == (2, 1, (), True)
    assert first.cost == second.cost
    assert readings(api) == 2


async def test_the_models_and_the_days_add_up_to_the_total(services: Services, place: Place) -> None:
    place(succeeded=20, age=DAY)
    place(succeeded=10, age=DAY, model="claude-sonnet-5")
    place(succeeded=10, age=3 * DAY)

    shown = await cost(services)

    assert sum(row.amount for row in shown.by_model) == shown.cost.amount > 0
    assert sum(row.amount for _, row in shown.by_day) == shown.cost.amount
    assert [row.batches for row in shown.by_model if row.name.startswith("claude-haiku")] == [2]
    assert len(shown.by_day) == 2


async def test_a_model_without_a_price_makes_it_at_least_and_not_nothing(services: Services, place: Place) -> None:
    place(succeeded=20, model="claude-mythos-5-2")
    place(succeeded=20)

    shown = await cost(services)

    assert shown.cost.unknown_models == ("claude-mythos-5-2",)
    assert not shown.complete
    assert shown.cost.amount > 0


async def test_a_model_with_a_price_for_some_of_its_requests_costs_at_least_that(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    batch = place(succeeded=3)
    whole = b"".join(make_result_lines(api.workspace.get(batch))).decode()
    api.add_fault(ApiFault(path="*/results", body=whole.replace("not_available", "mars", 1)))

    shown = await cost(services)

    [row] = shown.by_model
    assert row.amount == shown.cost.amount > 0
    assert not row.complete


async def test_what_cannot_be_read_is_left_out_and_reported(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    place(succeeded=20, age=30 * DAY)
    place(succeeded=20, age=DAY)
    cut = place(succeeded=20)
    api.add_fault(ApiFault(path=f"*{cut}/results", cut="middle"))

    shown = await cost(services, "cost --since 8w")

    assert shown.read == 1
    assert sorted((str(each.batch.id) == cut, each.gone) for each in shown.unread) == [(False, True), (True, False)]
    assert not shown.complete
    assert (await cost(services)).complete


async def test_what_was_remembered_counts_when_the_results_are_gone(
    services: Services, place: Place, clock: Clock
) -> None:
    place(succeeded=20)
    before = await cost(services)
    clock.advance(31 * DAY)

    after = await cost(services, "cost --since 8w")

    assert after.cost == before.cost
    assert after.complete


async def test_what_was_spent_counts_when_the_summary_and_the_results_are_gone(
    services: Services, place: Place, clock: Clock
) -> None:
    batch = place(succeeded=20)
    before = await cost(services)
    clock.advance(31 * DAY)
    await services.database.run(lambda connection: summaries.delete_summary(connection, batch))

    after = await cost(services, "cost --since 8w")

    assert after.cost == before.cost
    assert after.complete


async def test_nothing_in_the_range_costs_nothing(services: Services) -> None:
    shown = await cost(services)

    assert (shown.read, shown.cost.amount, shown.by_model, shown.by_day) == (0, Decimal(0), (), ())


async def test_the_progress_counts_batches(services: Services, place: Place) -> None:
    progress = Progress()
    for _ in range(3):
        place(succeeded=20)

    await cost(services, progress=progress)

    assert (progress.reading.batches, progress.reading.total_batches, progress.reading.lines) == (3, 3, 60)


async def test_a_store_that_fails_is_one_error_and_not_a_group_of_them(services: Services, place: Place) -> None:
    place(succeeded=20)
    place(succeeded=20)
    await services.database.run(lambda connection: connection.exec_driver_sql("DROP TABLE bd_summaries"))

    with pytest.raises(StoreUnavailable):
        await cost(services)


@pytest.mark.parametrize("line", ["cost --since 7d --by model", "cost --since 4w --by day --public"])
def test_it_is_spelled_as_it_was_typed(line: str) -> None:
    assert parse(line).spell() == line


@pytest.mark.parametrize(
    "line", ["cost --since", "cost --since yesterday", "cost --since 0d", "cost --since 53w", "cost --by week"]
)
def test_what_is_no_range_and_no_grouping_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        parse(line)


async def test_incomplete_results_make_the_total_a_minimum_and_are_read_again(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    batch = place(succeeded=20)
    whole = b"".join(make_result_lines(api.workspace.get(batch))).decode()
    api.add_fault(ApiFault(path="*/results", body="".join(whole.splitlines(keepends=True)[5:])))

    short, again = await cost(services), await cost(services)

    assert not short.complete
    assert again.complete
    assert again.cost.amount > short.cost.amount


async def test_a_model_that_has_a_price_by_now_is_not_unknown_for_ever(services: Services, place: Place) -> None:
    place(succeeded=20)
    before = await cost(replace(services, prices=Prices(regions={}, prices=())))

    after = await cost(services)

    assert (before.cost.amount, before.complete) == (Decimal(0), False)
    assert after.complete
    assert after.cost.amount > 0


async def test_a_region_that_has_a_factor_by_now_is_not_unknown_for_ever(
    services: Services, place: Place, api: ApiSimulator
) -> None:
    batch = place(succeeded=2)
    whole = b"".join(make_result_lines(api.workspace.get(batch))).decode()
    api.add_fault(ApiFault(path="*/results", body=whole.replace("not_available", "mars"), times=2))
    before, priced = await cost(services), services.prices.model_copy(update={"regions": {"mars": Decimal(2)}})

    after = await cost(replace(services, prices=priced))

    assert before.cost.unknown_regions == ("mars",)
    assert after.complete
