"""Delete or cancel many batches: a frozen list, one question, the count in a form, and who may."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.playground.slack_simulator.records import Delivery, Json, SlackMessage
from bot.store.records import bulks, labels, summaries
from bot.store.records.bulks import BulkItem
from bot.store.records.summaries import StoredSummary
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk

OLD = 20 * 86_400


def add_old(desk: Desk, count: int) -> None:
    """Add batches that ended long ago."""
    for number in range(count):
        desk.api.workspace.add(succeeded=4, errored=1, age=OLD + number * 60)


async def ask(desk: Desk, line: str = "/batch delete --older-than 14d") -> SlackMessage:
    [question] = await desk.type(line)
    return question


def stored(desk: Desk) -> tuple[str, list[BulkItem]]:
    """Return the state of the newest list, and its batches."""

    def read(connection: Connection) -> tuple[str, list[BulkItem]]:
        row = connection.exec_driver_sql("SELECT id, state FROM bd_bulks ORDER BY created_at DESC LIMIT 1").one()
        return row.state, bulks.list_items(connection, row.id)

    return desk.bot.worker.services.database.transact(read)


async def submit(desk: Desk, question: SlackMessage, count: str, save: str = "delete") -> Delivery:
    """Open the form of a question, type a count, and submit it; return how Slack was answered."""
    await desk.press(question, next(text for text in question.buttons if text.endswith("…")))
    modal = desk.slack.modal(ADA)
    assert modal is not None
    state: Json = {"count": {"count": {"value": count}}, "save": {"save": {"selected_option": {"value": save}}}}
    delivery = await desk.slack.submit_view(ADA, modal.id, state)
    await desk.bot.in_flight.drain()
    return delivery


async def test_the_question_says_what_is_lost_and_a_wrong_count_deletes_nothing(either_desk: Desk) -> None:
    desk = either_desk
    add_old(desk, 12)
    taken = desk.api.workspace.batches[0].id
    desk.api.workspace.add(succeeded=1)
    desk.api.workspace.add(processing_status="in_progress", processing=3)
    read = StoredSummary(taken, "{}", None, ADA, desk.time())
    database = desk.bot.worker.services.database
    database.transact(lambda c: summaries.store_summary(c, read, delete_before=desk.time() - timedelta(days=1)))
    database.transact(lambda c: summaries.record_download(c, taken, "jsonl", by=ADA, at=desk.time()))
    oldest = desk.api.workspace.batches[11].id
    database.transact(lambda c: labels.set_field(c, oldest, "label", "Nightly eval", by=ADA, at=desk.time()))

    question = await ask(desk)
    wrong = await submit(desk, question, "11")

    shown = question.visible_text
    assert "Delete 12 batches for good?" in shown
    assert "60 requests · cost unknown" in shown
    assert "No one has downloaded the results of 11 batches." in shown
    assert shown.count("Nightly eval") == 1
    assert shown.count("4 of 5 succeeded") == 10
    assert "and 2 more" in shown
    assert question.buttons == ["Delete 12 batches…", "Keep"]
    assert wrong.ack_body == {
        "response_action": "errors",
        "errors": {"count": "That is not the number of batches. Nothing was deleted."},
    }
    assert stored(desk)[0] == "asked"
    assert desk.deletes == []


async def test_the_exact_count_begins_the_work_once_on_the_frozen_list(desk: Desk) -> None:
    add_old(desk, 3)
    question = await ask(desk)
    add_old(desk, 2)

    await submit(desk, question, "3")
    [begun] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == question.ts]
    again = await desk.press(question, "Delete 3 batches…")
    [record] = await desk.type("/batch audit")

    state, items = stored(desk)
    modal = desk.slack.modal(ADA)
    assert "Deleting 3 batches" in begun.visible_text
    assert begun.buttons == ["Stop"]
    assert (state, len(items), {item.state for item in items}) == ("running", 3, {"waiting"})
    assert modal is not None
    assert "already confirmed" in modal.visible_text or "already confirmed" in str(again)
    assert "*delete* `--older-than` `14d`: started" in record.visible_text
    assert desk.deletes == []


async def test_no_one_gets_past_the_count_the_question_or_their_rights(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), admins=(ADA,))
    add_old(desk, 2)
    question = await ask(desk)
    [row] = [block for block in question.blocks if block["type"] == "actions"]
    value = json.loads(row["elements"][0]["value"])
    listed = value["text"].partition(" --question")[0]
    texts = {
        "without the count": value["text"],
        "with a wrong count": f"{value['text']} --count 3",
        "of a list that is not there": f"delete --list bulk_{'0' * 16} --question x --count 2",
        "as the question again": f"{listed} --again",
        "as the question again, with the count": f"{listed} --again --count 2",
        "of a malformed list": "delete --list x --count 2",
        "and a filter": f"{listed} --older-than 1d --count 2",
    }

    for text in texts.values():
        forged = json.dumps(value | {"text": text})
        await desk.new_messages_after(ADA, lambda v=forged: desk.slack.press_raw(ADA, BATCHES, value=v))  # type: ignore[misc]  # a default binds the loop's value
    as_ben = json.dumps(value | {"text": f"{value['text']} --count 2"})
    [other] = await desk.new_messages_after(BEN, lambda: desk.slack.press_raw(BEN, BATCHES, value=as_ben))
    [operator] = await desk.type("/batch delete --older-than 14d", user=BEN)

    assert stored(desk)[0] == "asked"
    assert "Only administrators can do this" in other.visible_text
    assert "Only administrators can do this" in operator.visible_text
    assert desk.deletes == []


async def test_saving_first_is_chosen_in_the_form(desk: Desk) -> None:
    add_old(desk, 2)
    question = await ask(desk)

    await submit(desk, question, " 2 ", "save")

    [begun] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == question.ts]
    [record] = await desk.type("/batch audit")
    assert "Each results file goes to our direct messages first" in begun.visible_text
    assert "`--save`: started" in record.visible_text


async def test_saving_is_offered_to_readers_alone(open_desk: OpenDesk) -> None:
    desk = await open_desk(admins=(ADA,), readers=(BEN,))
    add_old(desk, 2)
    [single] = await desk.type("/batch delete last")
    question = await ask(desk)

    [row] = [block for block in question.blocks if block["type"] == "actions"]
    value = json.loads(row["elements"][0]["value"])
    forged = json.dumps(value | {"text": f"{value['text']} --count 2 --save"})

    [refused] = await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value=forged))
    await desk.press(question, "Delete 2 batches…")

    modal = desk.slack.modal(ADA)
    assert modal is not None
    assert [block["block_id"] for block in modal.blocks if block["type"] == "input"] == ["count"]
    assert single.buttons == ["Delete for good", "Keep"]
    assert "Only readers can see the contents of results" in refused.visible_text
    assert stored(desk)[0] == "asked"


async def test_saving_before_the_delete_answers_the_same_question(desk: Desk) -> None:
    add_old(desk, 1)
    [question] = await desk.type("/batch delete last")

    [saving] = await desk.press(question, "Save, then delete")
    [second] = await desk.press(question, "Delete for good")

    assert question.buttons == ["Delete for good", "Save, then delete", "Keep"]
    assert saving.ts == question.ts
    assert "Saving the results first" in saving.visible_text
    assert "already confirmed" in second.visible_text
    assert [item.state for item in stored(desk)[1]] == ["waiting"]
    assert desk.deletes == []


async def test_canceling_is_two_taps(desk: Desk) -> None:
    for label in ("Nightly eval", "Nightly eval", "Weekly"):
        batch = desk.api.workspace.add(processing_status="in_progress", processing=100)
        desk.bot.worker.services.database.transact(
            lambda c, id=batch.id, text=label: labels.set_field(c, id, "label", text, by=ADA, at=desk.time())  # type: ignore[misc]  # defaults bind the loop's values
        )
    desk.api.workspace.add(succeeded=5)

    question = await ask(desk, "/batch cancel --all --label nightly")
    [begun] = await desk.press(question, "Cancel 2 batches")
    [stopped] = await desk.press(begun, "Stop")

    assert "200 requests · cost unknown" in question.visible_text
    assert (begun.ts, stopped.ts) == (question.ts, question.ts)
    assert "Canceling 2 batches" in begun.visible_text
    assert "Stopped. 2 batches stay as they are." in stopped.visible_text
    assert [item.reason for item in stored(desk)[1]] == ["stopped"] * 2


async def test_a_question_about_a_list_waits_on_the_home_tab_and_is_answered_there(desk: Desk) -> None:
    add_old(desk, 2)
    await ask(desk)

    home = await desk.home()
    [reminded] = await desk.type("/batch")
    await desk.press(home, "Answer")
    modal = desk.slack.modal(ADA)
    assert modal is not None
    await desk.press(modal, "Delete 2 batches…")
    form = desk.slack.modal(ADA)
    assert form is not None
    state: Json = {"count": {"count": {"value": "2"}}, "save": {"save": {"selected_option": {"value": "delete"}}}}
    await desk.slack.submit_view(ADA, form.id, state)
    await desk.bot.in_flight.drain()

    assert "Delete 2 batches? · asked" in home.visible_text
    assert "Delete 2 batches? · asked" in reminded.visible_text
    assert reminded.text.startswith("Waiting for you: 1 question.")
    assert "10 requests" in modal.visible_text
    assert stored(desk)[0] == "running"


async def test_an_administrator_stops_the_list_of_another_person(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), admins=(BEN,))
    desk.api.workspace.add(processing_status="in_progress", processing=100)
    await desk.press(await ask(desk, "/batch cancel --all"), "Cancel 1 batch")
    mine = await desk.type("/batch")
    [seen] = await desk.type("/batch", user=BEN)
    stop = json.dumps({"text": f"stop-list {stored(desk)[1][0].bulk_id} --other"})

    [refused] = await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, BATCHES, value=stop))
    before = stored(desk)[1][0].state
    [stopped] = await desk.press(seen, "Stop", user=BEN)
    [record] = await desk.type("/batch audit", user=BEN)

    assert mine[0].buttons[:1] == ["Stop"]
    assert "Canceling 1 batch · 0 done" in seen.visible_text
    assert "Only administrators can do this" in refused.visible_text
    assert before == "waiting"
    assert "I'll message the person who started it" in stopped.visible_text
    assert [(item.reason, item.detail) for item in stored(desk)[1]] == [("stopped_by", BEN)]
    assert "*stop-list*" in record.visible_text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("delete --label nightly", "add `--older-than`"),
        ("delete last --older-than 14d", "I didn't understand `last`"),
        ("delete --older-than soon", "`--older-than` takes a number"),
        ("delete --older-than 14d --label !", "needs at least one letter or digit"),
        ("cancel --label nightly", "add `--all`"),
        ("cancel last --all", "I didn't understand `last`"),
        ("delete --older-than 14d", "No ended batch matches, so nothing was deleted"),
        ("cancel --all", "No running batch matches, so nothing was canceled"),
    ],
)
async def test_what_means_no_batches_does_nothing_and_says_what_to_type(desk: Desk, line: str, words: str) -> None:
    [reply] = await desk.type(f"/batch {line}")

    assert words in reply.visible_text
    assert reply.buttons == []
