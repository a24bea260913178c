"""Confirmations under stress: many presses at once, a restart, a store that fails."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.confirmations import ConfirmationRefused, Confirmations, RefusalReason
from bot.store.db.database import Database, StoreUnavailable
from tests.builders import ADA
from tests.confirmations.conftest import CHANGE, SettableClock, record, stored
from tests.services import build_confirmations


async def test_of_forty_presses_at_once_one_confirms(asked: str, questions: Confirmations, database: Database) -> None:
    presses = [questions.begin(CHANGE, ADA, asked) for _ in range(40)]

    results = await asyncio.gather(*presses, return_exceptions=True)

    refused = [each.why for each in results if isinstance(each, ConfirmationRefused)]
    assert (refused, len(results) - len(refused)) == ([RefusalReason.USED] * 39, 1)
    assert [entry.outcome for entry in await record(database)] == [None, "asked"]


async def test_of_presses_in_two_processes_one_confirms(
    asked: str, questions: Confirmations, file: Path, clock: SettableClock
) -> None:
    other = Database(f"sqlite:///{file}", busy_seconds=5.0)
    elsewhere = build_confirmations(other, clock)

    results = await asyncio.gather(
        *(each.begin(CHANGE, ADA, asked) for each in (questions, elsewhere) * 10), return_exceptions=True
    )
    await other.close()

    assert sum(isinstance(each, int) for each in results) == 1
    assert {type(each) for each in results} == {int, ConfirmationRefused}


async def test_a_question_outlives_a_restart(asked: str, database: Database, file: Path, clock: SettableClock) -> None:
    await database.close()
    reopened = Database(f"sqlite:///{file}")
    reopened.open()

    number = await build_confirmations(reopened, clock).begin(CHANGE, ADA, asked)
    await reopened.close()

    assert number


async def test_a_locked_store_confirms_nothing_and_uses_no_confirmation(
    asked: str, questions: Confirmations, database: Database, file: Path, clock: SettableClock
) -> None:
    hasty = Database(f"sqlite:///{file}", busy_seconds=0.05)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreUnavailable) as caught:
            await build_confirmations(hasty, clock).begin(CHANGE, ADA, asked)

    await hasty.close()
    assert caught.value.reason == "locked"
    assert (await stored(database, asked)).used_at is None
    assert [entry.outcome for entry in await record(database)] == ["asked"]
    assert await questions.begin(CHANGE, ADA, asked)


async def test_an_entry_that_cannot_be_written_uses_no_confirmation(
    asked: str, questions: Confirmations, database: Database, file: Path
) -> None:
    """Using a confirmation and recording it are one transaction, so a failing insert rolls both back."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON bd_audit BEGIN SELECT RAISE(ABORT, 'full'); END")

    with pytest.raises(StoreUnavailable):
        await questions.begin(CHANGE, ADA, asked)

    assert (await stored(database, asked)).used_at is None


async def test_a_locked_store_asks_nothing(
    questions: Confirmations, database: Database, file: Path, clock: SettableClock
) -> None:
    hasty = Database(f"sqlite:///{file}", busy_seconds=0.05)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreUnavailable):
            await build_confirmations(hasty, clock).ask(CHANGE, ADA)

    await hasty.close()
    assert await record(database) == []
