"""INSERT for a row that may exist, in the dialect of the connection."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

from bot.store.db.scope import SCOPED_TABLES, WORKSPACE, here

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its primary key exists; True if it was inserted."""
    new = _insert(connection, table).values(**values).on_conflict_do_nothing()
    # RETURNING, because not every driver knows how many rows were inserted.
    return connection.execute(new.returning(*table.primary_key)).first() is not None


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or update the row with its primary key."""
    keys = [column.name for column in table.primary_key]
    is_scoped = table in SCOPED_TABLES
    rest = {name: value for name, value in values.items() if name not in keys and not (is_scoped and name == WORKSPACE)}
    mine = here(connection, table) if is_scoped else None  # no row changes hands
    connection.execute(
        _insert(connection, table).values(**values).on_conflict_do_update(index_elements=keys, set_=rest, where=mine)
    )


def _insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here, because a start on a SQLite file does not need it

    return postgresql.insert(table)
