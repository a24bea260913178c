"""A SQLite connection is durable and strict, and has the function that older libraries lack."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Engine, text

from bot.store.db.database import make_engine
from bot.store.db.sqlite import unixepoch


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


def test_commits_reach_the_disk_and_locks_are_awaited_for_some_seconds(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)

    found = {name: pragma(engine, name) for name in ("synchronous", "foreign_keys", "busy_timeout")}
    engine.dispose()

    assert (found["synchronous"], found["foreign_keys"]) == (2, 1)
    assert 2_000 <= int(str(found["busy_timeout"])) <= 5_000


@pytest.mark.parametrize(
    ("version", "journal"), [((3, 40, 1), "delete"), ((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((3, 52, 0), "wal")]
)
def test_the_write_ahead_log_is_used_only_where_it_is_sound(
    sqlite_url: str, version: tuple[int, int, int], journal: str
) -> None:
    engine = make_engine(sqlite_url, sqlite_version=version)

    mode = pragma(engine, "journal_mode")
    engine.dispose()

    assert mode == journal


def test_a_file_with_a_log_from_another_library_gets_its_journal_back(sqlite_url: str) -> None:
    newer = make_engine(sqlite_url, sqlite_version=(3, 51, 3))
    assert pragma(newer, "journal_mode") == "wal"
    newer.dispose()
    older = make_engine(sqlite_url, sqlite_version=(3, 40, 1))

    mode = pragma(older, "journal_mode")
    older.dispose()

    assert mode == "delete"


def test_a_writing_transaction_takes_its_lock_at_once(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    said: list[str] = []

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(said.append)
        connection.execute(text("INSERT INTO t VALUES (1)"))
    engine.dispose()

    assert [statement.strip() for statement in said] == ["BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)", "COMMIT"]


def test_an_older_library_gets_unixepoch_with_fractions(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url, sqlite_version=(3, 40, 1))

    with engine.connect() as connection:
        seconds, now = connection.execute(text("SELECT unixepoch('subsec'), strftime('%s', 'now')")).one()
        moment = connection.execute(
            text("SELECT unixepoch('2026-03-01 12:00:00.250', '+1 day', 'subsec')")
        ).scalar_one()
    engine.dispose()

    assert isinstance(seconds, float)
    assert abs(seconds - float(now)) < 2
    assert moment == 1_772_452_800.25


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 38), reason="SQLite has no unixepoch() of its own before 3.38")
@pytest.mark.parametrize(
    "arguments",
    [
        ("2026-03-01 12:00:00.750",),
        ("2026-03-01", "+1 month", "start of month"),
        (1_772_366_400, "unixepoch"),
        (2_461_101.25,),
        ("1969-12-31 23:59:59",),
        ("nonsense",),
        (None,),
    ],
)
def test_without_fractions_it_answers_as_the_library_does(arguments: tuple[str | float | None, ...]) -> None:
    with closing(sqlite3.connect(":memory:")) as plain:
        marks = ", ".join("?" * len(arguments))
        (own,) = plain.execute(f"SELECT unixepoch({marks})", arguments).fetchone()

    assert unixepoch(*arguments) == own
