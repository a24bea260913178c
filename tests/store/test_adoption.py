"""Rows of earlier versions and settings belong to a workspace of today's settings after a start."""

import logging
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select

from bot.store.db import schema
from bot.store.db.database import Database
from bot.store.db.scope import SCOPED_TABLES
from bot.store.records import audit, batches
from bot.store.transactions.adopt import adopt_rows, find_keys
from tests.builders import NOW

BEFORE = "0016"
"""The last version that kept most rows without a workspace."""
KEY = "wrkspc_01first"
INTENT = audit.Intent(
    at=NOW,
    user_id="U0ADA",
    team_id="T",
    channel_id=None,
    verb="mute",
    command="mute here",
    subject=None,
    confirmation_id=None,
)
VALUES: dict[type, object] = {str: "7", int: 7, bool: False}


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Database]:
    """Return a store of the version before with a row in every table, upgraded to this one."""
    store = Database(database_url)
    with store.engine.begin() as connection:
        schema.upgrade(connection, BEFORE)
        for name in inspect(connection).get_table_names():
            if schema.is_bot_table(name) and name != schema.VERSION_TABLE:
                add_row(connection, Table(name, MetaData(), autoload_with=connection))
    store.open()
    yield store
    store.engine.dispose()


def add_row(connection: Connection, table: Table) -> None:
    row = {column.name: VALUES[column.type.python_type] for column in table.c if not column.nullable}
    connection.execute(insert(table).values(row | ({"workspace_id": ""} if "workspace_id" in table.c else {})))


def adopt(store: Database, keys: dict[str, str]) -> None:
    store.every_workspace().transact(partial(adopt_rows, keys=keys))


def count_rows(store: Database, key: str) -> dict[str, int]:
    """Return how many rows of each table a workspace sees."""
    return store.scoped(key).transact(
        lambda connection: {str(table): len(connection.execute(select(table)).all()) for table in SCOPED_TABLES}
    )


def test_the_rows_of_an_older_version_belong_to_the_workspace_that_was_configured(upgraded: Database) -> None:
    assert set(count_rows(upgraded, KEY).values()) == {0}
    assert set(count_rows(upgraded, "").values()) == {1}

    for _start in range(2):
        adopt(upgraded, {"": KEY})

    assert set(count_rows(upgraded, KEY).values()) == {1}
    assert upgraded.every_workspace().transact(find_keys) == {KEY}
    ours = upgraded.scoped(KEY)
    assert ours.transact(lambda c: batches.get(c, "7")) is not None
    assert upgraded.scoped("wrkspc_02other").transact(lambda c: batches.get(c, "7")) is None


def test_a_workspace_that_gets_an_id_keeps_its_rows_and_no_others(
    upgraded: Database, caplog: pytest.LogCaptureFixture
) -> None:
    adopt(upgraded, {"": "eval"})
    other = upgraded.scoped("wrkspc_02other")
    number = other.transact(lambda c: audit.record_intent(c, INTENT, held_by="a-process"))

    with caplog.at_level(logging.WARNING):
        adopt(upgraded, {"": KEY, "eval": KEY})

    assert set(count_rows(upgraded, KEY).values()) == {1}
    assert other.transact(lambda c: audit.get(c, number)) is not None
    assert upgraded.scoped(KEY).transact(lambda c: audit.get(c, number)) is None
    assert "wrkspc_02other" in caplog.text
