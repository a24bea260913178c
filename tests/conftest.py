"""Fixtures for tests of the whole bot: a desk (tests/desk.py) with Socket Mode, with HTTP, or with each in turn."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from bot.app import Part
from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.world import Channel
from bot.requests.check import Limits
from tests.desk import ADA, ALL_SCOPES, BEN, BOT, Desk, Transport
from tests.simulators import Simulators
from tests.store.statements import StatementCheck
from tests.two_workspaces import DEV, TwoWorkspaces
from tests.worker import prepared

settings.register_profile("batchdesk", deadline=None)  # an example takes long on a busy machine
settings.load_profile("batchdesk")

OpenDesk = Callable[..., Awaitable[Desk]]
statements = StatementCheck()
statements.begin()


@pytest.fixture(autouse=True)
def _statements_name_their_workspace() -> Iterator[None]:
    """Fail a test if the bot read or changed rows without naming their workspace."""
    yield
    assert statements.take_found() == []


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite file with every table, including the engine's, for tests to copy."""
    return prepared.make_file(tmp_path_factory.mktemp("prepared") / "store.sqlite3")


@pytest.fixture
def store_file(prepared_file: Path, tmp_path: Path) -> Path:
    """Provide the file of the bot's store."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(prepared_file, path)
    return path


@pytest.fixture
async def open_desk(store_file: Path, request: pytest.FixtureRequest) -> AsyncIterator[OpenDesk]:
    """Provide a function that opens desks with settings of the test's own.

    `transport`, `scopes` and `seeded` are about the simulators, and `limits` are those of both sides; all other
    arguments are fields of Settings. The worker runs only in tests marked `worker`, because starting it takes longer
    than most tests.
    """
    part = Part.BOTH if request.node.get_closest_marker("worker") else Part.WEB
    async with AsyncExitStack() as stack:

        async def opened(
            transport: str = "socket",
            scopes: frozenset[str] = ALL_SCOPES,
            *,
            seeded: bool = False,
            limits: Limits = Limits(),
            **changes: object,
        ) -> Desk:
            by: Transport = "http" if transport == "http" else "socket"
            desk = Desk(store_file, by, scopes, seeded=seeded, part=part, limits=limits)
            stack.push_async_callback(desk.close)
            await desk.open(**changes)
            return desk

        yield opened


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """Provide a desk in Socket Mode with an empty API."""
    return await open_desk()


@pytest.fixture
async def http_desk(open_desk: OpenDesk) -> Desk:
    """Provide a desk with signed HTTP and an empty API."""
    return await open_desk("http")


@pytest.fixture(params=["socket", "http"])
async def either_desk(request: pytest.FixtureRequest, open_desk: OpenDesk) -> Desk:
    """Provide a desk with each transport in turn, for behavior that depends on the transport."""
    return await open_desk(str(request.param))


@pytest.fixture
async def two(open_desk: OpenDesk, tmp_path: Path) -> AsyncIterator[TwoWorkspaces]:
    """Provide both workspaces. Ada operates in both; Ben reads in production alone."""
    async with ApiSimulator(speed=0) as other:
        desk = await open_desk()
        both = TwoWorkspaces(desk, other, tmp_path)
        desk.slack.world.add(Channel(DEV, "batch-dev", frozenset({ADA, BEN, BOT})))
        await desk.restart(workspaces=both.write_settings(readers=[ADA]))
        yield both


@pytest.fixture
async def simulators(tmp_path: Path) -> AsyncIterator[Simulators]:
    both = Simulators(tmp_path)
    async with both.slack, both.api:
        yield both
