"""A yes under stress: pressed by many at once, after a restart, on a store that fails."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.confirmations import ConfirmationRefused, Confirmations, RefusalReason
from bot.store.db.database import Database, StoreUnavailable
from tests.builders import ADA
from tests.confirmations.conftest import CHANGE, Watch, record, stored
from tests.services import build_confirmations


async def test_of_forty_presses_at_once_one_is_the_yes(
    asked: str, questions: Confirmations, database: Database
) -> None:
    presses = [questions.begin(CHANGE, ADA, asked) for _ in range(40)]

    came = await asyncio.gather(*presses, return_exceptions=True)

    refused = [each.why for each in came if isinstance(each, ConfirmationRefused)]
    assert (refused, len(came) - len(refused)) == ([RefusalReason.USED] * 39, 1)
    assert [entry.outcome for entry in await record(database)] == [None, "asked"]


async def test_of_presses_in_two_processes_one_is_the_yes(
    asked: str, questions: Confirmations, file: Path, watch: Watch
) -> None:
    other = Database(f"sqlite:///{file}", busy_seconds=5.0)
    elsewhere = build_confirmations(other, watch)

    came = await asyncio.gather(
        *(each.begin(CHANGE, ADA, asked) for each in (questions, elsewhere) * 10), return_exceptions=True
    )
    await other.close()

    assert sum(isinstance(each, int) for each in came) == 1
    assert {type(each) for each in came} == {int, ConfirmationRefused}


async def test_a_question_outlives_a_restart(asked: str, database: Database, file: Path, watch: Watch) -> None:
    await database.close()
    reopened = Database(f"sqlite:///{file}")
    reopened.open()

    number = await build_confirmations(reopened, watch).begin(CHANGE, ADA, asked)
    await reopened.close()

    assert number


async def test_a_locked_store_makes_no_yes_and_uses_none_up(
    asked: str, questions: Confirmations, database: Database, file: Path, watch: Watch
) -> None:
    hasty = Database(f"sqlite:///{file}", busy_seconds=0.05)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreUnavailable) as caught:
            await build_confirmations(hasty, watch).begin(CHANGE, ADA, asked)

    await hasty.close()
    assert caught.value.reason == "locked"
    assert (await stored(database, asked)).used_at is None
    assert [entry.outcome for entry in await record(database)] == ["asked"]
    assert await questions.begin(CHANGE, ADA, asked)


async def test_a_record_that_cannot_be_written_uses_no_yes_up(
    asked: str, questions: Confirmations, database: Database, file: Path
) -> None:
    """The yes and the record of it are one transaction: a table that refuses rows takes both back."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON bd_audit BEGIN SELECT RAISE(ABORT, 'full'); END")

    with pytest.raises(StoreUnavailable):
        await questions.begin(CHANGE, ADA, asked)

    assert (await stored(database, asked)).used_at is None


async def test_a_locked_store_asks_nothing(
    questions: Confirmations, database: Database, file: Path, watch: Watch
) -> None:
    hasty = Database(f"sqlite:///{file}", busy_seconds=0.05)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(StoreUnavailable):
            await build_confirmations(hasty, watch).ask(CHANGE, ADA)

    await hasty.close()
    assert await record(database) == []
