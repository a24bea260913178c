"""The store cannot be read or written: nothing is deleted, and the reply says so."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import Desk

PATIENCE = 0.3
"""Seconds until the bot gives up a lock, as the store's address may say."""


async def asked(desk: Desk) -> SlackMessage:
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")
    return question


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Another process holds the store for longer than the bot waits."""
    other = sqlite3.connect(desk.store, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()


async def test_a_locked_store_deletes_nothing_and_the_same_yes_counts_when_it_is_free_again(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    desk = await open_desk(database_url=f"sqlite:///{tmp_path / 'store.sqlite3'}?timeout={PATIENCE}")
    question = await asked(desk)

    with locked(desk):
        [reply] = await desk.press(question, "Delete for good")
    deletes_while_locked = len(desk.deletes)
    [gone] = await desk.press(question, "Delete for good")

    assert "database is busy" in reply.visible_text
    assert "Nothing was changed" in reply.visible_text
    assert reply.ts != question.ts
    assert deletes_while_locked == 0
    assert "Deleted by" in gone.visible_text


async def test_a_locked_store_does_not_keep_anybody_from_reading(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = await open_desk(database_url=f"sqlite:///{tmp_path / 'store.sqlite3'}?timeout={PATIENCE}")
    desk.api.workspace.add(succeeded=5)

    with locked(desk):
        [card] = await desk.type("/batch status last")

    assert "all 5 succeeded" in card.visible_text


async def test_a_store_that_became_something_else_deletes_nothing(desk: Desk) -> None:
    question = await asked(desk)
    desk.store.write_bytes(b"this is no database any more" * 1_000)

    [reply] = await desk.press(question, "Delete for good")

    assert "Batchdesk's database is" in reply.visible_text
    assert desk.deletes == []


async def test_a_store_whose_place_was_taken_by_a_folder_deletes_nothing(desk: Desk) -> None:
    question = await asked(desk)
    desk.store.unlink()
    desk.store.mkdir()

    [reply] = await desk.press(question, "Delete for good")
    shutil.rmtree(desk.store)

    assert "Batchdesk's database is" in reply.visible_text
    assert desk.deletes == []
