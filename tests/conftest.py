"""The fixtures every test of the whole bot stands on: a desk (tests/desk.py), by Socket Mode, by HTTP, or by both."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.app import Part, migrate
from bot.config import Settings
from tests.desk import ALL_SCOPES, Desk, Transport

OpenDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as `python -m bot migrate` leaves it, to be copied: making one takes most of a second."""
    path = tmp_path_factory.mktemp("migrated") / "store.sqlite3"
    asyncio.run(migrate(Settings(database_url=f"sqlite:///{path}")))
    return path


@pytest.fixture
async def open_desk(tmp_path: Path, migrated_store: Path, request: pytest.FixtureRequest) -> AsyncIterator[OpenDesk]:
    """Desks with settings of the test's own.

    `transport`, `scopes` and `seeded` are of the worlds, everything else is a field of Settings. The bot does what goes
    on when nobody types only for tests marked `worker`: starting it takes longer than most tests.
    """
    part = Part.BOTH if request.node.get_closest_marker("worker") else Part.WEB
    async with AsyncExitStack() as stack:

        async def opened(
            transport: str = "socket", scopes: frozenset[str] = ALL_SCOPES, *, seeded: bool = False, **changes: object
        ) -> Desk:
            by: Transport = "http" if transport == "http" else "socket"
            store = tmp_path / "store.sqlite3"
            shutil.copy(migrated_store, store)
            desk = Desk(store, by, scopes, seeded=seeded, part=part)
            stack.push_async_callback(desk.close)
            await desk.open(**changes)
            return desk

        yield opened


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """A desk by Socket Mode, its API empty."""
    return await open_desk()


@pytest.fixture
async def http_desk(open_desk: OpenDesk) -> Desk:
    """A desk by signed HTTP, its API empty."""
    return await open_desk("http")


@pytest.fixture(params=["socket", "http"])
async def either_desk(request: pytest.FixtureRequest, open_desk: OpenDesk) -> Desk:
    """A desk by each transport in turn, for what depends on the way an interaction comes in."""
    return await open_desk(str(request.param))
