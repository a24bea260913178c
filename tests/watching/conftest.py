"""One scene a test: on a SQLite file, or on each kind of store where the stores could differ."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.store.conftest import database_url, postgres_url
from tests.watching.scene import Scene

__all__ = ["database_url", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_store: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_store, tmp_path / 'store.sqlite3')}"


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
