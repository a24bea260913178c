"""Stores with all tables, the engine's too, copied from one that was made once: making them takes over a second."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine as SqlEngine
from sqlalchemy import make_url, text

from bot.store.db.database import Database, make_engine
from bot.worker.engine import Engine


def make_file(path: Path) -> Path:
    """Make a SQLite file with every table."""
    _make(f"sqlite:///{path}")
    return path


def copy_file(prepared: Path, folder: Path) -> str:
    """Copy it for one test; give the copy's URL."""
    return f"sqlite:///{shutil.copy(prepared, folder / 'store.sqlite3')}"


@contextmanager
def database(server: str, template: str = "template1") -> Iterator[str]:
    """Give the URL of a Postgres database that is like the template and is dropped afterwards."""
    name = f"batchdesk_test_{uuid4().hex}"
    own = make_url(server).set(database=name)
    _outside(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        _outside(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def prepared_database(server: str) -> Iterator[str]:
    """Give the name of a Postgres database with every table, to be the template of others."""
    with database(server) as url:
        _make(url)
        yield str(make_url(url).database)


def _make(url: str) -> None:
    """Make the tables as a worker's first start does, which registers its queues as well."""
    asyncio.run(_start_once(url))


async def _start_once(url: str) -> None:
    store = Database(url)
    store.open()
    engine = Engine(store)
    await engine.launch({})
    await engine.destroy()
    await store.close()


def _outside(server: str, statement: str) -> None:
    """Run what cannot stand in a transaction."""
    engine: SqlEngine = make_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
