"""Files of requests are in folders that only their user may enter, whoever made the folder."""

import os
import stat
from pathlib import Path

import pytest

from bot.app import FolderUnsafe, run_bot
from bot.doctor import examine
from bot.playground.simulation import make_settings
from bot.requests.request_files import make_private_folder
from bot.settings.model import Folder
from bot.store.db.database import Database
from tests.conftest import OpenDesk
from tests.journeys.creating import ask_about_file, sound_file
from tests.simulators import Simulators

NOBODY = 65_534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def list_files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


@pytest.fixture(autouse=True)
def generous_umask() -> object:
    """Let everyone write whatever is made without explicit rights, as some machines do."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_new_folder_and_those_around_it_are_private(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b" / "c")

    assert {rights(tmp_path / each) for each in ("a", "a/b", "a/b/c")} == {0o700}


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750, 0o770])
def test_a_folder_that_exists_becomes_private(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "made before"
    folder.mkdir(mode=mode)

    make_private_folder(folder)

    assert rights(folder) == 0o700


def test_a_temporary_folder_that_all_users_share_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)

    with pytest.raises(PermissionError, match="shared with other users"):
        make_private_folder(folder)

    assert rights(folder) == 0o1777


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777])
@pytest.mark.parametrize("by_link", [False, True])
def test_a_folder_or_a_link_of_another_user_is_refused(tmp_path: Path, mode: int, by_link: bool) -> None:
    folder, place = tmp_path / "folder", tmp_path / "link"
    folder.mkdir(mode=mode)
    place.symlink_to(folder)
    os.chown(place if by_link else folder, NOBODY, NOBODY, follow_symlinks=False)

    with pytest.raises(PermissionError, match="belongs to another user"):
        make_private_folder(place)


@pytest.mark.parametrize("made_before", [False, True])
async def test_what_the_bot_stores_is_readable_by_its_user_alone(open_desk: OpenDesk, made_before: bool) -> None:
    desk = await open_desk()
    kept, drafts = desk.store.parent / "requests", desk.store.parent / "requests" / "drafts"
    if made_before:
        drafts.mkdir(parents=True, mode=0o777)
    waiting = await ask_about_file(desk, sound_file(12))
    found = {path.name: rights(path) for path in list_files(drafts, "*")}

    await desk.press(waiting, "Send")

    assert list(found.values()) == [0o600]
    assert (rights(kept), rights(drafts)) == (0o700, 0o700)
    assert {rights(path) for path in list_files(kept, "*.gz")} == {0o600}


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o660])
async def test_a_store_that_others_could_read_becomes_private(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "store.sqlite3"
    path.touch(mode=mode)
    path.chmod(mode)
    database = Database(f"sqlite:///{path}")

    database.open()
    await database.close()

    assert rights(path) == 0o600


@as_root
async def test_the_start_is_refused_if_another_user_made_the_folder_of_drafts(simulators: Simulators) -> None:
    folder = simulators.folder / "requests"
    (folder / "drafts").mkdir(parents=True)
    os.chown(folder / "drafts", NOBODY, NOBODY)
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")
    settings = settings.model_copy(update={"keep_requests": Folder(folder)})

    with pytest.raises(
        FolderUnsafe, match=r"belongs to another user\. Remove the folder, or set another one"
    ) as caught:
        async with run_bot(settings):
            pass

    findings = [finding async for finding in examine(settings)]

    assert str(folder / "drafts") in caught.value.describe()
    assert [finding.message for finding in findings if not finding.ok] == [caught.value.describe()]
