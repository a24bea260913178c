"""The audit record: who did what, and its outcome, which is stored once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection

from bot.store.db.database import Database
from bot.store.records import audit
from bot.store.records.audit import AuditEntry, AuditFilter, RecordedAct, RecordedOutcome

NOW = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=2)


def intend(connection: Connection, subject: str | None = "msgbatch_01", confirmation_id: str | None = None) -> int:
    return audit.record_intent(
        connection,
        audit.Intent(
            at=NOW,
            user_id="U01",
            team_id="T01",
            channel_id=None,
            verb="delete",
            command="delete msgbatch_01",
            subject=subject,
            confirmation_id=confirmation_id,
        ),
        held_by="a-process",
    )


def test_an_intent_reads_back_without_an_outcome(database: Database) -> None:
    number = database.transact(intend)

    assert database.transact(audit.list_entries) == [
        AuditEntry(
            id=number,
            at=NOW,
            user_id="U01",
            team_id="T01",
            channel_id=None,
            verb="delete",
            command="delete msgbatch_01",
            subject="msgbatch_01",
            confirmation_id=None,
            outcome=None,
            detail=None,
            finished_at=None,
            held_by="a-process",
        )
    ]


def settle(database: Database, number: int, outcome: audit.RecordedOutcome, detail: str | None = None) -> bool:
    return database.transact(
        lambda connection: audit.record_outcome(connection, number, outcome=outcome, detail=detail, at=LATER)
    )


def test_an_outcome_is_stored_with_its_intent(database: Database) -> None:
    number = database.transact(intend)

    assert settle(database, number, "refused", "the batch has changed")

    (entry,) = database.transact(audit.list_entries)
    assert (entry.outcome, entry.detail, entry.finished_at) == ("refused", "the batch has changed", LATER)


def test_a_settled_outcome_is_never_rewritten_but_an_unknown_one_may_become_known(database: Database) -> None:
    number = database.transact(intend)

    answers = [
        settle(database, number, "unknown"),
        settle(database, number, "done"),
        settle(database, number, "failed"),
    ]

    assert answers == [True, True, False]
    assert database.transact(audit.list_entries)[0].outcome == "done"


def test_an_outcome_without_an_intent_is_not_stored(database: Database) -> None:
    assert not settle(database, 7, "done")
    assert database.transact(audit.list_entries) == []


def test_entries_come_newest_first_in_pages(database: Database) -> None:
    numbers = [database.transact(intend) for _ in range(5)]

    page = database.transact(lambda connection: audit.list_entries(connection, limit=2))
    rest = database.transact(lambda connection: audit.list_entries(connection, before_id=page[-1].id))

    assert [entry.id for entry in page] + [entry.id for entry in rest] == sorted(numbers, reverse=True)


def test_entries_of_one_batch_exclude_the_others(database: Database) -> None:
    numbers = database.transact(lambda connection: [intend(connection, subject) for subject in ("a", "b", None)])

    found = database.transact(lambda connection: audit.list_entries(connection, subject="b"))

    assert [entry.id for entry in found] == [numbers[1]]


def test_the_act_of_a_confirmation_is_found(database: Database) -> None:
    number = database.transact(lambda connection: intend(connection, confirmation_id="c1"))

    found = database.transact(lambda connection: audit.get_for_confirmation(connection, "c1"))

    assert found is not None
    assert found.id == number
    assert database.transact(lambda connection: audit.get_for_confirmation(connection, "c2")) is None


DRAFT = "39b3e76a79de6c1976577be3"
BATCH = "msgbatch_01"


def put(
    connection: Connection,
    user_id: str,
    command: str,
    outcome: RecordedOutcome | None,
    *,
    subject: str = DRAFT,
    confirmation_id: str | None = None,
    at: datetime = NOW,
) -> int:
    verb = command.partition(" ")[0]
    intent = audit.Intent(
        at=at,
        user_id=user_id,
        team_id="T01",
        channel_id="C01",
        verb=verb,
        command=command,
        subject=subject,
        confirmation_id=confirmation_id,
    )
    number = audit.record_intent(connection, intent, held_by="a-process")
    if outcome is not None:
        audit.record_outcome(connection, number, outcome=outcome, detail=None, at=LATER)
    return number


def record_approval(connection: Connection, requested: RecordedOutcome = "waiting") -> None:
    """Record a question, the request that answered it, and its approval by another person, which created a batch."""
    put(connection, "U0ASKER", f"send {DRAFT}", "asked", confirmation_id="c1")
    put(connection, "U0ASKER", f"send {DRAFT}", requested, confirmation_id="c1")
    put(connection, "U0OTHER", f"approve {DRAFT}", "done", subject=BATCH)


def people(act: RecordedAct) -> tuple[str | None, str]:
    return act.request.user_id if act.request else None, act.entry.user_id


@pytest.mark.parametrize("requested", ["waiting", "done"])  # 0.1.0 recorded requests as done
def test_a_request_and_its_approval_are_one_act_under_the_batch(database: Database, requested: RecordedOutcome) -> None:
    database.transact(lambda connection: record_approval(connection, requested))

    everything = database.transact(audit.list_acts)
    of_batch = database.transact(lambda connection: audit.list_acts(connection, AuditFilter(subject=BATCH)))

    assert [people(act) for act in everything] == [people(act) for act in of_batch] == [("U0ASKER", "U0OTHER")]


def test_a_request_that_waits_is_an_act_also_while_its_approval_is_being_asked_about(database: Database) -> None:
    def record(connection: Connection) -> None:
        put(connection, "U0ASKER", f"send {DRAFT}", "waiting")
        put(connection, "U0OTHER", f"approve {DRAFT}", "asked", confirmation_id="c2")

    database.transact(record)

    assert [act.entry.verb for act in database.transact(audit.list_acts)] == ["approve", "send"]


def test_a_batch_that_was_sent_without_approval_is_no_request(database: Database) -> None:
    database.transact(lambda connection: put(connection, "U01", f"send {DRAFT}", "done", subject=BATCH))

    (act,) = database.transact(audit.list_acts)

    assert not act.entry.is_request


def test_a_question_is_part_of_its_answer_and_an_act_until_then(database: Database) -> None:
    asked = database.transact(lambda c: put(c, "U01", "delete x", "asked", subject="x", confirmation_id="c1"))
    before = database.transact(audit.list_acts)
    kept = database.transact(lambda c: put(c, "U01", "delete x", "kept", subject="x", confirmation_id="c1"))

    after = database.transact(audit.list_acts)

    assert [act.entry.id for act in before] == [asked]
    assert [(act.entry.id, [each.id for each in act.earlier]) for act in after] == [(kept, [asked])]


@pytest.mark.parametrize(
    ("wanted", "verbs"),
    [
        (AuditFilter(by="U0ASKER"), ["approve"]),
        (AuditFilter(by="U0OTHER"), ["approve"]),
        (AuditFilter(by="U03"), ["drop", "label"]),
        (AuditFilter(verb="send"), ["approve"]),
        (AuditFilter(verb="discard"), ["drop"]),
        (AuditFilter(since=LATER), ["drop"]),
        (AuditFilter(by="U0NOONE"), []),
        (AuditFilter(by="U03", verb="label", subject="msgbatch_02", since=NOW), ["label"]),
    ],
    ids=str,
)
def test_filters_choose_by_person_verb_and_time(database: Database, wanted: AuditFilter, verbs: list[str]) -> None:
    def record(connection: Connection) -> None:
        record_approval(connection)
        put(connection, "U03", 'label msgbatch_02 "x"', "done", subject="msgbatch_02")
        put(connection, "U03", "drop 0123456789abcdef01234567", "done", subject="0123456789abcdef01234567", at=LATER)

    database.transact(record)

    found = database.transact(lambda connection: audit.list_acts(connection, wanted))

    assert [act.entry.verb for act in found] == verbs


def test_acts_come_in_pages_without_what_they_are_folded_into(database: Database) -> None:
    def record(connection: Connection) -> None:
        for number in range(4):
            put(connection, "U01", "delete x", "asked", subject="x", confirmation_id=f"c{number}")
            put(connection, "U01", "delete x", "done", subject="x", confirmation_id=f"c{number}")

    database.transact(record)

    page = database.transact(lambda connection: audit.list_acts(connection, limit=3))
    rest = database.transact(lambda connection: audit.list_acts(connection, before_id=page[-1].entry.id))

    assert [act.entry.id for act in page] + [act.entry.id for act in rest] == [8, 6, 4, 2]


def test_the_detail_of_an_intent_stays_unless_the_outcome_has_its_own(database: Database) -> None:
    intent = audit.Intent(
        at=NOW,
        user_id="U01",
        team_id="T01",
        channel_id=None,
        verb="delete",
        command="delete x",
        subject="x",
        confirmation_id=None,
        detail="3 requests",
    )
    numbers = [
        database.transact(lambda connection: audit.record_intent(connection, intent, held_by="a-process"))
        for _ in range(2)
    ]

    settle(database, numbers[0], "done")
    settle(database, numbers[1], "failed", "HTTP 500")

    assert [entry.detail for entry in database.transact(audit.list_entries)] == ["HTTP 500", "3 requests"]


def test_an_export_returns_everything_oldest_first_beyond_one_chunk(database: Database) -> None:
    numbers = database.transact(lambda connection: [intend(connection) for _ in range(1_201)])

    exported = database.transact(lambda connection: [entry.id for entry in audit.export(connection)])

    assert exported == sorted(numbers)
    assert len(exported) == 1_201


def test_an_export_of_one_batch_contains_nothing_of_another(database: Database) -> None:
    numbers = database.transact(lambda connection: [intend(connection, subject=subject) for subject in ("a", "b", "a")])

    exported = database.transact(
        lambda connection: [entry.id for entry in audit.export(connection, AuditFilter(subject="a"))]
    )

    assert exported == [numbers[0], numbers[2]]


def test_moments_read_back_in_utc_from_any_time_zone(database: Database) -> None:
    number = database.transact(intend)
    elsewhere = LATER.astimezone(timezone(timedelta(hours=5, minutes=30)))

    database.transact(
        lambda connection: audit.record_outcome(connection, number, outcome="done", detail=None, at=elsewhere)
    )

    (entry,) = database.transact(audit.list_entries)
    assert entry.finished_at == LATER
    assert entry.finished_at.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    number = database.transact(intend)

    with pytest.raises(ValueError, match="time zone"):
        database.transact(
            lambda connection: audit.record_outcome(
                connection,
                number,
                outcome="done",
                detail=None,
                at=datetime(2026, 3, 1),  # noqa: DTZ001 - this is what the test is about
            )
        )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("'; DROP TABLE bd_audit; --", "'; DROP TABLE bd_audit; --"),
        ("%s %(x)s :x ?", "%s %(x)s :x ?"),
        ("grüße \U0001f600 \u202e\u2028\n", "grüße \U0001f600 \u202e\u2028\n"),
        ("a\0b", "a\ufffdb"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("x" * 100_000, "x" * 100_000),
    ],
    ids=["plain", "sql", "marks", "unicode", "nul", "surrogate", "long"],
)
def test_every_text_can_be_recorded_and_reads_back_the_same_everywhere(
    database: Database, written: str, read: str
) -> None:
    number = database.transact(intend)

    settle(database, number, "failed", written)

    assert database.transact(audit.list_entries)[0].detail == read
