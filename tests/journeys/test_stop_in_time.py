"""SIGTERM while something takes long: what can end ends, the rest is left to others, and everyone gets a word.

`late`: the API carries the change out after the bot has stopped.
"""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.slack.progress_messages import ProgressTiming
from bot.store.db.database import Database
from bot.store.records import audit, notices, scheduled_jobs
from bot.store.records.audit import AuditEntry
from bot.worker.abandoned_drafts import AbandonedDrafts
from bot.worker.lost_events import LostEvents
from tests.desk import ADA, BATCHES, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.sampling import FIRST
from tests.simulators import Simulators
from tests.waiting import WatchedEvent

CREATE = "/v1/messages/batches"
DIRECT = "D0ADA"


async def settle(desk: Desk) -> None:
    """Let a worker settle what it can, and send what it has to say."""
    worker = desk.bot.worker
    await AbandonedDrafts(worker.services).settle()
    await worker.changes.settle_interrupted()
    soon = desk.time() + timedelta(hours=1)
    due = worker.services.database.transact(lambda connection: notices.OUTBOX.find_overdue(connection, soon))
    for one in due:
        await worker.notices.run(*one.primary_key)


async def stop_during(desk: Desk, pressed: "asyncio.Task[list[SlackMessage]]") -> list[SlackMessage]:
    """Stop the bot while the API makes someone wait; return what that person sees until it has stopped."""
    await desk.api.wait_for(lambda: desk.api.delayed)
    await desk.stop()
    return await pressed


def acts(desk: Desk) -> list[AuditEntry]:
    entries = desk.bot.worker.services.database.transact(audit.list_entries)
    return [entry for entry in entries if entry.outcome not in ("asked", "kept")]


def told(desk: Desk) -> list[str]:
    return [message.visible_text for message in desk.slack.messages(DIRECT, ADA)]


@pytest.mark.parametrize(("yes", "late"), [("Send", True), (FIRST, True), ("Send", False)])
async def test_a_batch_that_is_created_while_the_bot_stops_is_reported_after_the_restart(
    desk: Desk, yes: str, late: bool
) -> None:
    await desk.restart(stop_seconds=1)
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, delay=600, late=late))

    [word] = await stop_during(desk, asyncio.create_task(desk.press(question, yes)))
    desk.api.answer_delayed()
    [batch] = await desk.api.wait_for(lambda: desk.api.workspace.batches)
    await desk.start()
    await settle(desk)

    assert "I'm restarting before this is done. I'll message you the outcome" in word.visible_text
    assert any(batch.id in text for text in told(desk))
    assert [(entry.outcome, entry.subject) for entry in acts(desk)] == [("done", batch.id)]
    assert count_creates(desk) == 1


@pytest.mark.parametrize(("verb", "late"), [("cancel", True), ("delete", True), ("delete", False)])
async def test_a_change_that_is_cut_off_is_finished_and_reported_after_the_restart(
    desk: Desk, verb: str, late: bool
) -> None:
    running = {"processing_status": "in_progress", "processing": 9} if verb == "cancel" else {"succeeded": 9}
    batch = desk.api.workspace.add(**running)
    await desk.restart(stop_seconds=1)
    method = "POST" if verb == "cancel" else "DELETE"
    desk.api.add_fault(ApiFault(method=method, delay=600, late=late))
    typed = f"/batch {verb} {batch.id}"
    if verb == "cancel":
        act = asyncio.create_task(desk.type(typed))
    else:
        [question] = await desk.type(typed)
        act = asyncio.create_task(desk.press(question, "Delete for good"))

    [word] = await stop_during(desk, act)
    await desk.start()
    await settle(desk)

    assert "I'm restarting before this is done" in word.visible_text
    assert any(batch.id[9:19] in text for text in told(desk))
    assert [entry.outcome for entry in acts(desk)] == ["done"]


async def test_a_read_that_takes_too_long_is_stopped_with_a_button_that_repeats_it(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    await desk.restart(stop_seconds=1)
    desk.api.add_fault(ApiFault(method="GET", delay=600))

    [word] = await stop_during(desk, asyncio.create_task(desk.type(f"/batch status {batch.id}")))
    await desk.start()
    [status] = await desk.press(word, "Try again")

    assert "I'm restarting, so I stopped this. Try again in a minute." in word.visible_text
    assert "4 succeeded" in status.visible_text


async def test_an_answer_that_was_not_given_changes_nothing(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    [question] = await desk.type(f"/batch delete {batch.id}")
    await desk.restart(stop_seconds=1)
    desk.api.add_fault(ApiFault(method="GET", delay=600))

    [word] = await stop_during(desk, asyncio.create_task(desk.press(question, "Delete for good")))
    await desk.start()
    await settle(desk)
    deleted_early = desk.deletes
    await desk.press(question, "Delete for good")

    assert "Nothing was changed" in word.visible_text
    assert (len(deleted_early), len(desk.deletes)) == (0, 1)


async def test_a_long_reading_says_that_it_stopped(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    desk.progress = ProgressTiming(show_after=0.01, edit_interval=0.02, poll_interval=0.02)
    await desk.restart(stop_seconds=1)
    desk.api.add_fault(ApiFault(path="*/results", delay=600))

    act = asyncio.create_task(desk.type(f"/batch results {batch.id}"))
    await desk.slack.wait_for(lambda: desk.slack.messages(BATCHES, ADA))
    seen = await stop_during(desk, act)

    assert any("I'm restarting, so I stopped reading" in message.visible_text for message in seen)
    assert desk.slack.messages(DIRECT) == []


async def test_an_answer_that_slack_does_not_accept_in_time_comes_as_a_message(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    await desk.restart(stop_seconds=1)
    desk.slack.fail_next("response_url", delay=asyncio.Event(), error="no_text")

    act = asyncio.create_task(desk.type(f"/batch status {batch.id}"))
    await desk.api.wait_for(lambda: desk.api.requests)
    await desk.stop()
    await act
    await desk.start()
    await settle(desk)

    assert any(batch.id in text and "4 succeeded" in text for text in told(desk))


async def test_a_form_that_slack_does_not_open_in_time_is_explained_later(desk: Desk) -> None:
    await desk.restart(stop_seconds=1)
    held = HeldCall()
    desk.slack.fail_next("views.open", delay=held, error="no")

    act = asyncio.create_task(desk.type("/batch create"))
    await held.has_come.wait()  # so the command is acked
    await desk.stop()
    await act
    await desk.start()
    await settle(desk)

    assert any("I'm restarting, so I stopped this" in text for text in told(desk))


async def test_an_answer_that_slack_refuses_everywhere_comes_as_a_message_later(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    for method in ("response_url", "chat.postEphemeral", "chat.postMessage"):
        desk.slack.fail_next(method, error="a_new_refusal", status=400)

    await desk.type(f"/batch note {batch.id} checked")
    early = told(desk)
    await settle(desk)

    assert early == []
    assert any("checked" in text for text in told(desk))


async def test_a_file_that_slack_does_not_take_in_time_is_not_passed_over(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=4)
    await desk.restart(stop_seconds=1)
    desk.slack.fail_next("upload", delay=asyncio.Event(), error="no")

    act = asyncio.create_task(desk.type(f"/batch results {batch.id} --file"))
    await desk.slack.wait_for(lambda: desk.slack.calls("files.getUploadURLExternal"))
    await desk.stop()
    await act
    await desk.start()
    await settle(desk)

    assert any("I was restarted while sending" in text for text in told(desk))


async def test_sigterm_during_a_long_create_exits_0_and_names_the_batch_after_the_restart(
    simulators: Simulators,
) -> None:
    slack, api = simulators.slack, simulators.api
    process = await simulators.start("run", BATCHDESK_STOP_SECONDS="2")
    await slack.wait_for(lambda: slack.sockets, timeout=20)
    file = slack.share_file(ADA, BATCHES, "requests.jsonl", sound_file())
    await slack.slash(ADA, BATCHES, f"/batch create {file.files[0]['id']}")
    [question] = await slack.wait_for(lambda: _with_button(slack.messages(BATCHES, ADA), "Send"), 20)
    api.add_fault(ApiFault(method="POST", path=CREATE, delay=600, late=True))
    await slack.press(ADA, question, text="Send")
    await api.wait_for(lambda: api.delayed, 20)

    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()
    api.answer_delayed()
    [batch] = await api.wait_for(lambda: api.workspace.batches)
    database = Database(f"sqlite:///{simulators.folder}/batchdesk.sqlite3")
    for chore in ("interrupted", "interrupted-changes"):
        await database.run(lambda connection, name=chore: scheduled_jobs.set_due(connection, name, datetime.now(UTC)))  # type: ignore[misc]  # a default binds the loop's value
    again = await simulators.start("run")
    found = await slack.wait_for(lambda: [each for each in slack.messages(DIRECT) if batch.id in each.text], 60)
    again.send_signal(signal.SIGTERM)
    await again.communicate()
    entries = await database.run(audit.list_entries)
    await database.close()

    assert (process.returncode, again.returncode) == (0, 0)
    assert b"Traceback" not in log
    assert len(found) == 1
    assert [(entry.outcome, entry.subject) for entry in entries if entry.outcome != "asked"] == [("done", batch.id)]


class HeldCall(asyncio.Event):
    """A call that is held until this is set. `has_come` says that it has arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.has_come = asyncio.Event()

    async def wait(self) -> Literal[True]:
        """Hold the call."""
        self.has_come.set()
        return await super().wait()


def _with_button(messages: list[SlackMessage], text: str) -> list[SlackMessage]:
    return [message for message in messages if text in message.buttons]


async def test_a_message_that_is_cut_off_before_its_command_begins_is_reported_after_the_restart(desk: Desk) -> None:
    await desk.restart(stop_seconds=1)
    held = WatchedEvent()
    desk.slack.fail_next("users.info", error="fatal_error", delay=held, times=9)
    await desk.slack.say(ADA, BATCHES, "@Batchdesk list --owner @ben")
    await held.is_waited_for.wait()

    await desk.stop()
    held.set()
    desk.slack.clear_faults()
    await desk.start()
    reported = await LostEvents(desk.bot.worker.services).report_lost()
    await settle(desk)

    assert reported == 1
    assert ["I was restarted during `/batch list" in text for text in told(desk)] == [True]
