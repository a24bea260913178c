"""One outbox for cards and notices: the same promises for both, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.store.db.database import Database
from bot.store.db.outbox import FURTHEST, Outbox, OverdueRow
from bot.store.db.task_queue import enqueue_nothing
from bot.store.records import cards, notices
from bot.store.records.notices import Notice

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def add_card(connection: Connection) -> OverdueRow:
    cards.redraw(connection, enqueue_nothing, "msgbatch_1", "C1", NOW)
    return OverdueRow(("msgbatch_1", "C1"), "C1", 0)


def add_notice(connection: Connection) -> OverdueRow:
    notices.add(connection, Notice("msgbatch_1:ended:C1", "msgbatch_1", "ended", "C1", (), NOW))
    return OverdueRow(("msgbatch_1:ended:C1",), "C1", 0)


@pytest.fixture(params=["card", "notice"])
def outbox(request: pytest.FixtureRequest) -> Outbox[Any]:
    return cards.OUTBOX if request.param == "card" else notices.OUTBOX


@pytest.fixture
def row(database: Database, outbox: Outbox[Any]) -> OverdueRow:
    return database.transact(add_card if outbox is cards.OUTBOX else add_notice)


def test_a_claim_counts_and_keeps_others_out_until_its_lease_ends(
    database: Database, outbox: Outbox[Any], row: OverdueRow
) -> None:
    mine = database.transact(lambda c: outbox.claim(c, row.primary_key, "mine", NOW, LEASE))
    early = database.transact(lambda c: outbox.claim(c, row.primary_key, "other", NOW + LEASE - SECOND, LEASE))
    late = database.transact(lambda c: outbox.claim(c, row.primary_key, "other", NOW + LEASE, LEASE))

    assert mine is not None
    assert mine.attempts == 1
    assert early is None
    assert late is not None
    assert late.attempts == 2


@pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
def test_a_released_row_is_free_and_due_at_the_given_moment(
    database: Database, outbox: Outbox[Any], row: OverdueRow, counts: bool, attempts: int
) -> None:
    database.transact(lambda c: outbox.claim(c, row.primary_key, "mine", NOW, LEASE))

    database.transact(lambda c: outbox.release(c, row.primary_key, NOW + SECOND, counts=counts))

    [overdue] = database.transact(lambda c: outbox.find_overdue(c, NOW + 2 * SECOND))
    assert (overdue.primary_key, overdue.channel_id, overdue.attempts) == (row.primary_key, "C1", attempts)
    assert database.transact(lambda c: outbox.claim(c, row.primary_key, "other", NOW, LEASE)) is not None


def test_a_row_is_given_up_once_and_never_tried_again(database: Database, outbox: Outbox[Any], row: OverdueRow) -> None:
    first = database.transact(lambda c: outbox.give_up(c, row.primary_key, "not_in_channel"))
    second = database.transact(lambda c: outbox.give_up(c, row.primary_key, "is_archived"))
    stored = database.transact(lambda c: outbox.get(c, row.primary_key))

    assert (first, second) == (True, False)
    assert stored is not None
    assert stored.given_up == "not_in_channel"
    assert database.transact(lambda c: outbox.claim(c, row.primary_key, "mine", NOW, LEASE)) is None
    assert database.transact(lambda c: outbox.find_overdue(c, NOW + LEASE)) == []
    assert database.transact(outbox.count_open) == 0


def test_what_a_dead_worker_held_is_free_from_the_given_moment_on(
    database: Database, outbox: Outbox[Any], row: OverdueRow
) -> None:
    database.transact(lambda c: outbox.claim(c, row.primary_key, "dead", NOW, LEASE))

    freed = database.transact(lambda c: outbox.release_claims(c, "dead", NOW + 3 * SECOND))
    early = database.transact(lambda c: outbox.claim(c, row.primary_key, "mine", NOW + SECOND, LEASE))
    late = database.transact(lambda c: outbox.claim(c, row.primary_key, "mine", NOW + 3 * SECOND, LEASE))

    assert freed == 1
    assert early is None
    assert late is not None


def test_a_row_that_was_delayed_before_the_clock_was_set_back_is_overdue(
    database: Database, outbox: Outbox[Any], row: OverdueRow
) -> None:
    database.transact(lambda c: outbox.postpone(c, row.primary_key, NOW + FURTHEST + SECOND))

    assert database.transact(lambda c: outbox.find_overdue(c, NOW)) == [row]


def test_rows_are_counted_by_channel(database: Database, outbox: Outbox[Any], row: OverdueRow) -> None:
    counts = database.transact(lambda c: [outbox.count_open(c, channel) for channel in (None, "C1", "C2")])

    assert counts == [1, 1, 0]
