"""The bot stops or its store fails while it reads or sends a file: nothing goes twice, and its person hears of it."""

import asyncio
from datetime import timedelta

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records import drafts, notices
from bot.store.records.drafts import Draft, DraftChanges
from bot.store.transactions import split_draft
from bot.worker.abandoned_drafts import AbandonedDrafts
from bot.worker.heartbeat import delete_stray_files
from tests.desk import ADA, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.sampling import FIRST, all_ids, ask_about_rest, sample_card, send_sample, sent_ids
from tests.waiting import happened

CREATE = "/v1/messages/batches"
DEAD = "elsewhere:1:dead"


def left(desk: Desk, state: drafts.WorkingState, held_by: str = DEAD, sample: int | None = None) -> Draft:
    """Leave the one draft that is ready as a process does that is killed in this state."""
    database, now = desk.bot.worker.services.database, desk.time()
    [draft] = database.transact(lambda connection: drafts.list_in_states(connection, "ready"))
    changes = DraftChanges(sample=sample)
    database.transact(
        lambda c: drafts.begin_work(c, draft.id, "ready", state, held_by=held_by, at=now, changes=changes)
    )
    return draft


async def found(desk: Desk) -> int:
    """Let a worker look after drafts, and send what it has to say."""
    worker, now = desk.bot.worker, desk.time()
    count = await AbandonedDrafts(worker.services).settle_interrupted()
    due = worker.services.database.transact(
        lambda connection: notices.OUTBOX.find_overdue(connection, now + timedelta(hours=1))
    )
    for one in due:
        await worker.notices.run(*one.primary_key)
    return count


def told(desk: Desk) -> SlackMessage:
    """Return the newest message in Ada's messages with the bot."""
    return desk.slack.messages(desk.slack.world.open_direct_message(ADA).id, ADA)[-1]


@pytest.mark.parametrize(("state", "words"), [("sending", "don't know whether"), ("checking", "while reading")])
async def test_an_interrupted_draft_is_reported_by_a_living_process_and_never_sent(
    desk: Desk, state: drafts.WorkingState, words: str
) -> None:
    question = await ask_about_file(desk, sound_file())
    left(desk, state)

    counts = [await found(desk), await found(desk)]
    await desk.press(question, "Send")

    assert counts == [1, 0]
    assert words in told(desk).visible_text
    assert count_creates(desk) == 0


async def test_a_draft_of_a_living_process_is_left_to_it(desk: Desk) -> None:
    await ask_about_file(desk, sound_file())
    left(desk, "sending", held_by=desk.bot.worker.engine.worker_id)

    at_once = await found(desk)
    desk.time.later = timedelta(minutes=31)
    much_later = await found(desk)

    assert (at_once, much_later) == (0, 1)


@pytest.mark.parametrize("yes", [FIRST, "Send"])
async def test_while_a_living_process_sends_nothing_is_reported_as_stopped(desk: Desk, yes: str) -> None:
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, delay=60))

    pressed = asyncio.create_task(desk.press(question, yes))
    await desk.api.wait_for(lambda: desk.api.delayed)
    meanwhile = await found(desk)
    desk.api.answer_delayed()
    [answer] = await pressed

    assert meanwhile == 0
    assert desk.api.workspace.batches[0].id in answer.visible_text
    assert len(desk.api.workspace.batches) == 1


async def test_a_batch_that_did_arrive_is_named(desk: Desk) -> None:
    await ask_about_file(desk, sound_file(7))
    left(desk, "sending")
    batch = desk.api.workspace.add(processing_status="in_progress", processing=7, age=0)

    await found(desk)

    assert batch.id in told(desk).visible_text


async def test_stopped_before_a_sample_went_everything_is_as_before(desk: Desk) -> None:
    await ask_about_file(desk, sound_file(40))
    left(desk, "sending", sample=10)

    await found(desk)
    [question] = await desk.press(told(desk), "Send")
    await desk.press(question, FIRST)

    assert "Send 40 requests" in question.visible_text
    assert [len(each) for each in sent_ids(desk)] == [10]


async def test_stopped_while_a_sample_went_the_rest_can_be_sent_without_it(desk: Desk) -> None:
    await send_sample(desk)
    database, now = desk.bot.worker.services.database, desk.time()
    [rest] = database.transact(lambda connection: drafts.list_in_states(connection, "ready"))
    [sample] = database.transact(lambda connection: drafts.list_in_states(connection, "sent"))
    database.transact(
        lambda c: drafts.change_state(
            c, rest.id, "ready", "held", at=now, changes=DraftChanges(kind=None, parent_id=None)
        )
    )
    database.transact(lambda c: drafts.begin_work(c, sample.id, "sent", "sending", held_by=DEAD, at=now))

    [early] = await desk.type(f"/batch send {rest.id}")
    await found(desk)
    [question] = await desk.press(told(desk), "Send the others")
    await desk.press(question, "Send")

    assert "being sent now" in early.visible_text
    first, other = sent_ids(desk)
    assert sorted(first + other) == sorted(f"r-{number}" for number in range(40))


async def test_a_store_that_is_away_while_it_is_sent_learns_of_it_afterwards(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(12))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, delay=60))
    engine = desk.bot.worker.services.database.engine

    pressed = asyncio.create_task(desk.press(question, "Send"))
    await desk.api.wait_for(lambda: desk.api.delayed)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE bd_labels RENAME TO bd_away")
    with happened("failed") as failed:
        desk.api.answer_delayed()
        await asyncio.wait_for(failed.wait(), 10)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE bd_away RENAME TO bd_labels")
    await pressed
    [card] = await desk.type("/batch status last")

    assert f"<@{ADA}>" in card.visible_text
    assert [draft.batch_id for draft in _in(desk, "sent")] == [desk.api.workspace.batches[0].id]


async def test_a_store_that_takes_no_parts_leaves_the_whole_to_be_sent(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    engine = desk.bot.worker.services.database.engine
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON bd_drafts BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    [answer] = await desk.press(question, FIRST)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refuse")
    [again] = await desk.press(answer, "Send")
    await desk.press(again, FIRST)

    assert "Not sent: Batchdesk's database is" in answer.visible_text
    assert [len(each) for each in sent_ids(desk)] == [10]


async def test_an_answer_that_comes_after_it_was_given_up_still_counts(desk: Desk) -> None:
    await send_sample(desk)
    status = await sample_card(desk)
    [sample] = _in(desk, "sent")
    database = desk.bot.worker.services.database

    joined = database.transact(lambda connection: split_draft.rejoin(connection, sample, "ready", desk.time()))
    question = await ask_about_rest(desk, status)
    await desk.press(question, "Send")

    assert not joined
    assert [len(each) for each in sent_ids(desk)] == [10, 30]


def _in(desk: Desk, state: drafts.DraftState) -> list[Draft]:
    return desk.bot.worker.services.database.transact(lambda connection: drafts.list_in_states(connection, state))


async def test_an_unconfirmed_draft_is_deleted_after_a_week(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    folder = desk.settings.keep_requests.path / "drafts"
    (folder / "0123456789abcdef01234567.whole").write_bytes(b"x")
    services = desk.bot.worker.services
    desk.time.later = timedelta(minutes=30)
    early = await delete_stray_files(services)
    desk.time.later = timedelta(hours=2)
    left_over = await delete_stray_files(services)

    desk.time.later = timedelta(days=8)
    await desk.bot.worker.maintenance.prune_store()
    unwanted = await delete_stray_files(services)
    [late] = await desk.press(question, "Send")

    assert (early, left_over, unwanted) == (0, 1, 1)
    assert list(folder.iterdir()) == []
    assert "expired" in late.visible_text
    assert count_creates(desk) == 0


async def given_up_and_refused(desk: Desk, text: str) -> SlackMessage:
    """Press a yes that is taken for lost while the API lets it wait, and refused then: it certainly did not arrive."""
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=401, delay=60))
    pressed = asyncio.create_task(desk.press(question, text))
    await desk.api.wait_for(lambda: desk.api.delayed)
    desk.time.later = timedelta(minutes=31)
    assert await AbandonedDrafts(desk.bot.worker.services).settle_interrupted() == 1
    desk.api.answer_delayed()
    [answer] = await pressed
    return answer


async def test_a_draft_that_certainly_did_not_arrive_can_be_sent_after_it_was_given_up(desk: Desk) -> None:
    answer = await given_up_and_refused(desk, "Send")

    [question] = await desk.press(answer, "Send")
    await desk.press(question, "Send")

    assert "No batch was created" in answer.visible_text
    assert [len(each) for each in sent_ids(desk)] == [40]


async def test_a_sample_that_was_given_up_and_its_rest_can_both_be_sent(desk: Desk) -> None:
    answer = await given_up_and_refused(desk, FIRST)
    [rest] = [draft for draft in _in(desk, "ready") if draft.requests == 30]

    for [question] in (await desk.type(f"/batch send {rest.id}"), await desk.press(answer, "Send")):
        await desk.press(question, "Send")

    first, other = sent_ids(desk)
    assert sorted(first + other) == all_ids(40)
