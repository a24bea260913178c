"""kill -9 while batches end or are deleted, a few times; the soaks in bench do it many times."""

import pytest

from bench.bulk_soak import run_bulk_soak
from bench.watch_soak import SoakPlan, run_soak

LIFETIME = (0.5, 1.2)
"""Seconds in which a worker takes over, sweeps, draws and notifies before it is killed."""


async def test_kill_9_loses_nothing_and_doubles_nothing_in_a_file(sqlite_url: str) -> None:
    found = await run_soak(sqlite_url, SoakPlan(2, workers=1, life=LIFETIME, quiet=0.5), watches=12)

    assert (found.sent, found.lost, found.doubled, found.stale) == (24, 0, 0, 0)


@pytest.mark.postgres
async def test_kill_9_of_one_of_two_workers_loses_nothing_and_doubles_nothing(postgres_copy: str) -> None:
    found = await run_soak(postgres_copy, SoakPlan(2, workers=2, life=LIFETIME, quiet=0.5), watches=12)

    assert (found.sent, found.lost, found.doubled, found.stale) == (24, 0, 0, 0)


async def test_kill_9_in_the_middle_of_a_list_of_five_deletes_each_once_and_names_each(sqlite_url: str) -> None:
    found = await run_bulk_soak(sqlite_url, 5, 1)

    assert found.is_good, found
    assert found.deleted == 5


@pytest.mark.postgres
async def test_kill_9_while_results_are_saved_deletes_only_what_was_saved(postgres_copy: str) -> None:
    found = await run_bulk_soak(postgres_copy, 5, 1, saves=True)

    assert found.is_good, found
    assert found.deleted in (4, 5)
