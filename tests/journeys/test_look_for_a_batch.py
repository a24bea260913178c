"""A create whose answer says nothing: the bot looks for the batch, names it, or offers to send the draft again."""

from datetime import timedelta
from typing import Any

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.store.records import audit, drafts, labels, notices
from bot.store.records.audit import AuditEntry
from bot.worker.abandoned_drafts import AbandonedDrafts
from tests.desk import ADA, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.sampling import FIRST, sent_ids

CREATE = "/v1/messages/batches"
LOST = ApiFault(method="POST", path=CREATE, cut="middle")
PAGE = "<html><h1>502 Bad Gateway</h1></html>"


async def look(desk: Desk) -> int:
    """Let a worker settle what it can settle now, and send what it has to say."""
    worker = desk.bot.worker
    settled = await AbandonedDrafts(worker.services).settle()
    soon = desk.time() + timedelta(hours=1)
    due = worker.services.database.transact(lambda connection: notices.OUTBOX.find_overdue(connection, soon))
    for one in due:
        await worker.notices.run(*one.primary_key)
    return settled


def newest_notice(desk: Desk) -> SlackMessage:
    return desk.slack.messages(desk.slack.world.open_direct_message(ADA).id, ADA)[-1]


def sending_entry(desk: Desk) -> AuditEntry:
    entries = desk.bot.worker.services.database.transact(audit.list_entries)
    return next(entry for entry in entries if entry.verb == "send" and entry.outcome != "asked")


async def test_an_overloaded_api_made_nothing_and_the_draft_can_be_sent_again(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=529, times=4))

    for _ in range(4):
        [refused] = await desk.press(question, "Send")
        [question] = await desk.press(refused, "Send")
    ids = [one.request_id for one in desk.api.requests if one.path == CREATE and one.method == "POST"]
    await desk.press(question, "Send")

    assert "HTTP 529" in refused.visible_text
    assert ids[-1] in refused.visible_text
    assert "lost" not in refused.visible_text
    assert [len(each) for each in sent_ids(desk)] == [7]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502, "body": PAGE}, {"status": 504}])
async def test_an_error_that_leaves_it_open_is_no_lost_answer_and_is_settled_in_a_minute(
    desk: Desk, fault: dict[str, Any]
) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, **fault))

    [answer] = await desk.press(question, "Send")
    [call] = [one for one in desk.api.requests if one.path == CREATE and one.method == "POST"]
    at_once = await look(desk)
    desk.time.later = timedelta(seconds=61)
    later = await look(desk)
    [again] = await desk.press(newest_notice(desk), "Send")
    await desk.press(again, "Send")

    assert f"HTTP {fault['status']}" in answer.visible_text
    assert call.request_id in answer.visible_text
    assert "lost" not in answer.visible_text
    assert "<html>" not in answer.visible_text
    assert (at_once, later) == (0, 1)
    assert [len(each) for each in sent_ids(desk)] == [7]


@pytest.mark.parametrize(
    "fault",
    [LOST, ApiFault(method="POST", path=CREATE, status=500, carried_out=True)],
    ids=["lost", "internal error"],
)
@pytest.mark.parametrize("yes", ["Send", FIRST])
async def test_a_batch_that_was_created_is_found_and_recorded(desk: Desk, fault: ApiFault, yes: str) -> None:
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(fault)

    await desk.press(question, yes)
    counts = [await look(desk), await look(desk)]
    [batch] = desk.api.workspace.batches
    [status] = await desk.type(f"/batch status {batch.id}")

    assert counts == [1, 0]
    assert f"I found the batch of *requests.jsonl* (`{batch.id}`)" in newest_notice(desk).visible_text
    names = desk.bot.worker.services.database.transact(lambda connection: labels.get_names(connection, [batch.id]))
    assert names[batch.id].owner == ADA
    assert ("Send the other 30" in status.buttons) == (yes == FIRST)
    assert (sending_entry(desk).outcome, sending_entry(desk).subject) == ("done", batch.id)
    assert count_creates(desk) == 1
    kept = [path.name for path in (desk.settings.keep_requests.path / "drafts").iterdir()]
    assert len(kept) == (1 if yes == FIRST else 0)


async def test_a_batch_is_looked_for_until_the_api_answers_again(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(LOST)
    desk.api.add_fault(ApiFault(method="GET", status=529, should_retry=False, times=3))

    [answer] = await desk.press(question, "Send")
    desk.time.later = timedelta(hours=2)
    counts = [await look(desk), await look(desk), await look(desk)]

    assert "when I looked for the batch" in answer.visible_text
    assert counts == [0, 0, 1]
    assert desk.api.workspace.batches[0].id in newest_notice(desk).visible_text


async def test_a_batch_that_never_appears_was_not_created_and_the_draft_can_be_sent(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, cut="before"))

    await desk.press(question, "Send")
    desk.time.later = timedelta(minutes=9)
    early = await look(desk)
    desk.time.later = timedelta(minutes=11)
    late = await look(desk)
    outcome = sending_entry(desk).outcome
    [again] = await desk.press(newest_notice(desk), "Send")
    await desk.press(again, "Send")

    assert (early, late, outcome) == (0, 1, "failed")
    assert [len(each) for each in sent_ids(desk)] == [7]


async def test_a_batch_that_may_be_anothers_is_shown_and_taken_by_no_one(desk: Desk) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        question = await ask_about_file(desk, sound_file(7), name)
        desk.api.add_fault(LOST if name == "one.jsonl" else ApiFault(method="POST", path=CREATE, cut="before"))
        await desk.press(question, "Send")

    early = await look(desk)
    desk.time.later = timedelta(minutes=11)
    late = await look(desk)

    database = desk.bot.worker.services.database
    assert (early, late) == (0, 2)
    assert "I don't know whether *two.jsonl* was sent" in newest_notice(desk).visible_text
    assert desk.api.workspace.batches[0].id in newest_notice(desk).visible_text
    assert database.transact(lambda connection: drafts.list_in_states(connection, "sent")) == []
    assert list((desk.settings.keep_requests.path / "drafts").iterdir()) == []


async def test_an_answer_that_comes_after_the_search_ended_still_counts(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(LOST)
    await desk.press(question, "Send")
    await look(desk)

    [late] = await desk.press(question, "Send")

    assert "Outcome: done." in late.visible_text
    assert count_creates(desk) == 1
