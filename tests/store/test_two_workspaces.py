"""Two workspaces in one store: no function of the store sees, changes, counts or deletes a row of the other one.

Each function is called for one workspace on a store with the rows of both, and on a copy without those of the other
one. Both calls must come to the same, and the rows of the other one must stay as they are.
"""

import importlib
import inspect
import pkgutil
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.store import records, transactions
from bot.store.db.database import Database
from bot.store.db.scope import SCOPED_TABLES
from bot.store.db.tables import metadata
from bot.store.records import (
    audit,
    batches,
    bulks,
    cards,
    confirmations,
    drafts,
    labels,
    ledger,
    long_readings,
    notices,
    scheduled_jobs,
    sends,
    summaries,
    watches,
)
from bot.store.records.audit import AuditFilter, Intent
from bot.store.records.batches import SeenBatch
from bot.store.records.bulks import Bulk, BulkItem, SavedFile
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from bot.store.records.labels import Relative
from bot.store.records.ledger import LedgerBatch, LedgerRow
from bot.store.records.long_readings import LongReading
from bot.store.records.notices import Notice
from bot.store.records.sends import Send
from bot.store.records.summaries import StoredSummary
from bot.store.records.watches import StoredWatch
from bot.store.transactions.preferences import AuditedChange
from bot.store.transactions.retention import Limits
from tests.builders import NOW

OURS, THEIRS = "wrkspc_ours", "wrkspc_theirs"
LONG_AGO, LATER, LATEST = NOW - timedelta(days=60), NOW + timedelta(minutes=1), NOW + timedelta(days=90)
HOUR = timedelta(hours=1)
ADA, EVE, PLACE = "U0ADA", "U0EVE", "D0ADA"
BODY = (
    '{"request_counts": {"processing": 0, "succeeded": 2, "errored": 0, "canceled": 0, "expired": 0},'
    ' "cancel_initiated_at": null}'
)
OF_THE_APP = frozenset({"workers", "events", "homes", "choices", "adopt"})
"""Modules about processes and people, who work for every workspace, and the one that gives rows to a workspace."""


CANNOT_MATTER = frozenset(
    {
        "sends.lock",  # as is lock_parent: on SQLite there is one writer
        "competing_retries.lock_parent",
        "watches.mute",  # what people want to hear in a place is kept by the place
        "watches.unmute",
        "watches.is_muted",
        "watches.get_notify_level",
        "watches.set_notify_level",
        "watches.get_effective_level",
    }
)
"""Functions that come to the same for both workspaces."""


class Rollback(Exception):
    """Ends a transaction without a trace."""


def open_store(prepared_file: Path, path: Path) -> Database:
    shutil.copy(prepared_file, path)
    return Database(f"sqlite:///{path}")


@pytest.fixture
def both(prepared_file: Path, tmp_path: Path) -> Iterator[Database]:
    """Return a store in which two workspaces have rows that differ in nothing but their ids."""
    database = open_store(prepared_file, tmp_path / "both.sqlite3")
    for key in (OURS, THEIRS):
        database.scoped(key, is_first=key == THEIRS).transact(partial(fill, name=key))
    yield database
    database.engine.dispose()


@pytest.fixture
def alone(both: Database, tmp_path: Path) -> Iterator[Database]:
    """Return the same store without the rows of the other workspace."""
    path = tmp_path / "alone.sqlite3"
    shutil.copy(tmp_path / "both.sqlite3", path)
    with closing(sqlite3.connect(path)) as connection:
        for table in SCOPED_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE workspace_id = ?", (THEIRS,))
        connection.execute("DELETE FROM bd_duties WHERE name = 'sweep'")
        connection.commit()
    database = Database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()


def make_batches(name: str) -> list[SeenBatch]:
    first = SeenBatch(f"msgbatch_01{name}1", "in_progress", "s", BODY, NOW, NOW + HOUR)
    ended = replace(first, id=f"msgbatch_01{name}2", status="ended", ended_at=NOW, results_ready=True, over_at=NOW)
    gone = replace(first, id=f"msgbatch_01{name}3", status="gone", created_at=LONG_AGO, over_at=LONG_AGO)
    missing = replace(first, id=f"msgbatch_01{name}4", missing_since=NOW)
    return [first, ended, gone, missing]


def make_drafts(name: str) -> list[Draft]:
    first = Draft(
        id=f"{name}-ready",
        user_id=ADA,
        team_id="T",
        channel_id=PLACE,
        state="ready",
        name="eval.jsonl",
        requests=3,
        size=300,
        estimate="{}",
        label="Nightly",
        owner=ADA,
        parent_id=f"msgbatch_01{name}1",
        kind="retry",
        batch_id=None,
        approved_by=None,
        created_at=NOW,
        changed_at=NOW,
    )
    sent = replace(first, id=f"{name}-sent", state="sent", batch_id=f"msgbatch_01{name}2")
    sending = replace(first, id=f"{name}-sending", state="sending", held_by="dead")
    unknown = replace(first, id=f"{name}-unknown", state="unknown", settles_at=NOW + HOUR)
    old = replace(first, id=f"{name}-old", changed_at=LONG_AGO, state="failed")
    whole = replace(first, id=f"{name}-whole", state="sending", held_by="a-process", parts=3, parent_id=None, kind=None)
    parts = [
        replace(whole, id=f"{name}-part-{n}", state="held", held_by=None, part=n, whole_id=whole.id) for n in (1, 2, 3)
    ]
    for number in (0, 1):
        parts[number] = replace(parts[number], state="sent", batch_id=f"msgbatch_01{name}{4 - number}")
    split = replace(first, id=f"{name}-split", state="split", sample=1, rest_id=f"{name}-rest")
    sample = replace(first, id=f"{name}-sample", state="sending", held_by="dead", whole_id=split.id)
    sample = replace(sample, rest_id=split.rest_id)
    rest = replace(first, id=f"{name}-rest", state="held", whole_id=split.id)
    canary = replace(first, id=f"{name}-canary", kind="canary", parent_id=f"msgbatch_01{name}1")
    to_split = replace(first, id=f"{name}-to-split", state="sending", held_by="dead", sample=1)
    return [first, sent, sending, unknown, old, whole, *parts, split, sample, rest, canary, to_split]


def fill(connection: Connection, name: str) -> None:
    """Store rows of every kind for the workspace of the connection."""
    for batch in make_batches(name):
        batches.add(connection, batch)
        cards.redraw(connection, ignore, batch.id, PLACE, NOW)
        labels.set_field(connection, batch.id, "label", "Nightly", by=ADA, at=LONG_AGO)
        labels.set_field(connection, batch.id, "note", "A note", by=ADA, at=LONG_AGO)
        labels.set_owner_if_none(connection, batch.id, ADA, at=LONG_AGO)
        for reason in ("watch", "cancel"):
            watches.add(connection, StoredWatch(batch.id, ADA, PLACE, reason, NOW))
        ledger.record_batch(connection, LedgerBatch(batch.id, name, batch.created_at, batch.ended_at, 2))
    first, ended, gone, _ = make_batches(name)
    watches.add(connection, StoredWatch(first.id, "", "C0FEED", "feed", NOW))
    card = cards.get(connection, first.id, PLACE)
    assert card is not None
    cards.mark_shown(connection, card, posted_in=PLACE, ts="1.0", shown="digest")
    labels.add_relative(connection, Relative(ended.id, first.id, "retry"))
    ledger.mark_deleted(connection, gone.id, LONG_AGO)
    for draft in make_drafts(name):
        drafts.add(connection, draft)
        sends.reserve(connection, make_send(name, draft))
    for notice in make_notices(name):
        notices.add(connection, notice)
        notices.set_thread(connection, notice.key, "1.0")
    confirmations.add(connection, make_question(name))
    long_readings.add(connection, LongReading(f"{name}-reading", ADA, "T", NOW, held_by="dead", channel_id=PLACE))
    read = StoredSummary(ended.id, "{}", None, ADA, NOW)
    summaries.store_summary(connection, read, delete_before=LONG_AGO)
    question = make_question(name)
    audit.record_question(connection, question, outcome="asked", channel_id=PLACE, at=NOW)
    intent = make_intent(name)
    begun = audit.record_intent(connection, intent, held_by="dead")
    audit.record_act(connection, replace(intent, verb="delete", subject=gone.id), "done", LONG_AGO)
    done = audit.record_intent(connection, replace(intent, at=LONG_AGO), held_by="dead")
    audit.record_outcome(connection, done, outcome="done", detail=None, at=NOW, awaits_answer=True)
    audit.record_refusal(connection, replace(intent, verb="cancel", detail="not an operator"))
    running, items = make_bulk(name)
    bulks.add(connection, running, items)
    bulks.start(connection, running.id, saves=True)
    bulks.claim(connection, running.id, "dead", ())
    bulks.set_entry(connection, running.id, begun)
    asked = replace(running, id=f"bulk_{name}asked", created_at=LONG_AGO)
    bulks.add(connection, asked, [replace(item, bulk_id=asked.id) for item in items])
    scheduled_jobs.claim_turn(connection, "sweep", NOW, NOW + (2 * HOUR if name == THEIRS else HOUR))
    if name == THEIRS:
        add_what_only_they_have(connection, name)


def add_what_only_they_have(connection: Connection, name: str) -> None:
    """Store a label, a verb and a person that the other workspace does not know."""
    labels.set_field(connection, f"msgbatch_01{name}4", "label", "Theirs alone", by=EVE, at=LONG_AGO)
    draft = replace(make_drafts(name)[1], id=f"{name}-eve", batch_id=None, state="ready", user_id=EVE, requests=4)
    drafts.add(connection, draft)
    drafts.add(connection, replace(draft, id=f"{name}-rival", state="unknown"))
    audit.record_intent(connection, replace(make_intent(name), user_id=EVE, verb="own"), held_by="dead")
    long_readings.add(connection, LongReading(f"{name}-eve", EVE, "T", NOW, held_by="dead"))


def make_question(name: str) -> StoredConfirmation:
    ended = f"msgbatch_01{name}2"
    return StoredConfirmation(f"{name}-question", ADA, "T", f"delete {ended}", ended, "{}", NOW, NOW + HOUR)


def make_intent(name: str) -> Intent:
    return Intent(
        at=NOW,
        user_id=ADA,
        team_id="T",
        channel_id=PLACE,
        verb="send",
        command=f"send {name}-sending",
        subject=f"msgbatch_01{name}1",
        confirmation_id=f"{name}-question",
    )


def make_send(name: str, draft: Draft) -> Send:
    return Send(draft.id, name, ADA, draft.changed_at, 3, "1.50", draft.whole_id or draft.id, "1.50", draft.batch_id)


def make_notices(name: str) -> list[Notice]:
    batch = f"msgbatch_01{name}2"
    ended = Notice(notices.notice_key(batch, "ended", PLACE), batch, "ended", PLACE, (ADA,), NOW)
    digest = Notice(f"digest:{name}", None, "digest", PLACE, (), LONG_AGO)
    return [ended, digest]


def make_bulk(name: str) -> tuple[Bulk, list[BulkItem]]:
    bulk = Bulk(
        id=f"bulk_{name}",
        workspace_id=name,
        verb="delete",
        command="delete --label nightly",
        saves=True,
        user_id=ADA,
        team_id="T",
        channel_id=PLACE,
        state="asked",
        created_at=NOW,
    )
    states: tuple[bulks.ItemState, ...] = ("waiting", "saving", "saved")
    return bulk, [
        BulkItem(
            bulk_id=bulk.id,
            position=n,
            workspace_id=name,
            batch_id=f"msgbatch_01{name}{n}",
            seen="ended",
            requests=2,
            state=state,
            entry_id=n + len(name),
        )
        for n, state in enumerate(states, 1)
    ]


def ignore(*_arguments: object, **_options: object) -> None:
    """Enqueue nothing."""


def make_choices(database: Database, name: str) -> dict[str, Sequence[Any]]:
    """Return the values for each name of a parameter, about the rows of one workspace, in the order in which they fit.

    A name with the module or the function before it takes precedence.
    """
    entries = database.scoped(name).transact(lambda connection: list(audit.export(connection)))
    cards_now = database.scoped(name).transact(cards.list_for_open_batches)
    some_batches, some_drafts, some_notices = make_batches(name), make_drafts(name), make_notices(name)
    bulk, items = make_bulk(name)
    ids, draft_ids = [each.id for each in some_batches], [each.id for each in some_drafts]
    question, parts = make_question(name), [each for each in some_drafts if each.part]
    named = {draft.id.removeprefix(f"{name}-"): draft for draft in some_drafts}
    some_ledger = [LedgerBatch(id, name, NOW, None, None) for id in ids]
    change = AuditedChange(ADA, "T", PLACE, f"mute {ids[0]}", ids[0], NOW)
    places = [StoredWatch(id, ADA, "U0ADA", "watch", NOW) for id in ids]
    return {
        "after": [LONG_AGO],
        "alive": [()],
        "again": ["again"],
        "any_persons": [True],
        "at": [NOW],
        "before_id": [None],
        "before": [LATEST],
        "batch": some_batches,
        "batch_id": ids,
        "batch_ids": [ids],
        "bulk": [replace(bulk, state="running")],
        "bulks.bulk": [replace(bulk, id=f"bulk_{name}new", workspace_id="")],
        "bulks.items": [[replace(item, bulk_id=f"bulk_{name}new", workspace_id="") for item in items]],
        "batches.batch": [*some_batches, replace(some_batches[0], id=f"msgbatch_01{name}new")],
        "add.draft": [replace(some_drafts[0], id=f"{name}-new")],
        "add_if_new.draft": [some_drafts[0], replace(some_drafts[0], id=f"{name}-new")],
        "add.confirmation": [replace(question, id=f"{name}-new")],
        "notices.notice": [*some_notices, replace(some_notices[0], key=f"{name}-new")],
        "set_owner_if_none.batch_id": [*ids, f"msgbatch_01{name}new"],
        "set_owner_if_none.owner": [ADA],
        "rejoin.after": ["ready"],
        "record_missing.batch": [LedgerBatch(f"msgbatch_01{name}new", name, NOW, None, None)],
        "bulk_id": [bulk.id, f"{bulk.id}asked"],
        "bulk_ids": [[bulk.id, f"{bulk.id}asked"]],
        "by": [ADA],
        "caller": [Caller(UserId(ADA), TeamId("T"), ChannelId(PLACE))],
        "card": cards_now,
        "change": [change],
        "channel": [PLACE],
        "channel_id": [PLACE],
        "confirmation_id": [question.id],
        "created_after": [LONG_AGO - HOUR],
        "created_before": [LATEST],
        "delete_before": [LATEST],
        "deleted_here": [True, False],
        "detail": ["detail"],
        "draft": some_drafts,
        "draft_id": draft_ids,
        "drafts.after": ["failed"],
        "begin_work.after": ["sending"],
        "drafts.before": [("ready", "sending", "unknown", "held", "split")],
        "drafts.id": draft_ids,
        "measure_open.user_id": [None, ADA],
        "has_rival.draft": [replace(some_drafts[0], requests=4)],
        "due_at": [NOW],
        "enqueue": [ignore],
        "entry": entries,
        "entry_id": [entry.id for entry in entries],
        "event": ["ended", "digest"],
        "retract.batch_id": [ids[1]],
        "abandoned_drafts.record_outcome.draft": [replace(named["sending"], id=ids[0])],
        "exists": [True, False, None],
        "expiring_before": [None],
        "feed": ["C0OTHER", "C0FEED"],
        "file": [SavedFile("F1", "results.jsonl", 1, 1)],
        "held_by": ["a-process"],
        "holder": ["dead"],
        "id": [f"{name}-question", f"{name}-reading"],
        "ids": [draft_ids],
        "in_a_channel": [20],
        "intent": [make_intent(name), replace(make_intent(name), verb="cancel", detail="not an operator")],
        "item": items,
        "items": [items],
        "key": [each.key for each in some_notices],
        "keys": [[each.key for each in some_notices]],
        "label": ["nightly", None],
        "limit": [50],
        "limits": [Limits(audit=HOUR, notes=HOUR, summaries=HOUR)],
        "listed": [set()],
        "is_whole": [True],
        "level": ["failures"],
        "locked": [True],
        "mark_copied.ids": [[entry.id for entry in entries]],
        "me": [None],
        "name": ["sweep"],
        "names": [["sweep"]],
        "next_due": [NOW + 3 * HOUR],
        "notice": some_notices,
        "now": [LATER],
        "claim_turn.now": [NOW + 2 * HOUR],
        "find_due.now": [NOW + 1.5 * HOUR],
        "outcome": ["done"],
        "record_question.outcome": ["asked"],
        "owner": [ADA, None],
        "parent": ids,
        "part": ["night"],
        "add_part.part": some_batches,
        "divided_drafts.part": parts,
        "position": [1, 2, 3],
        "posted_in": [PLACE],
        "prune.now": [LATEST],
        "list_unlisted.now": [NOW],
        "question": [question],
        "read": [StoredSummary(id, '{"new": 1}', None, ADA, NOW) for id in ids],
        "reading": [LongReading(f"{name}-reading", ADA, "T", LATEST, held_by="me")],
        "reason": ["stopped"],
        "reference": ["Nightly", f"01{name}", "msgbatch_01"],
        "drafts.reference": ["eval.jsonl", f"{name}-ready"],
        "relative": [Relative(ids[1], ids[0], "canary"), Relative(ids[3], ids[0], "retry")],
        "rest": [replace(named["rest"], id=f"{name}-new-rest")],
        "rest_id": [named["rest"].id],
        "row": [LedgerRow(id, name, NOW, None, None, spent="{}", usd="1") for id in ids],
        "ledger.batch": some_ledger,
        "sample": [replace(named["sample"], id=f"{name}-new-sample", rest_id=f"{name}-new-rest")],
        "rejoin.sample": [named["sample"]],
        "release_rest.sample": [named["sample"]],
        "saves": [True],
        "search": [HOUR],
        "seen": some_batches,
        "send": [replace(make_send(name, each), batch_id=None) for each in some_drafts],
        "sent_after": [LONG_AGO],
        "sent_before": [LATEST],
        "settles_at": [LATER],
        "shown": ["new digest"],
        "since": [LONG_AGO - HOUR],
        "list_begun.held_by": ["dead"],
        "spent": [LedgerRow(ids[0], name, NOW, None, None, spent="{}", usd="1")],
        "start": ["", "msgbatch_01", ids[0]],
        "started_at": [NOW],
        "state": ["failed"],
        "begin_step.state": ["saving", "acting"],
        "states": [("waiting", "saving", "saved")],
        "drafts.states": ["held", "sending"],
        "start_watch.card": [True, False],
        "subject": [ids[2], ids[0]],
        "subjects": [[*ids, PLACE]],
        "list_entries.subject": [None],
        "taken": ["jsonl"],
        "thread_ts": ["1.1"],
        "ts": ["1.2"],
        "until": [None],
        "user_id": [ADA, EVE],
        "users": [(ADA,)],
        "value": ["New"],
        "values": [{"label": "New", "owner": "U0BEN"}],
        "verb": ["delete"],
        "was_begun.verb": ["own"],
        "wanted": [AuditFilter(), AuditFilter(by=ADA), AuditFilter(verb="send"), AuditFilter(subject=ids[2])],
        "was": ["s"],
        "watch": [*places, StoredWatch(ids[0], ADA, PLACE, "watch", NOW)],
        "what": ["label", "owner"],
        "whole": [named["to-split"]],
        "whole_id": [named["whole"].id, named["split"].id],
        "why": ["skipped: stopped"],
    }


def list_functions() -> list[tuple[str, Callable[..., Any]]]:
    """Return every public function of the records and transactions that takes a connection, with its module."""
    found = []
    for package in (records, transactions):
        for each in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{each.name}")
            for name, function in vars(module).items():
                is_own = inspect.isfunction(function) and function.__module__ == module.__name__
                if is_own and not name.startswith("_") and "connection" in inspect.signature(function).parameters:
                    found.append((each.name, function))
    return [(module, function) for module, function in found if module not in OF_THE_APP]


def make_calls(
    module: str, function: Callable[..., Any], choices: dict[str, Sequence[Any]]
) -> list[Callable[[Connection], Any]]:
    """Return calls of a function, as many as its parameters have choices."""
    chosen: dict[str, Sequence[Any]] = {}
    positional: Sequence[Any] = ()
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        keys = (f"{module}.{function.__name__}.{name}", f"{function.__name__}.{name}", f"{module}.{name}", name)
        values = next((choices[key] for key in keys if key in choices), None)
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional = values or ()
        elif values is not None:
            chosen[name] = values
        elif parameter.default is parameter.empty:
            raise AssertionError(f"add values for the parameter {name} of {module}.{function.__name__}")
    count = max((len(values) for values in chosen.values()), default=1)
    return [
        partial(call, function, positional, {name: values[number % len(values)] for name, values in chosen.items()})
        for number in range(count)
    ]


def call(
    function: Callable[..., Any], positional: Sequence[Any], arguments: dict[str, Any], connection: Connection
) -> Any:
    parameters = inspect.signature(function).parameters
    if positional:
        return function(connection, *arguments.values(), *positional)
    assert next(iter(parameters)) == "connection"
    result = function(connection, **arguments)
    return list(islice(result, 1_000)) if isinstance(result, Iterator) else result


class Effect(Struct, frozen=True):
    """What a call returned or raised, and the rows after it: those of the other workspace, and all others."""

    result: str
    ours: list[str]
    theirs: list[str]


class Store:
    """A store on which functions are tried, and undone."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.transact(read_rows)

    def try_call(self, key: str, work: Callable[[Connection], Any]) -> Effect:
        """Call a function for a workspace, and undo it."""
        effects: list[Effect] = []

        def run(connection: Connection) -> None:
            driver = connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            before = driver.total_changes
            try:
                result = repr(work(connection))
            except SQLAlchemyError as error:
                result = type(error).__name__
            rows = read_rows(connection) if driver.total_changes != before else self.rows
            effects.append(Effect(result, *rows))
            raise Rollback

        with pytest.raises(Rollback):
            self.database.scoped(key, is_first=key == THEIRS).transact(run)
        return effects[0]


def read_rows(connection: Connection) -> tuple[list[str], list[str]]:
    """Return all rows but those of the other workspace, and those of the other workspace."""
    ours: list[str] = []
    theirs: list[str] = []
    cursor = connection.connection.cursor()
    for table in metadata.tables.values():
        is_theirs = f"workspace_id = '{THEIRS}'" if table in SCOPED_TABLES else f"{next(iter(table.c)).name} = 'sweep'"
        for row in cursor.execute(f"SELECT {is_theirs}, * FROM {table}"):
            (theirs if row[0] else ours).append(f"{table} {row[1:]}")
            assert table not in SCOPED_TABLES or OURS in row or THEIRS in row, row
    return sorted(ours), sorted(theirs)


def count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_table_with_rows_of_workspaces_is_filled(both: Database) -> None:
    for key in (OURS, THEIRS):
        for table in SCOPED_TABLES:
            assert isinstance(table, Table)
            assert both.scoped(key).transact(partial(count, table=table)) > 0, table


def test_no_function_of_the_store_minds_another_workspace(both: Database, alone: Database) -> None:
    choices = {name: make_choices(both, name) for name in (OURS, THEIRS)}
    with_theirs, without = Store(both), Store(alone)
    wrong, idle = [], []
    for module, function in list_functions():
        is_idle = True
        for name in (OURS, THEIRS):
            for number, work in enumerate(make_calls(module, function, choices[name])):
                found, expected = with_theirs.try_call(OURS, work), without.try_call(OURS, work)
                is_same = (found.result, found.ours) == (expected.result, expected.ours)
                # An id is unique in the world: what has one of theirs is not stored a second time.
                is_second = name == THEIRS and any(THEIRS in row for row in expected.ours)
                if found.theirs != with_theirs.rows[1] or not (is_same or is_second):
                    wrong.append((module, function.__name__, name, number, found.result, expected.result))
                is_idle = is_idle and (name == OURS or with_theirs.try_call(THEIRS, work) == found)
        if is_idle:
            idle.append(f"{module}.{function.__name__}")

    assert wrong == []
    assert {*idle} == CANNOT_MATTER
