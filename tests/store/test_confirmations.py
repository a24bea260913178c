"""A confirmation is redeemed at most once, among all threads and processes."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.store.db.database import Database
from bot.store.records import confirmations
from bot.store.records.confirmations import StoredConfirmation

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LAPSE = NOW + timedelta(minutes=5)
QUESTION = StoredConfirmation(
    id="c1",
    user_id="U01",
    team_id="T01",
    command="delete msgbatch_01",
    subject="msgbatch_01",
    state='{"processing_status": "ended"}',
    asked_at=NOW,
    expires_at=LAPSE,
)


@pytest.fixture
def asked(database: Database) -> Database:
    database.transact(lambda connection: confirmations.add(connection, QUESTION))
    return database


def test_a_confirmation_reads_back_as_it_was_stored(asked: Database) -> None:
    found = asked.transact(lambda connection: confirmations.get(connection, "c1"))

    assert found == QUESTION


def test_an_unknown_confirmation_is_none_and_cannot_be_redeemed(asked: Database) -> None:
    assert asked.transact(lambda connection: confirmations.get(connection, "other")) is None
    assert not asked.transact(lambda connection: confirmations.redeem(connection, "other", NOW))


def test_a_confirmation_is_redeemed_once_and_records_when(asked: Database) -> None:
    first = asked.transact(lambda connection: confirmations.redeem(connection, "c1", NOW))
    second = asked.transact(lambda connection: confirmations.redeem(connection, "c1", NOW + timedelta(seconds=1)))

    assert (first, second) == (True, False)
    found = asked.transact(lambda connection: confirmations.get(connection, "c1"))
    assert found == replace(QUESTION, used_at=NOW)


@pytest.mark.parametrize(("late", "usable"), [(-1, True), (0, False), (1, False)])
def test_a_confirmation_expires_to_the_microsecond(asked: Database, late: int, usable: bool) -> None:
    moment = LAPSE + timedelta(microseconds=late)

    assert asked.transact(lambda connection: confirmations.redeem(connection, "c1", moment)) is usable


def test_a_redemption_whose_transaction_fails_does_not_count(asked: Database) -> None:
    def redeem_then_fail(connection: Connection) -> None:
        assert confirmations.redeem(connection, "c1", NOW)
        raise RuntimeError("the record could not be written")

    with pytest.raises(RuntimeError, match="record"):
        asked.transact(redeem_then_fail)

    assert asked.transact(lambda connection: confirmations.redeem(connection, "c1", NOW))


def test_a_withdrawn_confirmation_cannot_be_redeemed(asked: Database) -> None:
    withdrawn = asked.transact(lambda connection: confirmations.withdraw(connection, "c1", NOW))

    assert withdrawn
    assert not asked.transact(lambda connection: confirmations.redeem(connection, "c1", NOW))


def test_a_used_confirmation_cannot_be_withdrawn(asked: Database) -> None:
    asked.transact(lambda connection: confirmations.redeem(connection, "c1", NOW))

    assert not asked.transact(lambda connection: confirmations.withdraw(connection, "c1", LAPSE))
    found = asked.transact(lambda connection: confirmations.get(connection, "c1"))
    assert found is not None
    assert found.used_at == NOW


def test_prune_removes_only_what_expired_before(asked: Database) -> None:
    older = replace(QUESTION, id="c0", expires_at=LAPSE - timedelta(microseconds=1), used_at=NOW)
    asked.transact(lambda connection: confirmations.add(connection, older))

    removed = asked.transact(lambda connection: confirmations.prune(connection, LAPSE))

    assert removed == 1
    assert asked.transact(lambda connection: confirmations.get(connection, "c0")) is None
    assert asked.transact(lambda connection: confirmations.get(connection, "c1")) == QUESTION


def test_forty_threads_with_their_own_connections_redeem_it_once(asked: Database, database_url: str) -> None:
    together = Barrier(40)
    answers: list[bool] = []

    def press() -> None:
        own = Database(database_url, busy_seconds=30)
        own.transact(lambda connection: confirmations.get(connection, "c1"))  # connect before anyone presses
        together.wait()
        answers.append(own.transact(lambda connection: confirmations.redeem(connection, "c1", NOW)))
        own.engine.dispose()

    threads = [Thread(target=press) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 39 + [True]


PRESS_ALL = f"""
import sys
from datetime import datetime
from bot.store.records import confirmations
from bot.store.db.database import Database
store = Database(sys.argv[1], busy_seconds=30)
store.transact(lambda connection: confirmations.get(connection, "p0"))
print("ready", flush=True)
sys.stdin.readline()
now = datetime.fromisoformat({NOW.isoformat()!r})
for number in range(50):
    print(int(store.transact(lambda connection: confirmations.redeem(connection, f"p{{number}}", now))))
"""


def test_two_processes_redeem_each_of_fifty_once(database: Database, database_url: str) -> None:
    for number in range(50):
        database.transact(partial(confirmations.add, confirmation=replace(QUESTION, id=f"p{number}")))
    command = [sys.executable, "-c", PRESS_ALL, database_url]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as one,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other,
    ):
        assert one.stdout is not None
        assert other.stdout is not None
        assert [one.stdout.readline(), other.stdout.readline()] == ["ready\n", "ready\n"]

        answers = press_both(one, other)

    assert [mine + yours for mine, yours in zip(*answers, strict=True)] == [1] * 50


def press_both(*processes: subprocess.Popen[str]) -> list[list[int]]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [[int(word) for word in process.communicate(timeout=60)[0].split()] for process in processes]
