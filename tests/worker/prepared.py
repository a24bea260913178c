"""Stores with all tables, also the engine's. They are copied, because making one takes over a second."""

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
    _make_tables(f"sqlite:///{path}")
    return path


def copy_file(prepared: Path, folder: Path) -> str:
    """Copy a prepared file for one test, and return the URL of the copy."""
    return f"sqlite:///{shutil.copy(prepared, folder / 'store.sqlite3')}"


@contextmanager
def create_database(server: str, template: str = "template1") -> Iterator[str]:
    """Create a Postgres database from a template, yield its URL, and drop it afterwards."""
    name = f"batchdesk_test_{uuid4().hex}"
    own = make_url(server).set(database=name)
    _run_outside_transaction(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        _run_outside_transaction(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def create_template(server: str) -> Iterator[str]:
    """Create a Postgres database with every table, and yield its name, to be the template of others."""
    with create_database(server) as url:
        _make_tables(url)
        yield str(make_url(url).database)


def _make_tables(url: str) -> None:
    """Make the tables as the first start of a worker does, which also registers its queues."""
    asyncio.run(_start_once(url))


async def _start_once(url: str) -> None:
    store = Database(url)
    store.open()
    engine = Engine(store)
    await engine.launch({})
    await engine.destroy()
    await store.close()


def _run_outside_transaction(server: str, statement: str) -> None:
    """Run a statement that cannot be in a transaction."""
    engine: SqlEngine = make_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
