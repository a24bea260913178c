"""The move of a store: everything arrives, or nothing does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select

from bot.store.db.database import Database
from bot.store.db.tables import audit as audit_table
from bot.store.db.transfer import MovedTable, MoveRefused, list_tables, move_store
from bot.store.records import audit, notices, watches, workers
from bot.store.records import batches as batch_records
from bot.store.records.batches import SeenBatch
from bot.store.records.notices import Notice
from bot.store.records.watches import StoredWatch
from bot.store.records.workers import WorkerProcess
from tests.builders import NOW

ROWS = 2_345
"""More rows than two statements take."""


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    """Return a SQLite store with a row in every table, and some characters that are easily lost."""
    database = Database(f"sqlite:///{tmp_path / 'from.sqlite3'}")
    database.open()
    database.transact(lambda c: watches.add(c, StoredWatch("msgbatch_1", "U0ADA", "C0BATCHES", "watch", NOW)))
    database.transact(lambda c: watches.mute(c, "C0BATCHES", None))
    database.transact(lambda c: watches.set_notify_level(c, "C0BATCHES", "failures"))
    seen = SeenBatch("msgbatch_1", "ended", "s", '{"é": "\\u2028 🗑️"}', NOW, NOW, results_ready=True)
    database.transact(lambda c: batch_records.add(c, seen))
    told = Notice("k", "msgbatch_1", "ended", "C0BATCHES", ("U0ADA",), NOW, {"words": "naïve 🗑️"})
    database.transact(lambda c: notices.add(c, told))
    of_another = replace(seen, id="msgbatch_2")
    database.scoped("wrkspc_other").transact(lambda c: batch_records.add(c, of_another))
    entries = [
        {"at": NOW, "user_id": "U0ADA", "team_id": "T", "verb": "delete", "command": f"delete {n}"} for n in range(ROWS)
    ]
    database.transact(lambda c: c.execute(insert(audit_table), entries))
    yield database
    database.engine.dispose()


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    kind = request.param
    url = f"sqlite:///{tmp_path / 'to.sqlite3'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.engine.dispose()


either = pytest.mark.parametrize(
    "target", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def contents(database: Database) -> dict[str, list[str]]:
    return database.every_workspace().transact(
        lambda c: {table.name: sorted(map(repr, c.execute(select(table)))) for table in list_tables()}
    )


@either
def test_everything_arrives_and_is_counted(source: Database, target: Database) -> None:
    told: list[MovedTable] = []

    moved = move_store(source, target, NOW, told.append)

    assert contents(target) == contents(source)
    assert len(contents(target)["bd_batches"]) == 2
    assert {each.table: each.rows for each in moved}["bd_audit"] == ROWS
    assert told == moved


@either
def test_the_numbering_of_the_audit_record_continues(source: Database, target: Database) -> None:
    last = source.transact(lambda c: audit.list_entries(c, limit=1))[0].id
    move_store(source, target, NOW, lambda _: None)

    number = target.transact(
        lambda c: audit.record_intent(
            c,
            audit.Intent(
                at=NOW,
                user_id="U0ADA",
                team_id="T",
                channel_id=None,
                verb="mute",
                command="mute here",
                subject=None,
                confirmation_id=None,
            ),
            held_by="a-process",
        )
    )

    assert number == last + 1


@either
def test_a_store_that_is_not_empty_is_left_alone(source: Database, target: Database) -> None:
    target.open()
    of_another = SeenBatch("msgbatch_3", "ended", "s", "{}", NOW, NOW)
    target.scoped("wrkspc_other").transact(lambda c: batch_records.add(c, of_another))
    before = contents(target)

    with pytest.raises(MoveRefused, match=r"not empty.*bd_batches"):
        move_store(source, target, NOW, lambda _: None)

    assert contents(target) == before


@either
def test_a_store_with_a_running_bot_is_not_moved(source: Database, target: Database) -> None:
    alive = WorkerProcess("here:1:a", "here", 1, NOW, NOW)
    source.transact(lambda c: workers.record_heartbeat(c, alive, NOW))

    with pytest.raises(MoveRefused, match="running on FROM"):
        move_store(source, target, NOW + timedelta(seconds=30), lambda _: None)
    moved = move_store(source, target, NOW + timedelta(seconds=61), lambda _: None)

    assert sum(each.rows for each in moved) > ROWS


def test_a_store_is_not_moved_onto_itself(source: Database) -> None:
    with pytest.raises(MoveRefused, match="the same store"):
        move_store(source, source, NOW, lambda _: None)


def test_a_missing_store_is_not_moved_and_not_created(tmp_path: Path) -> None:
    slip, target = tmp_path / "slip.sqlite3", Database(f"sqlite:///{tmp_path / 'to.sqlite3'}")

    with pytest.raises(MoveRefused, match="FROM holds no records of a bot"):
        move_store(Database(f"sqlite:///{slip}"), target, NOW, lambda _: None)

    assert not slip.exists()
    assert not (tmp_path / "to.sqlite3").exists()


def test_a_store_that_cannot_be_opened_is_reported_with_its_side(source: Database) -> None:
    with pytest.raises(MoveRefused, match="FROM is not usable"):
        move_store(Database("sqlite:////nowhere/at/all.sqlite3"), source, NOW, lambda _: None)
    with pytest.raises(MoveRefused, match="TO is not usable"):
        move_store(source, Database("sqlite:////nowhere/at/all.sqlite3"), NOW, lambda _: None)
