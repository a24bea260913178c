"""A real store, a stopped clock, and a question that Ada was asked."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.caller import Caller
from bot.commands.audit import AuditEntry
from bot.commands.delete import Delete, DeleteChange
from bot.confirmations import ConfirmationRefused, Confirmations
from bot.operations.find_batch import Reference
from bot.store.db.database import Database
from bot.store.records import audit, confirmations
from bot.store.records.confirmations import StoredConfirmation
from tests.builders import ADA, ID, NOW, counts, ended
from tests.services import build_confirmations

DELETE = Delete(Reference(ID))
BATCH = ended(counts(succeeded=1_161, errored=39))
CHANGE = DeleteChange(DELETE, BATCH)


class SettableClock:
    """A clock that shows the time it is set to."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def file(store_file: Path) -> Path:
    return store_file


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    store = Database(f"sqlite:///{file}", busy_seconds=5.0)
    store.open()
    yield store
    await store.close()


@pytest.fixture
def questions(database: Database, clock: SettableClock) -> Confirmations:
    return build_confirmations(database, clock)


@pytest.fixture
async def asked(questions: Confirmations) -> str:
    """Ask Ada a question; return its id."""
    return (await questions.ask(CHANGE, ADA)).confirmation_id


async def stored(database: Database, confirmation_id: str) -> StoredConfirmation:
    found = await database.run(lambda connection: confirmations.get(connection, confirmation_id))
    assert found is not None
    return found


async def record(database: Database) -> list[AuditEntry]:
    return await database.run(audit.list_entries)


async def refusal(questions: Confirmations, confirmation_id: str, caller: Caller = ADA) -> ConfirmationRefused:
    with pytest.raises(ConfirmationRefused) as caught:
        await questions.begin(CHANGE, caller, confirmation_id)
    return caught.value
