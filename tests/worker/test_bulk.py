"""Lists of batches: each is deleted or canceled once, at most one call a second, whatever dies or fails on the way."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from bot.caller import Caller
from bot.commands.base import Origin
from bot.commands.bulk_change import BulkChange
from bot.commands.change import ChangingCommand
from bot.commands.registry import parse
from bot.permissions import Rules
from bot.playground.api_simulator.batch import Batch, Counts, Ending
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.slack_simulator.world import Person, UserGroup
from bot.store.records import audit, bulks, labels, workers
from bot.store.records.bulks import Bulk, BulkItem, SavedFile
from bot.store.records.workers import WorkerProcess
from bot.worker.bulk import BulkRunner
from bot.worker.rights import RightsUnknown
from bot.worker.save_results import ResultsSaver
from tests.builders import ADA, CREATED
from tests.desk import BATCHES
from tests.services import build_confirmations
from tests.worker.scene import Scene

OLD = 20 * 86_400
DEAD = "elsewhere:1:dead"


def add_ended(scene: Scene, count: int) -> list[Batch]:
    """Add batches that ended long ago, the oldest first."""
    return [scene.api.workspace.add(succeeded=4, errored=1, age=OLD - number * 60) for number in range(count)]


async def confirm(scene: Scene, line: str, *, saves: bool = False, caller: Caller = ADA) -> str:
    """Confirm a list as the pipeline does, and return its id."""
    services = scene.worker.services
    command = parse(line)
    assert isinstance(command, ChangingCommand)
    change = await command.propose(services, Origin.TYPED, caller)
    assert isinstance(change, BulkChange)
    change = BulkChange(replace(change.bulk, saves=saves), change.items) if type(change) is BulkChange else change
    confirmations = build_confirmations(scene.database, scene.now, scene.worker.engine.enqueue)
    question = await confirmations.ask(change, caller)
    entry = await confirmations.begin(change, caller, question.confirmation_id)
    applied = await change.apply(services, caller)
    await confirmations.finish(entry, applied.audit_outcome, None)
    return change.bulk.id


async def work(scene: Scene, bulk_id: str) -> str:
    """Work on a list, and return the one message at its end."""
    before = len(scene.slack.messages("D0ADA"))
    await scene.worker.bulks.work(bulk_id)
    await scene.deliver_all()
    told = [message for message in scene.slack.messages("D0ADA")[before:] if not message.files]
    assert len(told) == 1
    return told[0].visible_text


def items(scene: Scene, bulk_id: str) -> list[BulkItem]:
    return scene.database.transact(lambda connection: bulks.list_items(connection, bulk_id))


def states(scene: Scene, bulk_id: str) -> list[str]:
    return [f"{item.state} {item.reason}" if item.reason else item.state for item in items(scene, bulk_id)]


def deleted(scene: Scene) -> list[str]:
    """Return the ids that DELETEs were sent for, in order."""
    return [call.path.rsplit("/", 1)[-1] for call in scene.api.requests if call.method == "DELETE"]


def short(batch: Batch) -> str:
    return batch.id.removeprefix("msgbatch_")[:10]


def outcomes(scene: Scene, batch: Batch) -> Sequence[tuple[str, str | None]]:
    """Return verb and outcome of what is on record about a batch."""
    entries = scene.database.transact(lambda connection: audit.list_entries(connection, subject=batch.id))
    return [(entry.verb, entry.outcome) for entry in entries][::-1]


async def test_only_the_frozen_batches_are_deleted_and_what_changed_is_skipped_and_named(either_scene: Scene) -> None:
    scene = either_scene
    gone, renamed, refused, *rest = add_ended(scene, 5)
    scene.api.workspace.add(succeeded=1, age=86_400)
    scene.batch()
    now = scene.now()
    for batch in (gone, renamed, refused, *rest):
        scene.database.transact(
            lambda c, id=batch.id: labels.set_field(c, id, "label", "Nightly eval", by="U0ADA", at=now)  # type: ignore[misc]  # a default binds the loop's value
        )
    bulk_id = await confirm(scene, "delete --older-than 14d --label nightly")
    scene.api.workspace.delete(gone.id)
    scene.database.transact(lambda c: labels.set_field(c, renamed.id, "label", "keep", by="U0ADA", at=now))
    [late] = add_ended(scene, 1)
    scene.database.transact(lambda c: labels.set_field(c, late.id, "label", "nightly eval", by="U0ADA", at=now))
    scene.api.add_fault(ApiFault(method="DELETE", path=f"*{refused.id}", status=400))
    calls_before = len(scene.api.requests)

    told = await work(scene, bulk_id)

    assert deleted(scene) == [refused.id, *(batch.id for batch in rest)]
    assert states(scene, bulk_id) == ["skipped gone", "skipped label", "failed api", "done", "done"]
    assert "2 of 5 batches deleted · 2 skipped · 1 failed" in told
    assert all(short(batch) in told for batch in (gone, renamed, refused, *rest))
    assert short(late) not in told
    assert [outcomes(scene, batch) for batch in (gone, renamed, refused, rest[0])] == [
        [("delete", "refused")],
        [("delete", "refused")],
        [("delete", "failed")],
        [("delete", "done")],
    ]
    moments = [call.at for call in scene.api.requests[calls_before:]]
    assert len(moments) == 8
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in itertools.pairwise(moments))
    [order] = [e for e in scene.database.transact(audit.list_entries) if e.subject == bulk_id and e.outcome != "asked"]
    assert (order.outcome, order.detail) == ("done", "2 of 5 batches deleted · 2 skipped · 1 failed")


async def test_a_list_is_worked_on_once_and_reported_once(scene: Scene) -> None:
    add_ended(scene, 2)
    worker = scene.make_worker(audit_channel=BATCHES)
    bulk_id = await confirm(scene, "delete --older-than 14d")

    for _ in range(2):
        await worker.bulks.work(bulk_id)
        await scene.deliver_all()

    [line] = scene.slack.messages(BATCHES)
    assert "Ada Berg in <#C0BATCHES>: `/batch delete --older-than 14d` → Both batches deleted" in line.visible_text

    assert len(deleted(scene)) == 2
    assert len(scene.slack.messages("D0ADA")) == 1
    assert await scene.worker.bulks.resume() == 0


async def test_running_batches_are_canceled_without_a_card_for_each(either_scene: Scene) -> None:
    scene = either_scene
    ended = scene.batch(ends_in=60)
    canceling, *rest = [scene.batch(age=600 - number) for number in range(3)]
    await scene.watch(rest[0])
    bulk_id = await confirm(scene, "cancel --all")
    scene.advance(100)
    await scene.worker.services.workspace.batches.cancel(scene.read(canceling).id)
    cards = len(scene.slack.messages("C0BATCHES"))

    told = await work(scene, bulk_id)

    assert sorted(states(scene, bulk_id)) == ["done", "done", "skipped canceling", "skipped ended"]
    assert "Cancel requested for 2 of 4 batches · 2 skipped" in told
    [card] = scene.cards()
    assert ended.id not in told
    assert "canceling" in card.visible_text
    assert len(scene.slack.messages("C0BATCHES")) == cards


class Killed(BaseException):
    """The process ends here, as with kill -9."""


async def die_while_waiting(scene: Scene, bulk_id: str, call: int) -> None:
    """Work on a list in a process that is killed right before its call to the API of this number, from 1."""
    waits = 1  # the first call waits for nothing

    async def pause(seconds: float) -> None:
        nonlocal waits
        waits += 1
        scene.advance(seconds)
        if waits == call:
            raise Killed

    worker = scene.worker
    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    runner = BulkRunner(replace(worker.services, process_id=DEAD), saver, None, scene.make_rights(), pause)
    with pytest.raises(Killed):
        await runner.work(bulk_id)
    hold_as_dead(scene, bulk_id)


async def die_during(scene: Scene, bulk_id: str, happens: Awaitable[object]) -> None:
    """Work on a list in a process that is killed once something happens."""
    worker = scene.worker
    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    runner = BulkRunner(replace(worker.services, process_id=DEAD), saver, None, scene.make_rights(), scene.pass_time)
    task = asyncio.create_task(runner.work(bulk_id))
    await happens
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    hold_as_dead(scene, bulk_id)


def hold_as_dead(scene: Scene, bulk_id: str) -> None:
    """Let the dead process hold the list: kill -9 releases nothing."""
    assert scene.database.transact(lambda connection: bulks.claim(connection, bulk_id, DEAD, ()))


@pytest.mark.parametrize("when", ["before the first look", "before the DELETE", "after the DELETE", "later"])
async def test_a_list_whose_process_died_goes_on_and_deletes_each_batch_once(either_scene: Scene, when: str) -> None:
    scene = either_scene
    batches = add_ended(scene, 3)
    bulk_id = await confirm(scene, "delete --older-than 14d")
    if when == "after the DELETE":
        scene.api.add_fault(ApiFault(method="DELETE", delay=600))
        await die_during(scene, bulk_id, scene.api.wait_for(lambda: scene.api.delayed))
    else:
        await die_while_waiting(scene, bulk_id, {"before the first look": 3, "before the DELETE": 2, "later": 5}[when])

    assert await scene.worker.changes.settle_interrupted() == 0
    told = await work(scene, bulk_id)

    assert deleted(scene) == [batch.id for batch in batches]
    assert "All 3 batches deleted" in told
    assert [outcomes(scene, batch) for batch in batches] == [[("delete", "done")]] * 3


@pytest.mark.parametrize("saves", [False, True])
async def test_a_process_that_was_taken_for_dead_and_wakes_up_deletes_nothing(either_scene: Scene, saves: bool) -> None:
    scene, worker = either_scene, either_scene.worker
    first, second = add_ended(scene, 2)
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=saves)
    waits: list[float] = []

    async def sleep_as_another_takes_over(seconds: float) -> None:
        waits.append(seconds)
        scene.advance(seconds)
        if len(waits) == (3 if saves else 1):  # right before the first DELETE
            hold_as_dead(scene, bulk_id)
            await work(scene, bulk_id)

    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    slow = replace(worker.services, process_id="slow:1:abc")
    await BulkRunner(slow, saver, None, scene.make_rights(), sleep_as_another_takes_over).work(bulk_id)

    assert deleted(scene) == [first.id, second.id]
    assert states(scene, bulk_id) == ["done", "done"]
    assert [outcomes(scene, batch)[-1] for batch in (first, second)] == [("delete", "done")] * 2


@pytest.mark.parametrize(
    ("line", "what", "words"),
    [
        ("delete --older-than 14d", "deleted", "no longer there"),
        ("cancel --all", "deleted", "no longer there"),
        ("cancel --all", "ended", "already ended"),
    ],
)
async def test_what_happens_elsewhere_between_the_look_and_the_call_is_named(
    scene: Scene, line: str, what: str, words: str
) -> None:
    worker = scene.worker
    batch = add_ended(scene, 1)[0] if line.startswith("delete") else scene.batch()
    bulk_id = await confirm(scene, line)

    async def happen_elsewhere(seconds: float) -> None:
        scene.advance(seconds)
        if line.startswith("cancel"):
            batch.ending = Ending(scene.now(), Counts(succeeded=100))
        if what == "deleted":
            scene.api.workspace.delete(batch.id)

    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    await BulkRunner(worker.services, saver, None, scene.make_rights(), happen_elsewhere).work(bulk_id)
    await scene.deliver_all()

    told = scene.slack.messages("D0ADA")[-1].visible_text
    assert [item.state for item in items(scene, bulk_id)] == ["skipped"]
    assert words in told
    assert outcomes(scene, batch) == [(line.partition(" ")[0], "refused")]


async def test_a_delete_that_was_on_its_way_when_its_process_stopped_is_reported_as_done(scene: Scene) -> None:
    [batch] = add_ended(scene, 1)
    bulk_id = await confirm(scene, "delete --older-than 14d")
    scene.api.add_fault(ApiFault(method="DELETE", delay=600, late=True))
    await die_during(scene, bulk_id, scene.api.wait_for(lambda: scene.api.delayed))

    waits: list[float] = []

    async def arrive(seconds: float) -> None:
        waits.append(seconds)
        scene.advance(seconds)
        if len(waits) == 2:  # after the look at the batch, and before the DELETE
            scene.api.answer_delayed()
            await scene.api.wait_for(lambda: not scene.api.workspace.batches)

    worker = scene.worker
    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    runner = BulkRunner(worker.services, saver, None, scene.make_rights(), arrive, timedelta(seconds=10))
    await runner.work(bulk_id)

    assert states(scene, bulk_id) == ["done"]
    assert outcomes(scene, batch) == [("delete", "done")]


@pytest.mark.parametrize(("call", "saves", "done"), [(2, False, 0), (3, False, 1), (5, False, 2), (3, True, 0)])
async def test_a_list_that_waited_too_long_after_its_process_died_deletes_nothing_more(
    either_scene: Scene, call: int, saves: bool, done: int
) -> None:
    scene = either_scene
    add_ended(scene, 3)
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=saves)
    await die_while_waiting(scene, bulk_id, call)
    before = deleted(scene)
    scene.advance(31 * 60)

    told = await work(scene, bulk_id)

    assert deleted(scene) == before
    assert states(scene, bulk_id) == ["done"] * done + ["skipped lapsed"] * (3 - done)
    assert "I was away for too long" in told


@pytest.mark.parametrize("how", ["deactivated", "out of the group", "deactivated before a restart"])
@pytest.mark.parametrize("saves", [False, True])
async def test_a_person_who_loses_the_right_stops_their_list(either_scene: Scene, how: str, saves: bool) -> None:
    scene = either_scene
    world = scene.slack.world.add(UserGroup("S0ADMINS", "admins", ("U0ADA",)))
    if how == "out of the group":
        scene.rules = Rules(admins=frozenset({"S0ADMINS"}))
    first, *others = add_ended(scene, 3)
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=saves)
    if how == "deactivated before a restart":  # a DELETE of the second batch was recorded, and not sent
        await die_while_waiting(scene, bulk_id, 8 if saves else 4)
        world.add(Person("U0ADA", "Ada Berg", deleted=True))

    async def lose_after_the_first(seconds: float) -> None:
        scene.advance(seconds)
        if how == "deactivated" and deleted(scene):
            world.add(Person("U0ADA", "Ada Berg", deleted=True))
        elif how == "out of the group" and deleted(scene):
            world.add(UserGroup("S0ADMINS", "admins", ()))
            scene.advance(61)

    worker = scene.worker
    saver = ResultsSaver(worker.services, worker.bot_messages, scene.make_uploader())
    await BulkRunner(worker.services, saver, None, scene.make_rights(), lose_after_the_first).work(bulk_id)

    [told] = scene.database.transact(lambda c: c.exec_driver_sql("SELECT payload FROM bd_notices").all())
    assert deleted(scene) == [first.id]
    assert states(scene, bulk_id) == ["done", *["skipped not_permitted"] * 2]
    assert [outcomes(scene, batch)[-1] for batch in others] == [("delete", "refused")] * 2
    assert "1 of 3 batches deleted" in str(told)
    assert "you may no longer do this" in str(told)


async def test_a_list_waits_while_slack_does_not_say_what_its_person_may(scene: Scene) -> None:
    add_ended(scene, 2)
    bulk_id = await confirm(scene, "delete --older-than 14d")
    scene.slack.fail_next("users.info", error="internal_error")

    with pytest.raises(RightsUnknown):
        await scene.worker.bulks.work(bulk_id)
    waiting = (deleted(scene), states(scene, bulk_id), scene.database.transact(scene.worker.bulks._find_unheld))
    told = await work(scene, bulk_id)

    assert waiting == ([], ["waiting", "waiting"], [bulk_id])
    assert "Both batches deleted" in told


@pytest.mark.parametrize("reason", ["label", "changed"])
async def test_after_a_restart_what_is_not_as_it_was_confirmed_stays(either_scene: Scene, reason: str) -> None:
    scene = either_scene
    [batch] = add_ended(scene, 1)
    now = scene.now()
    scene.database.transact(lambda c: labels.set_field(c, batch.id, "label", "Nightly eval", by="U0ADA", at=now))
    bulk_id = await confirm(scene, "delete --older-than 14d --label nightly")
    await die_while_waiting(scene, bulk_id, 2)
    if reason == "label":
        scene.database.transact(lambda c: labels.set_field(c, batch.id, "label", "keep", by="U0ADA", at=now))
    else:
        batch.ending = Ending(batch.ending.at, Counts(succeeded=3, errored=2))

    told = await work(scene, bulk_id)

    assert deleted(scene) == []
    assert states(scene, bulk_id) == [f"skipped {reason}"]
    assert "0 of 1 batch deleted · 1 skipped" in told
    assert outcomes(scene, batch) == [("delete", "refused")]


async def test_a_list_of_a_living_process_is_left_to_it(scene: Scene) -> None:
    add_ended(scene, 1)
    bulk_id = await confirm(scene, "delete --older-than 14d")
    other = WorkerProcess("other:1:abc", "other", 1, scene.now(), scene.now())
    scene.database.transact(lambda connection: workers.record_heartbeat(connection, other, scene.now()))
    assert scene.database.transact(lambda connection: bulks.claim(connection, bulk_id, other.id, ()))

    await scene.worker.bulks.work(bulk_id)
    early = await scene.worker.bulks.resume()
    scene.advance(120)
    late = scene.database.transact(scene.worker.bulks._find_unheld)

    assert (deleted(scene), early, late) == ([], 0, [bulk_id])


async def test_a_process_that_dies_before_its_answer_is_reported_as_going_on(scene: Scene) -> None:
    add_ended(scene, 1)
    services = scene.worker.services
    change = await parse("delete --older-than 14d").propose(services, Origin.TYPED, ADA)  # type: ignore[union-attr]  # it proposes
    assert isinstance(change, BulkChange)
    confirmations = build_confirmations(scene.database, scene.now, process_id=DEAD)
    question = await confirmations.ask(change, ADA)
    await confirmations.begin(change, ADA, question.confirmation_id)

    assert await scene.worker.changes.settle_interrupted() == 1
    await scene.deliver_all()
    told = await work(scene, change.bulk.id)

    assert "working on the list again" in scene.slack.messages("D0ADA")[0].visible_text
    assert "1 of 1 batch deleted" in told
    assert len(deleted(scene)) == 1


async def test_each_file_arrives_before_its_batch_is_deleted(either_scene: Scene) -> None:
    scene = either_scene
    first, _, second = add_ended(scene, 3)
    scene.database.transact(lambda c: labels.set_field(c, first.id, "label", "Nightly", by="U0ADA", at=scene.now()))
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=True)
    late = scene.api.workspace.add(succeeded=3, age=OLD)

    told = await work(scene, bulk_id)

    files = [file["name"] for message in scene.slack.messages("D0ADA") for file in message.files]
    assert "3 of 3" in told or "All 3 batches deleted" in told
    assert len(files) == 3
    assert files[0].startswith("Nightly-")
    assert outcomes(scene, first) == [("results", "done"), ("delete", "done")]
    assert late.id not in deleted(scene)
    assert second.id in deleted(scene)


async def test_what_can_no_longer_be_saved_is_not_deleted(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=4, errored=1, age=29 * 86_400 - 600)
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=True)
    scene.advance(900)

    told = await work(scene, bulk_id)

    assert states(scene, bulk_id) == ["skipped no_results"]
    assert "Its results are no longer available" in told
    assert deleted(scene) == []
    assert short(batch) in told


def show_size(scene: Scene, size: str) -> None:
    body = f'{{"ok": true, "file": {{"id": "F1", "size": {size}, "ims": ["D0ADA"]}}}}'
    scene.slack.fail_next("files.info", body=body, times=9)


FAULTS: dict[str, tuple[Callable[[Scene], object], str]] = {
    "no direct message": (lambda scene: scene.slack.fail_next("conversations.open", error="user_disabled"), "slack"),
    "refused at the announcement": (
        lambda scene: scene.slack.fail_next("files.getUploadURLExternal", error="file_upload_size_restricted"),
        "slack",
    ),
    "bytes refused": (lambda scene: scene.slack.fail_next("upload", error="x", status=403), "slack"),
    "bytes cut": (lambda scene: scene.slack.fail_next("upload", error="x", status=503, times=3), "slack"),
    "completion refused": (
        lambda scene: scene.slack.fail_next("files.completeUploadExternal", error="restricted_action"),
        "slack",
    ),
    "completion without effect": (
        lambda scene: scene.slack.fail_next("files.completeUploadExternal", error="internal_error"),
        "unconfirmed",
    ),
    "shares unseen": (
        lambda scene: scene.slack.fail_next("files.info", error="file_not_found", times=9),
        "unconfirmed",
    ),
    "shares delayed for ever": (lambda scene: scene.slack.delay_shares(None), "unconfirmed"),
    "another size": (lambda scene: show_size(scene, "1"), "unconfirmed"),
    "no size": (lambda scene: show_size(scene, "0"), "unconfirmed"),
    "results refused": (
        lambda scene: scene.api.add_fault(ApiFault(path="*/results", status=403, times=9)),
        "unreadable",
    ),
    "results cut": (lambda scene: scene.api.add_fault(ApiFault(path="*/results", cut="middle", times=9)), "unreadable"),
}


async def test_without_a_whole_file_nothing_is_deleted(scene: Scene) -> None:
    found: dict[str, list[str]] = {}
    for name, (order, _) in FAULTS.items():
        [batch] = add_ended(scene, 1)
        bulk_id = await confirm(scene, f"delete {batch.id} --save")
        order(scene)
        told = await work(scene, bulk_id)
        found[name] = states(scene, bulk_id)
        scene.slack.clear_faults()
        scene.slack.delay_shares(0)

        assert "was not deleted" in told
        assert [verb for verb, _ in outcomes(scene, batch)] == ["results"]

    assert found == {name: [f"failed {reason}"] for name, (_, reason) in FAULTS.items()}
    assert deleted(scene) == []


async def test_results_with_a_missing_line_or_over_the_limit_are_not_deleted(scene: Scene) -> None:
    short_of_one, large = add_ended(scene, 2)
    short_of_one.missing = 1
    bulk_id = await confirm(scene, "delete --older-than 14d", saves=True)
    saver = ResultsSaver(scene.worker.services, scene.worker.bot_messages, scene.make_uploader(largest=100))
    runner = BulkRunner(scene.worker.services, saver, None, scene.make_rights(), scene.pass_time)

    await runner.work(bulk_id)
    await scene.deliver_all()

    [told] = scene.slack.messages("D0ADA")
    assert states(scene, bulk_id) == ["failed incomplete", "failed too_large"]
    assert "4 lines for 5 requests" in told.visible_text
    assert short(large) in told.visible_text
    assert deleted(scene) == []


async def test_a_lost_answer_to_an_upload_is_looked_up(scene: Scene) -> None:
    [batch] = add_ended(scene, 1)
    bulk_id = await confirm(scene, f"delete {batch.id} --save")
    for method in ("files.getUploadURLExternal", "upload", "files.completeUploadExternal"):
        scene.slack.lose_next(method)

    told = await work(scene, bulk_id)

    assert "Saved and deleted" in told
    assert "5 results" in told
    assert deleted(scene) == [batch.id]


async def test_results_whose_last_line_has_no_newline_are_whole(scene: Scene) -> None:
    [batch] = add_ended(scene, 1)
    bulk_id = await confirm(scene, f"delete {batch.id} --save")
    lines = b"".join(make_result_lines(batch)).decode()
    scene.api.add_fault(ApiFault(path="*/results", body=lines.rstrip("\n")))

    told = await work(scene, bulk_id)

    assert "Saved and deleted" in told
    assert deleted(scene) == [batch.id]


@pytest.mark.parametrize("step", ["upload", "files.completeUploadExternal", "files.info"])
async def test_a_process_that_dies_while_it_saves_deletes_nothing(scene: Scene, step: str) -> None:
    [batch] = add_ended(scene, 1)
    bulk_id = await confirm(scene, f"delete {batch.id} --save")
    before = {"upload": "files.getUploadURLExternal", "files.completeUploadExternal": "upload"}
    held = asyncio.Event()
    scene.slack.fail_next(step, delay=held)
    reached = before.get(step, "files.completeUploadExternal")
    await die_during(scene, bulk_id, scene.slack.wait_for(lambda: scene.slack.calls(reached)))
    held.set()

    assert await scene.worker.changes.settle_interrupted() == 0
    told = await work(scene, bulk_id)

    assert states(scene, bulk_id) == ["failed restarted"]
    assert "I was restarted while saving its results" in told
    assert deleted(scene) == []
    assert outcomes(scene, batch) == [("results", "unknown")]


@pytest.mark.parametrize("call", [3, 4])
async def test_a_process_that_dies_after_it_saved_leaves_only_the_delete(scene: Scene, call: int) -> None:
    [batch] = add_ended(scene, 1)
    bulk_id = await confirm(scene, f"delete {batch.id} --save")
    await die_while_waiting(scene, bulk_id, call)
    files = len(scene.slack.messages("D0ADA"))

    told = await work(scene, bulk_id)

    assert files == 1
    assert [len(message.files) for message in scene.slack.messages("D0ADA")] == [1, 0]
    assert "Saved and deleted" in told
    assert deleted(scene) == [batch.id]
    assert outcomes(scene, batch) == [("results", "done"), ("delete", "done")]


def test_the_store_begins_no_delete_before_a_file_is_recorded(either_scene: Scene) -> None:
    bulk = Bulk(
        id="bulk_0123456789abcdef",
        workspace_id="",
        verb="delete",
        command="delete x",
        saves=True,
        user_id="U0ADA",
        team_id="T0",
        channel_id=None,
        state="running",
        created_at=CREATED,
    )
    item = BulkItem(bulk_id=bulk.id, position=0, workspace_id="", batch_id="x", seen="", requests=1)

    def move(connection: Connection) -> list[bool]:
        bulks.add(connection, bulk, [item])
        early = bulks.begin_step(connection, item, "acting")
        begun = bulks.begin_step(connection, item, "saving")
        saving = replace(item, state="saving")
        saved = bulks.record_saved(connection, saving, SavedFile("F1", "x.jsonl", 1, 1))
        return [early, begun, saved, bulks.begin_step(connection, replace(item, state="saved"), "acting")]

    assert either_scene.database.transact(move) == [False, True, True, True]
