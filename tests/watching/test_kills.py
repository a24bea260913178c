"""kill -9 while batches end, a few times; bench/watch_soak.py does it a hundred times."""

import pytest

from bench.watch_soak import soak


async def test_kill_9_loses_nothing_and_doubles_nothing_in_a_file(sqlite_url: str) -> None:
    found = await soak(sqlite_url, kills=3, watches=12, workers=1)

    assert (found.told, found.lost, found.doubled, found.stale) == (24, 0, 0, 0)


@pytest.mark.postgres
async def test_kill_9_of_one_of_two_workers_loses_nothing_and_doubles_nothing(postgres_url: str) -> None:
    found = await soak(postgres_url, kills=3, watches=12, workers=2)

    assert (found.told, found.lost, found.doubled, found.stale) == (24, 0, 0, 0)
