"""Migrations: from every earlier version, beside other tables, to the tables of the code."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, text

from bot.store.db import schema
from bot.store.db.database import Database
from bot.store.db.tables import metadata
from bot.store.records import audit
from tests.builders import CREATED

OLD = ("bd_confirmations", "bd_audit")


def differences(connection: Connection) -> list[object]:
    """Return what alembic would still change."""

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
        return schema.is_bot_table(name) if kind == "table" else True

    context = MigrationContext.configure(
        connection, opts={"version_table": schema.VERSION_TABLE, "include_object": ours}
    )
    return list(compare_metadata(context, metadata))


def record(connection: Connection) -> int:
    """Record an act as version 0.1.0 did."""
    act = {
        "at": CREATED,
        "user_id": "U0ADA",
        "team_id": "T0DEMO",
        "verb": "delete",
        "command": "delete x",
        "subject": "x",
    }
    stored = insert(metadata.tables["bd_audit"]).values(act).returning(text("id"))
    return int(connection.execute(stored).scalar_one())


def test_the_migrations_lead_to_the_tables_of_this_version(database: Database) -> None:
    with database.engine.connect() as connection:
        assert differences(connection) == []
        assert schema.find_version(connection) == schema.HEAD


def test_the_newest_migration_is_the_expected_version() -> None:
    assert ScriptDirectory(str(schema.FOLDER)).get_current_head() == schema.HEAD


def test_a_store_from_before_there_were_migrations_is_upgraded(database_url: str) -> None:
    store = Database(database_url)
    with store.engine.begin() as connection:
        metadata.create_all(connection, tables=[metadata.tables[name] for name in OLD])
        number = record(connection)
        connection.execute(text("DROP INDEX ix_bd_audit_copied_at"))
        for later in ("held_by", "times", "copied_at"):  # they came with later migrations
            connection.execute(text(f"ALTER TABLE bd_audit DROP COLUMN {later}"))
        for name in OLD:
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN workspace_id"))

    store.open()

    with store.engine.connect() as connection:
        assert differences(connection) == []
        kept = audit.get(connection, number)
    store.engine.dispose()
    assert kept is not None
    assert kept.at == CREATED


def test_an_upgrade_can_stop_at_every_migration_and_continue_from_there(database_url: str) -> None:
    store = Database(database_url)
    steps = [step.revision for step in ScriptDirectory(str(schema.FOLDER)).walk_revisions()][::-1]

    for step in steps:
        with store.engine.begin() as connection:
            schema.upgrade(connection, step)
            assert schema.find_version(connection) == step

    with store.engine.connect() as connection:
        assert differences(connection) == []
    store.engine.dispose()


def test_other_tables_in_the_database_are_left_alone(database_url: str) -> None:
    store = Database(database_url)
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE workflow_status (x INTEGER)"))

    store.open()

    assert inspect(store.engine).has_table("workflow_status")
    store.engine.dispose()


def test_a_store_of_a_newer_version_is_used_as_it_is(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))

    database.open()

    with database.engine.connect() as connection:
        assert schema.find_version(connection) == "9999"


def test_a_migration_only_adds_so_an_older_version_can_run_beside_a_newer_one(database_url: str) -> None:
    store = Database(database_url)
    steps = [step.revision for step in ScriptDirectory(str(schema.FOLDER)).walk_revisions()][::-1]
    before: dict[str, dict[str, tuple[str, bool]]] = {}

    for step in steps:
        with store.engine.begin() as connection:
            schema.upgrade(connection, step)
            after = {table: columns(connection, table) for table in inspect(connection).get_table_names()}
        for table, known in before.items():
            assert {name: after[table].get(name) for name in known} == known
            added = [name for name in after[table] if name not in known]
            assert [name for name in added if not after[table][name][1]] == []
        before = after
    store.engine.dispose()


def columns(connection: Connection, table: str) -> dict[str, tuple[str, bool]]:
    """Return the type of each column, and whether an INSERT may omit it."""
    found = inspect(connection).get_columns(table)
    return {each["name"]: (str(each["type"]), each["nullable"] or each["default"] is not None) for each in found}


async def test_a_store_is_upgraded_while_an_older_version_runs_on_it(database_url: str) -> None:
    older, newer = Database(database_url).every_workspace(), Database(database_url)  # an older one names no workspace
    with older.engine.begin() as connection:
        schema.upgrade(connection, "0002")
    working, begun = True, asyncio.Event()

    async def work() -> int:
        done = 0
        while working:
            await older.run(record)
            done += 1
            begun.set()
        return done

    at_work = [asyncio.create_task(work()) for _ in range(2)]
    await begun.wait()
    await asyncio.to_thread(newer.open)
    await older.run(record)
    working = False
    done = sum(await asyncio.gather(*at_work)) + 1

    with newer.engine.connect() as connection:
        assert schema.find_version(connection) == schema.HEAD
        assert len(list(audit.export(connection))) == done
    for store in (older, newer):
        await store.close()
