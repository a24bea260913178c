"""The requests that were sent, kept as long as the results are available."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.api.errors import RequestsUnreadable
from bot.api.ids import BatchId
from bot.requests.archive import RequestArchive
from tests.requests.request_lines import check, line

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A = BatchId("msgbatch_A")
B = BatchId("msgbatch_a")
C = BatchId("x" * 256)


@pytest.fixture
def checked_file(tmp_path: Path) -> Path:
    """Write a few hundred requests."""
    path = tmp_path / "checked"
    path.write_bytes(check(b"".join(line(f"r{number}") for number in range(300)))[1])
    return path


@pytest.fixture
def archive(tmp_path: Path) -> RequestArchive:
    """Return an archive with room enough, whose folder does not exist yet."""
    return RequestArchive(tmp_path / "kept" / "requests", max_bytes=10_000_000)


def test_requests_are_restored_as_they_were_sent(archive: RequestArchive, checked_file: Path, tmp_path: Path) -> None:
    assert archive.add(A, NOW, checked_file)

    archive.restore([A], tmp_path / "again")

    assert (tmp_path / "again").read_bytes() == checked_file.read_bytes()
    assert (archive.contains(A), archive.contains(B)) == (True, False)


def test_they_are_compressed_and_for_their_owner_alone(archive: RequestArchive, checked_file: Path) -> None:
    archive.add(A, NOW, checked_file)

    (path,) = archive.folder.iterdir()
    assert path.stat().st_size < checked_file.stat().st_size / 4
    assert (path.stat().st_mode & 0o077, archive.folder.stat().st_mode & 0o077) == (0, 0)
    assert gzip.decompress(path.read_bytes()) == checked_file.read_bytes()


def test_ids_that_differ_in_case_and_long_ones_are_kept_apart(archive: RequestArchive, checked_file: Path) -> None:
    for batch_id in (A, B, C):
        archive.add(batch_id, NOW, checked_file)
    archive.remove(A)

    assert [archive.contains(batch_id) for batch_id in (A, B, C)] == [False, True, True]
    archive.remove(A)


def test_none_are_kept_where_none_are_wanted(tmp_path: Path, checked_file: Path) -> None:
    archive = RequestArchive(tmp_path / "kept", max_bytes=0)

    assert not archive.add(A, NOW, checked_file)
    assert not archive.folder.exists()


def test_requests_are_removed_when_the_results_are(archive: RequestArchive, checked_file: Path) -> None:
    archive.add(A, NOW - timedelta(days=29, seconds=1), checked_file)
    archive.add(B, NOW - timedelta(days=28), checked_file)

    removed = archive.prune(NOW)

    assert (removed, archive.contains(A), archive.contains(B)) == (1, False, True)


def test_a_half_written_file_of_a_dead_process_is_removed_after_a_day(
    archive: RequestArchive, checked_file: Path
) -> None:
    archive.add(A, NOW, checked_file)
    early = archive.folder / "x.jsonl.gz.part"
    old = archive.folder / "y.jsonl.gz.part"
    for path, hours in ((early, 23), (old, 25)):
        path.touch()
        written_at = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(path, (written_at, written_at))

    removed = archive.prune(NOW)

    assert (removed, early.exists(), old.exists(), archive.contains(A)) == (1, True, False, True)


def test_the_oldest_are_removed_when_there_is_no_more_room(
    tmp_path: Path, archive: RequestArchive, checked_file: Path
) -> None:
    archive.add(A, NOW, checked_file)
    one = next(archive.folder.iterdir()).stat().st_size
    small = RequestArchive(tmp_path / "small", max_bytes=2 * one)

    for days, batch_id in enumerate((A, B, C)):
        small.add(batch_id, NOW + timedelta(days=days), checked_file)

    assert [small.contains(batch_id) for batch_id in (A, B, C)] == [False, True, True]


def test_a_file_without_room_is_not_kept_and_that_is_reported(tmp_path: Path, checked_file: Path) -> None:
    archive = RequestArchive(tmp_path / "kept", max_bytes=10)

    assert not archive.add(A, NOW, checked_file)
    assert list(archive.folder.iterdir()) == []


@pytest.mark.parametrize("harm", [lambda data: data[: len(data) // 2], lambda data: b"x" + data, lambda _: b""])
def test_a_damaged_file_is_reported_and_nothing_is_restored(
    harm: object, archive: RequestArchive, checked_file: Path, tmp_path: Path
) -> None:
    archive.add(A, NOW, checked_file)
    (path,) = archive.folder.iterdir()
    assert callable(harm)
    path.write_bytes(harm(path.read_bytes()))

    with pytest.raises(RequestsUnreadable):
        archive.restore([A], tmp_path / "again")

    assert not (tmp_path / "again").exists()


def test_missing_requests_are_reported(archive: RequestArchive, tmp_path: Path) -> None:
    with pytest.raises(RequestsUnreadable):
        archive.restore([A], tmp_path / "again")
    with pytest.raises(RequestsUnreadable):
        archive.add(A, NOW, tmp_path / "gone")

    assert not archive.contains(A)
    assert archive.prune(NOW) == 0
