"""Drafts: split and rejoined, found abandoned, and deleted when they are old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, update

from bot.store.db.database import Database
from bot.store.db.tables import drafts as table
from bot.store.records import drafts, labels, workers
from bot.store.records.drafts import Draft, DraftChanges
from bot.store.records.labels import Relative
from bot.store.records.workers import WorkerProcess
from bot.store.transactions import abandoned_drafts, competing_retries, divided_drafts, split_draft
from tests.builders import ADA, NOW

WHOLE = Draft(
    id="whole",
    user_id=ADA.user,
    team_id=ADA.team,
    channel_id=ADA.channel,
    state="sending",
    name="requests.jsonl",
    requests=40,
    size=4_000,
    estimate="[]",
    label=None,
    owner=None,
    parent_id=None,
    kind=None,
    batch_id=None,
    approved_by=None,
    created_at=NOW,
    changed_at=NOW,
    held_by="me",
    sample=10,
)
SAMPLE = replace(WHOLE, id="sample", whole_id="whole", rest_id="rest", requests=10, sample=None)
REST = replace(WHOLE, id="rest", whole_id="whole", requests=30, state="held", held_by=None, sample=None)


def part(connection: Connection) -> bool:
    return split_draft.split(connection, WHOLE, SAMPLE, REST, NOW)


def states(connection: Connection) -> dict[str, str]:
    found = {id: drafts.get(connection, id) for id in ("whole", "sample", "rest")}
    return {id: draft.state for id, draft in found.items() if draft is not None}


def test_a_draft_is_split_once(database: Database) -> None:
    def play(connection: Connection) -> list[bool]:
        drafts.add(connection, WHOLE)
        return [part(connection), part(connection)]

    assert database.transact(play) == [True, False]


def test_a_draft_that_is_being_sent_whole_is_not_split(database: Database) -> None:
    def play(connection: Connection) -> bool:
        drafts.add(connection, replace(WHOLE, sample=None))
        return part(connection)

    assert not database.transact(play)


def test_an_unsent_sample_and_its_rest_are_rejoined_only_while_the_rest_is_held(database: Database) -> None:
    def play(connection: Connection) -> list[object]:
        drafts.add(connection, WHOLE)
        part(connection)
        joined = split_draft.rejoin(connection, SAMPLE, "ready", NOW)
        whole = states(connection)
        again = DraftChanges(sample=10)
        drafts.begin_work(connection, "whole", "ready", "sending", held_by="me", at=NOW, changes=again)
        part(connection)
        split_draft.release_rest(connection, SAMPLE, NOW)
        return [joined, whole, split_draft.rejoin(connection, SAMPLE, "ready", NOW), states(connection)]

    parted = {"whole": "split", "sample": "sending", "rest": "ready"}
    assert database.transact(play) == [True, {"whole": "ready"}, False, parted]


def test_the_rest_is_found_by_the_batch_of_its_sample(database: Database) -> None:
    def play(connection: Connection) -> list[Draft | None]:
        drafts.add(connection, REST)
        split_draft.set_rest_parent(connection, "rest", "msgbatch_1")
        held = split_draft.find_rest(connection, "msgbatch_1")
        split_draft.release_rest(connection, SAMPLE, NOW)
        return [held, split_draft.find_rest(connection, "msgbatch_1")]

    held, ready = database.transact(play)
    assert held is None
    assert ready is not None
    assert (ready.id, ready.kind) == ("rest", "canary")


def test_the_process_that_holds_a_whole_holds_its_sample(database: Database) -> None:
    def play(connection: Connection) -> list[str | None]:
        drafts.add(connection, WHOLE)
        split_draft.split(connection, WHOLE, replace(SAMPLE, held_by=None), REST, NOW)
        return [draft.held_by for draft in drafts.list_in_states(connection, "sending", "split")]

    assert sorted(database.transact(play), key=str) == [None, "me"]


def test_no_draft_is_stored_as_under_way_without_its_process(database: Database) -> None:
    with pytest.raises(ValueError, match="no process holds it"):
        database.transact(lambda connection: drafts.add(connection, replace(WHOLE, held_by=None)))


def heard_of(connection: Connection, id: str, ago: timedelta) -> None:
    workers.record_heartbeat(connection, WorkerProcess(id, "host", 1, NOW, NOW), NOW - ago)


def test_a_draft_is_abandoned_if_no_living_process_holds_it_or_it_takes_too_long(database: Database) -> None:
    def play(connection: Connection) -> list[str]:
        heard_of(connection, "lives", timedelta(seconds=40))
        heard_of(connection, "dead", timedelta(seconds=70))
        for id, holder in (("a", "lives"), ("b", "dead"), ("c", "never heard of"), ("d", None), ("e", "me")):
            drafts.add(connection, replace(WHOLE, id=id, held_by=holder or "none"))
        of_an_older_version = update(table).where(table.c.id == "d").values(held_by=None)
        connection.execute(of_an_older_version.values(changed_at=NOW - timedelta(minutes=11)))
        drafts.add(connection, replace(WHOLE, id="f", held_by="lives", changed_at=NOW - timedelta(minutes=31)))
        return sorted(draft.id for draft in abandoned_drafts.find_abandoned(connection, NOW, "me"))

    assert database.transact(play) == ["b", "c", "d", "f"]


def test_an_abandoned_draft_that_was_sent_again_meanwhile_is_left_alone(database: Database) -> None:
    def play(connection: Connection) -> bool:
        drafts.add(connection, replace(WHOLE, changed_at=NOW + timedelta(seconds=1)))
        return abandoned_drafts.settle_draft(connection, WHOLE, NOW, timedelta(minutes=10))

    assert not database.transact(play)


def test_unconfirmed_drafts_are_deleted_after_a_week_and_settled_ones_later(database: Database) -> None:
    old, older = NOW - timedelta(days=8), NOW - timedelta(days=41)

    def play(connection: Connection) -> list[str]:
        for state in ("ready", "waiting", "failed", "sent", "sending", "held"):
            drafts.add(connection, replace(WHOLE, id=state, state=state, changed_at=old))
        drafts.add(connection, replace(WHOLE, id="long sent", state="sent", changed_at=older))
        drafts.add(connection, replace(WHOLE, id="new", state="ready"))
        before = {"ready", "waiting", "failed", "sent", "sending", "held", "long sent", "new"}
        drafts.prune(connection, NOW)
        return sorted(id for id in before if drafts.get(connection, id) is not None)

    assert database.transact(play) == ["held", "new", "sending", "sent"]


def test_a_retry_competes_with_retries_that_are_or_may_be_batches_but_not_with_its_own_sample(
    database: Database,
) -> None:
    def play(connection: Connection) -> tuple[str, ...]:
        retry = replace(WHOLE, id="rest", kind="retry", parent_id="parent", whole_id="whole", state="ready")
        for id, state in (("lost", "unknown"), ("other", "sending"), ("waits", "ready")):
            drafts.add(connection, replace(retry, id=id, state=state, whole_id=None))
        drafts.add(connection, replace(retry, id="its sample", state="unknown"))
        labels.add_relative(connection, Relative("batch", "parent", "retry"))
        labels.add_relative(connection, Relative("rest of parent", "parent", "canary"))
        assert competing_retries.may_be_retried(connection, "parent")
        assert not competing_retries.may_be_retried(connection, "another")
        return competing_retries.find_other_retries(connection, retry)

    assert database.transact(play) == ("batch", "draft lost", "draft other")


def test_a_form_that_is_submitted_twice_at_once_begins_one_draft(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        begun = list(
            threads.map(lambda _: database.transact(lambda connection: drafts.add_if_new(connection, WHOLE)), range(8))
        )

    assert sorted(begun) == [False] * 7 + [True]


def test_the_parts_of_a_pruned_draft_go_with_it_unless_they_were_sent(database: Database) -> None:
    def play(connection: Connection) -> list[str]:
        whole = replace(WHOLE, state="ready", held_by=None, sample=None, parts=3)
        part = replace(whole, whole_id=whole.id, state="held")
        drafts.add(connection, whole)
        drafts.add(connection, replace(part, id="first", part=1, state="sent", batch_id="msgbatch_1"))
        drafts.add(connection, replace(part, id="second", part=2))
        drafts.add(connection, replace(part, id="third", part=3))
        drafts.prune(connection, NOW + timedelta(days=6))
        kept = [each.id for each in drafts.list_parts(connection, whole.id)]
        drafts.prune(connection, NOW + timedelta(days=8))
        return [*kept, *(each.id for each in drafts.list_parts(connection, whole.id))]

    assert database.transact(play) == ["first", "second", "third", "first"]


def test_a_part_is_begun_only_by_the_holder_and_not_beside_another(database: Database) -> None:
    def play(connection: Connection) -> list[str | None]:
        whole = replace(WHOLE, sample=None, parts=2)
        part = replace(whole, whole_id=whole.id, state="held", held_by=None)
        drafts.add(connection, whole)
        drafts.add(connection, replace(part, id="first", part=1))
        drafts.add(connection, replace(part, id="second", part=2))
        begun = [divided_drafts.begin_next_part(connection, "whole", who, NOW) for who in ("other", "me", "me")]
        drafts.change_state(connection, "first", "sending", "sent", at=NOW)
        begun.append(divided_drafts.begin_next_part(connection, "whole", "me", NOW))
        return [each.id if each is not None else None for each in begun]

    assert database.transact(play) == [None, "first", None, "second"]


def test_a_part_is_begun_once_whoever_begins_it_at_the_same_moment(database: Database) -> None:
    def prepare(connection: Connection) -> None:
        whole = replace(WHOLE, sample=None, parts=2)
        part = replace(whole, whole_id=whole.id, state="held", held_by=None)
        drafts.add(connection, whole)
        drafts.add(connection, replace(part, id="first", part=1))
        drafts.add(connection, replace(part, id="second", part=2))

    database.transact(prepare)
    with ThreadPoolExecutor(8) as threads:
        begun = list(
            threads.map(
                lambda _: database.transact(lambda c: divided_drafts.begin_next_part(c, WHOLE.id, "me", NOW)), range(8)
            )
        )

    assert [part.id for part in begun if part is not None] == ["first"]
