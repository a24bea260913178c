"""One scene for each test: on a SQLite file, or on both databases where they could differ."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.store.conftest import HOW_TO_ENABLE, postgres_url
from tests.worker import prepared
from tests.worker.scene import Scene

__all__ = ["postgres_url"]


@pytest.fixture(scope="session")
def prepared_postgres() -> Iterator[tuple[str, str]]:
    """Return a server and the database to copy there."""
    server = os.environ.get("BATCHDESK_TEST_POSTGRES")
    if not server:
        pytest.skip(HOW_TO_ENABLE)
    with prepared.create_template(server) as template:
        yield server, template


@pytest.fixture
def sqlite_url(prepared_file: Path, tmp_path: Path) -> str:
    return prepared.copy_file(prepared_file, tmp_path)


@pytest.fixture
def postgres_copy(prepared_postgres: tuple[str, str]) -> Iterator[str]:
    with prepared.create_database(*prepared_postgres) as url:
        yield url


@pytest.fixture(
    params=["sqlite_url", pytest.param("postgres_copy", marks=pytest.mark.postgres)], ids=["sqlite", "postgres"]
)
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def scene(sqlite_url: str) -> AsyncIterator[Scene]:
    made = Scene(sqlite_url)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def either_scene(database_url: str) -> AsyncIterator[Scene]:
    made = Scene(database_url)
    await made.open()
    yield made
    await made.close()
