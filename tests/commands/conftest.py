"""A simulated API whose time stands still, and what a command needs to run against it: a real client, a real store."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from bot.api.client import open_http
from bot.api.ids import BatchId
from bot.operations.services import Services
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.placement import Placement
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.db.database import Database
from tests.builders import NOW
from tests.services import build_services

Place = Callable[..., BatchId]


@pytest.fixture
def clock() -> Clock:
    return Clock(start=NOW, speed=0)


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[ApiSimulator]:
    """An empty workspace."""
    async with ApiSimulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
async def services(api: ApiSimulator, clock: Clock, tmp_path: Path) -> AsyncIterator[Services]:
    """A client that does not wait between its tries, and a store in a file."""
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}", busy_seconds=0.05)
    database.open()

    def now() -> datetime:
        return clock.now()

    async with open_http("sk-ant-test", base_url=api.base_url) as http:
        yield build_services(http, database, now)
    await database.close()


@pytest.fixture
def place(api: ApiSimulator) -> Place:
    """Put a batch into the workspace; returns its id. One of `succeeded`, `processing` … is needed."""

    def put(**wish: object) -> BatchId:
        return BatchId(api.workspace.place(Placement.model_validate(wish)).id)

    return put
