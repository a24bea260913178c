"""A store is inspected without changing it, and what is wrong with its place is said with the path."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import StoreUnusable
from bot.store.db.database import Database, StoreUnavailable
from bot.store.db.inspection import find_store_file, inspect_store

NOBODY = 65_534


@contextmanager
def without_rights() -> Iterator[None]:
    """Act as a user whom permissions bind, also if the administrator of the machine runs the tests."""
    before = os.geteuid()
    os.seteuid(before or NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """Yield a folder that cannot be written. Not tmp_path, whose parents are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_named_by_doctor(closed_folder: Path) -> None:
    store = closed_folder / "batchdesk.sqlite3"

    with without_rights():
        problems = inspect_store(f"sqlite:///{store}")

    assert problems == [f"The store {store} can't be written, because {closed_folder} is read-only. Make it writable."]


def test_a_folder_that_cannot_be_written_is_named_at_the_start(
    closed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(closed_folder)
    url = "sqlite:///batchdesk.sqlite3"

    with without_rights(), pytest.raises(StoreUnavailable) as caught:
        Database(url).open()
    words = StoreUnusable(caught.value.reason, find_store_file(url)).describe()

    assert words.startswith(f"Can't open the store {closed_folder}/batchdesk.sqlite3: {closed_folder} is read-only.")


def test_a_file_that_cannot_be_written_is_named(closed_folder: Path) -> None:
    store = closed_folder / "batchdesk.sqlite3"
    store.touch(0o444)
    closed_folder.chmod(0o777)

    with without_rights():
        problems = inspect_store(f"sqlite:///{store}")

    assert problems == [f"The store {store} is read-only. Make it writable."]


def test_a_folder_that_cannot_be_entered_is_named(closed_folder: Path) -> None:
    (closed_folder / "inside").mkdir()
    closed_folder.chmod(0)

    with without_rights():
        [problem] = inspect_store(f"sqlite:///{closed_folder}/inside/batchdesk.sqlite3")

    assert f"{closed_folder}/inside" in problem


def test_a_store_in_use_is_inspected_beside_it(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite3"
    database = Database(f"sqlite:///{store}")
    database.open()
    before = sorted(tmp_path.iterdir())

    problems, after = inspect_store(f"sqlite:///{store}"), sorted(tmp_path.iterdir())
    database.engine.dispose()

    assert problems == []
    assert after == before


def test_the_file_of_a_store_is_its_owners_alone(tmp_path: Path) -> None:
    new, old = tmp_path / "new.sqlite3", tmp_path / "old.sqlite3"
    old.touch(0o640)

    for path in (new, old):
        database = Database(f"sqlite:///{path}")
        database.open()
        database.engine.dispose()

    assert [oct(path.stat().st_mode & 0o777) for path in (new, old)] == ["0o600", "0o600"]


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    [problem] = inspect_store("postgresql://ann:geheim@127.0.0.1:1/x")

    assert problem.startswith("Can't reach the store")
    assert "geheim" not in problem


def test_a_server_that_is_there_is_fine() -> None:
    url = os.environ.get("BATCHDESK_TEST_POSTGRES")
    if url is None:
        pytest.skip("BATCHDESK_TEST_POSTGRES names no server")

    assert inspect_store(url) == []
