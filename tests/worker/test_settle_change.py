"""Changes that a dead process left unfinished are finished once, after a look. What it had done is only recorded."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.api.ids import BatchId
from bot.api.retry_policy import RetryPolicy
from bot.caller import ChannelId
from bot.commands.cancel import Cancel, CancelChange
from bot.commands.delete import Delete, DeleteChange
from bot.commands.label import Label, LabelChange
from bot.operations.find_batch import Reference
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.world import Person
from bot.store.records import audit, drafts, watches
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.store.records.workers import DEAD_AFTER, LONGEST_CALL, STEADY
from bot.worker.lifecycle import RECOVERY_INTERVAL
from tests.builders import ADA
from tests.desk import BEN
from tests.services import build_confirmations
from tests.ui.draft_samples import DRAFT
from tests.worker.scene import Scene


async def confirmed_delete(scene: Scene, batch: Batch) -> int:
    """Return the audit entry of a confirmed delete whose process died before its request."""
    confirmations = build_confirmations(scene.database, scene.now, scene.worker.engine.enqueue)
    proposal = DeleteChange(Delete(Reference(batch.id)), scene.read(batch))
    question = await confirmations.ask(proposal, ADA)
    return await confirmations.begin(proposal, ADA, question.confirmation_id)


async def typed_cancel(scene: Scene, batch: Batch) -> int:
    """Return the audit entry of a typed cancel of which nothing else is known."""
    confirmations = build_confirmations(scene.database, scene.now, scene.worker.engine.enqueue)
    return await confirmations.begin(
        CancelChange(Cancel(Reference(batch.id)), scene.read(batch), asks=False), ADA, None
    )


def entry(scene: Scene, number: int) -> AuditEntry:
    found = scene.database.transact(lambda connection: audit.get(connection, number))
    assert found is not None
    return found


def deletes(scene: Scene) -> int:
    return sum(request.method == "DELETE" for request in scene.api.requests)


async def test_a_confirmed_delete_is_done_once_and_its_asker_is_notified(either_scene: Scene) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(either_scene, batch)

    await either_scene.worker.changes.run(number)
    await either_scene.worker.changes.run(number)
    await either_scene.deliver_all()

    [told] = either_scene.slack.messages("D0ADA")
    assert deletes(either_scene) == 1
    assert entry(either_scene, number).outcome == "done"
    assert f"*Batch {batch.id[9:19]}*. The change was made." in told.visible_text


async def test_a_delete_that_had_happened_is_not_sent_again(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(scene, batch)
    await scene.worker.services.workspace.batches.delete(BatchId(batch.id))

    await scene.worker.changes.run(number)

    assert deletes(scene) == 1
    assert entry(scene, number).outcome == "done"


async def test_the_card_of_a_batch_that_a_dead_process_deleted_shows_that(either_scene: Scene) -> None:
    batch = either_scene.batch(ends_in=60)
    await either_scene.watch(batch)
    either_scene.advance(100)
    await either_scene.sweep()
    number = await confirmed_delete(either_scene, batch)
    await either_scene.worker.services.workspace.batches.delete(BatchId(batch.id))

    await either_scene.worker.changes.run(number)
    await either_scene.deliver_all()

    [card] = either_scene.cards()
    assert "Deleted by Ada Berg" in card.visible_text


async def test_an_uncertain_delete_is_known_once_the_batch_is_missing(either_scene: Scene) -> None:
    batch = either_scene.batch(ends_in=60)
    await either_scene.watch(batch, BEN)
    either_scene.advance(100)
    number = await confirmed_delete(either_scene, batch)
    await build_confirmations(either_scene.database, either_scene.now).finish(number, "unknown", None)
    either_scene.api.workspace.delete(batch.id)

    await either_scene.sweep()
    either_scene.advance(61)
    await either_scene.sweep()

    [card], [told] = either_scene.cards(), either_scene.notices()
    assert "Deleted by Ada Berg" in card.visible_text
    assert f"<@{BEN}>" in told.visible_text
    assert "Deleted by Ada Berg. The batch and its results are gone for good." in told.visible_text


async def test_a_delete_that_is_finished_for_a_dead_process_announces_the_end_first(either_scene: Scene) -> None:
    batch = either_scene.batch(processing=320, ends_in=60)
    await either_scene.watch(batch, BEN)
    either_scene.advance(100)
    number = await confirmed_delete(either_scene, batch)

    await either_scene.worker.changes.run(number)
    await either_scene.deliver_all()
    await either_scene.sweep()

    [card], [told] = either_scene.cards(), either_scene.notices()
    assert "Deleted by Ada Berg" in card.visible_text
    assert "all 320 succeeded" in told.visible_text
    assert f"<@{BEN}>" in told.visible_text


async def test_a_batch_that_changed_since_the_confirmation_is_left_alone(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(scene, batch)
    scene.api.workspace.delete(batch.id)
    scene.api.workspace.add(succeeded=4, errored=1, id=batch.id)

    await scene.worker.changes.run(number)

    assert deletes(scene) == 0
    assert entry(scene, number).outcome == "refused"


async def test_what_its_person_may_no_longer_do_is_not_done_in_their_name(scene: Scene) -> None:
    number = await confirmed_delete(scene, scene.api.workspace.add(succeeded=5))
    running = await typed_cancel(scene, scene.batch())
    scene.slack.fail_next("users.info", error="internal_error", times=9)

    await scene.worker.changes.run(number)
    unsettled = entry(scene, number).outcome
    scene.slack.clear_faults()
    scene.slack.world.add(Person("U0ADA", "Ada Berg", deleted=True))
    await scene.worker.changes.run(number)
    await scene.worker.changes.run(running)

    assert unsettled is None
    assert [entry(scene, each).outcome for each in (number, running)] == ["refused", "refused"]
    assert {request.method for request in scene.api.requests} == {"GET"}


async def test_a_change_from_half_an_hour_ago_is_not_carried_out(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(scene, batch)
    scene.advance(timedelta(minutes=31).total_seconds())

    await scene.worker.changes.run(number)

    assert deletes(scene) == 0
    assert entry(scene, number).outcome == "failed"


async def test_a_change_with_an_outcome_is_not_looked_at(scene: Scene) -> None:
    number = await confirmed_delete(scene, scene.api.workspace.add(succeeded=5))
    await build_confirmations(scene.database, scene.now).finish(number, "done", None)
    before = len(scene.api.requests)

    await scene.worker.changes.run(number)

    assert len(scene.api.requests) == before


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_cancel_is_finished_and_followed(scene: Scene, arrived: bool) -> None:
    batch = scene.batch(ends_in=3_600)
    number = await typed_cancel(scene, batch)
    if arrived:
        await scene.worker.services.workspace.batches.cancel(BatchId(batch.id))

    await scene.worker.changes.run(number)

    watched = scene.database.transact(lambda connection: watches.list_for_batch(connection, batch.id))
    assert sum(request.path.endswith("/cancel") for request in scene.api.requests) == 1
    assert entry(scene, number).outcome == "done"
    assert [(watch.user_id, watch.reason) for watch in watched] == [("U0ADA", "cancel")]


@pytest.mark.parametrize("status", [429, 529])
async def test_a_change_waits_for_the_api_says_so_once_and_is_finished_as_soon_as_it_answers(
    either_scene: Scene, status: int
) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(either_scene, batch)
    either_scene.api.add_fault(ApiFault(status=status, times=100))

    for _ in range(3):
        await either_scene.worker.changes.settle_interrupted()
    await either_scene.deliver_all()
    meanwhile = [message.visible_text for message in either_scene.slack.messages("D0ADA")]
    either_scene.api.clear_faults()
    counts = [await either_scene.worker.changes.settle_interrupted() for _ in range(2)]
    await either_scene.deliver_all()

    after = [message.visible_text for message in either_scene.slack.messages("D0ADA")]
    assert len(meanwhile) == 1
    assert "the API isn't answering" in meanwhile[0]
    assert counts == [1, 0]
    assert "The change was made" in after[1]
    assert (deletes(either_scene), entry(either_scene, number).outcome) == (1, "done")


async def test_each_person_is_told_at_once_that_their_change_waits_for_an_api_that_hangs(scene: Scene) -> None:
    numbers = [await confirmed_delete(scene, scene.api.workspace.add(succeeded=5)) for _ in range(4)]
    scene.api.add_fault(ApiFault(delay=600, status=529, should_retry=False, times=len(numbers)))

    settling = asyncio.create_task(scene.worker.changes.settle_interrupted())
    await scene.api.wait_for(lambda: scene.api.delayed == len(numbers))
    scene.api.answer_delayed()
    await settling
    await scene.deliver_all()
    told = len(scene.slack.messages("D0ADA"))
    await scene.worker.changes.settle_interrupted()

    assert told == len(numbers)
    assert [entry(scene, number).outcome for number in numbers] == ["done"] * len(numbers)
    assert deletes(scene) == len(numbers)


def test_a_change_is_settled_within_three_minutes_of_the_api_being_back() -> None:
    dead_for_sure = DEAD_AFTER + STEADY
    last_call_to_the_hanging_api = timedelta(seconds=RetryPolicy().budget)
    look_and_delete = 2 * timedelta(seconds=RetryPolicy().max_retry_after)

    assert max(dead_for_sure, last_call_to_the_hanging_api) + RECOVERY_INTERVAL + look_and_delete < timedelta(minutes=3)


async def test_a_change_of_a_living_process_is_left_to_it_until_it_cannot_be_going_on(scene: Scene) -> None:
    confirmations = build_confirmations(scene.database, scene.now, process_id=scene.worker.services.process_id)
    batch = scene.batch(ends_in=3_600)
    change = CancelChange(Cancel(Reference(batch.id)), scene.read(batch), asks=False)
    number = await confirmations.begin(change, ADA, None)

    at_once = await scene.worker.changes.settle_interrupted()
    scene.advance(LONGEST_CALL.total_seconds() + 1)
    later = await scene.worker.changes.settle_interrupted()

    assert (at_once, later) == (0, 1)
    assert entry(scene, number).outcome == "done"


async def test_a_change_of_the_store_alone_is_reported(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    command = Label(Reference(batch.id), "Nightly eval")
    confirmations = build_confirmations(scene.database, scene.now)
    number = await confirmations.begin(LabelChange(command, scene.read(batch)), ADA, None)

    await scene.worker.changes.settle_interrupted()
    await scene.deliver_all()

    [told] = scene.slack.messages("D0ADA")
    assert entry(scene, number).outcome == "unknown"
    assert "safe to type the command again" in told.visible_text


@pytest.mark.parametrize(
    ("state", "words", "outcome"),
    [
        ("sent", "The file was sent as `msgbatch_1`", "done"),
        ("waiting", "An approver can type `/batch approve 012345`", "waiting"),
        ("ready", "Nothing was sent. To be asked again, type `/batch send 012345`", "failed"),
        ("failed", "The API refused the file", "refused"),
        ("dropped", "The change was not made", "failed"),
        ("sending", None, None),
    ],
)
async def test_what_became_of_a_draft_is_reported_by_its_state(
    scene: Scene, state: str, words: str | None, outcome: str | None
) -> None:
    draft = replace(DRAFT, state=state, batch_id="msgbatch_1" if state == "sent" else None, held_by="living")
    intent = audit.Intent(
        at=scene.now(),
        user_id=ADA.user,
        team_id=ADA.team,
        channel_id=None,
        verb="send",
        command=f"send {draft.id}",
        subject=draft.id,
        confirmation_id=None,
    )
    scene.database.transact(lambda connection: drafts.add(connection, draft))
    number = scene.database.transact(lambda connection: audit.record_intent(connection, intent, held_by="dead"))

    await scene.worker.changes.settle_interrupted()
    await scene.deliver_all()

    told = [message.visible_text for message in scene.slack.messages("D0ADA")] if words else []
    assert entry(scene, number).outcome == outcome
    assert [words in text for text in told if words] == [True] * len(told)
    assert bool(told) == bool(words)


async def test_an_outage_that_outlasts_a_change_is_reported(scene: Scene) -> None:
    number = await typed_cancel(scene, scene.batch(ends_in=3_600))
    scene.advance(timedelta(minutes=31).total_seconds())
    scene.api.add_fault(ApiFault(status=529, times=100))

    await scene.worker.changes.run(number)
    await scene.deliver_all()

    [told] = scene.slack.messages("D0ADA")
    assert entry(scene, number).outcome == "unknown"
    assert "couldn't find out" in told.visible_text


async def test_the_asker_of_a_cancel_that_is_over_is_told_its_result(scene: Scene) -> None:
    batch = scene.batch(processing=1_000, ends_in=3_600)
    number = await typed_cancel(scene, batch)
    await scene.worker.services.workspace.batches.cancel(BatchId(batch.id))
    scene.advance(600)

    await scene.worker.changes.run(number)
    await scene.deliver_all()

    [told] = scene.slack.messages("D0ADA")
    assert "The batch has ended." in told.visible_text
    assert "Canceled:" in told.visible_text


async def test_a_cancel_in_direct_messages_that_is_followed_is_not_followed_twice(scene: Scene) -> None:
    batch = scene.batch(ends_in=3_600)
    caller = replace(ADA, channel=ChannelId("D0ADA"))
    change = CancelChange(Cancel(Reference(batch.id)), scene.read(batch), asks=False)
    confirmations = build_confirmations(scene.database, scene.now, scene.worker.engine.enqueue)
    number = await confirmations.begin(change, caller, None)
    await change.apply(scene.worker.services, caller)

    await scene.worker.changes.run(number)
    await scene.deliver_all()

    cards = [message for message in scene.slack.messages("D0ADA") if "restarted" not in message.visible_text]
    assert len(cards) == 1


async def test_a_change_and_its_safety_net_are_one_transaction(scene: Scene) -> None:
    batch = scene.api.workspace.add(succeeded=5)

    number = await confirmed_delete(scene, batch)

    waiting = await scene.worker.engine.list_unstarted("execute")
    assert waiting == {f"act:{number}": "DELAYED"}


@pytest.mark.parametrize(
    ("outcome", "words"), [("done", "The change was made."), ("failed", "The change was not made.")]
)
async def test_a_change_that_ended_before_its_process_died_without_an_answer_is_reported_once(
    either_scene: Scene, outcome: RecordedOutcome, words: str
) -> None:
    batch = either_scene.api.workspace.add(succeeded=5)
    number = await confirmed_delete(either_scene, batch)
    confirmations = build_confirmations(either_scene.database, either_scene.now)
    await confirmations.finish(number, outcome, None, awaits_answer=True)

    counts = [await either_scene.worker.changes.settle_interrupted() for _ in range(2)]
    await either_scene.deliver_all()

    [told] = either_scene.slack.messages("D0ADA")
    assert counts == [1, 0]
    assert "I was restarted during your `delete`" in told.visible_text
    assert words in told.visible_text
    assert deletes(either_scene) == 0


async def test_a_change_that_was_answered_or_whose_process_lives_is_not_reported(scene: Scene) -> None:
    mine = build_confirmations(scene.database, scene.now, process_id=scene.worker.services.process_id)
    for confirmations, answered in ((build_confirmations(scene.database, scene.now), True), (mine, False)):
        batch = scene.api.workspace.add(succeeded=5)
        proposal = DeleteChange(Delete(Reference(batch.id)), scene.read(batch))
        number = await confirmations.begin(proposal, ADA, None)
        await confirmations.finish(number, "done", None, awaits_answer=True)
        if answered:
            await confirmations.mark_answered(number)

    count = await scene.worker.changes.settle_interrupted()

    assert count == 0
