"""One store for each test: a SQLite file, and Postgres if a server is named."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text

from bot.store.db.database import Database, find_file, make_engine

HOW_TO_ENABLE = (
    "set BATCHDESK_TEST_POSTGRES to the URL of a Postgres server, as in postgresql://user@127.0.0.1/postgres"
)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Return the URL of a schema of its own, which is dropped after the test."""
    server = os.environ.get("BATCHDESK_TEST_POSTGRES")
    if not server:
        pytest.skip(HOW_TO_ENABLE)
    schema = f"batchdesk_test_{uuid4().hex}"
    engine = make_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema}_dbos CASCADE"))  # the engine's own
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str, prepared_file: Path) -> AsyncIterator[Database]:
    store = Database(database_url)
    file = find_file(store.engine.url)
    if file is not None:
        shutil.copy(prepared_file, file)
    store.open()
    yield store
    await store.close()
