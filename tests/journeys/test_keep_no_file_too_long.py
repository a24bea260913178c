"""The files of drafts that can never be sent go at once; those that a killed process left go with the next start."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.api.ids import BatchId
from bot.playground.api_simulator.faults import ApiFault
from bot.store.records import drafts
from bot.store.records.drafts import Draft, DraftChanges, RestingState
from bot.worker.heartbeat import delete_stray_files
from tests.desk import Desk
from tests.journeys.creating import ask_about_file, refuse_requests, share_file, sound_file
from tests.journeys.sampling import FIRST

CREATE = "/v1/messages/batches"


def files(desk: Desk) -> list[Path]:
    return list((desk.settings.keep_requests.path / "drafts").iterdir())


def only_draft(desk: Desk) -> Draft:
    [draft] = desk.bot.worker.services.database.transact(lambda connection: drafts.list_in_states(connection, "ready"))
    return draft


@pytest.mark.parametrize("yes", ["Send", FIRST])
async def test_the_file_of_a_draft_that_the_api_refuses_goes_at_once(desk: Desk, yes: str) -> None:
    question = await ask_about_file(desk, sound_file(40))
    before = len(files(desk))
    refuse_requests(desk)

    await desk.press(question, yes)

    assert (before, files(desk)) == (1, [])


async def test_the_file_of_a_draft_that_cannot_be_stored_goes_at_once(desk: Desk) -> None:
    with desk.bot.worker.services.database.engine.begin() as connection:
        trigger = "CREATE TRIGGER refuse BEFORE INSERT ON bd_drafts WHEN NEW.state = 'ready'"
        connection.exec_driver_sql(f"{trigger} BEGIN SELECT RAISE(ABORT, 'no'); END")
    file = share_file(desk, sound_file())

    await desk.type(f"/batch create {file.files[0]['id']}")

    assert files(desk) == []


@pytest.mark.parametrize("state", ["dropped", "failed"])
async def test_a_file_that_a_killed_process_left_goes_with_the_next_start(desk: Desk, state: RestingState) -> None:
    await ask_about_file(desk, sound_file())
    draft, services = only_draft(desk), desk.bot.worker.services
    early = await delete_stray_files(services)
    services.database.transact(lambda c: drafts.change_state(c, draft.id, "ready", state, at=desk.time()))

    late = await delete_stray_files(services)

    assert (early, late, files(desk)) == (0, 1, [])


async def test_a_sent_file_that_a_killed_process_left_is_archived(desk: Desk) -> None:
    await ask_about_file(desk, sound_file())
    draft, services = only_draft(desk), desk.bot.worker.services
    batch_id, now = BatchId(desk.api.workspace.add(succeeded=12).id), desk.time()
    sent = DraftChanges(batch_id=batch_id)
    services.database.transact(lambda c: drafts.change_state(c, draft.id, "ready", "sent", at=now, changes=sent))

    early = await delete_stray_files(services)
    desk.time.later = timedelta(minutes=11)
    late = await delete_stray_files(services)

    assert (early, late, files(desk)) == (0, 1, [])
    assert services.drafts.archive.contains(batch_id)


async def test_the_file_of_a_whole_stays_while_its_sample_may_be_refused(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=529, delay=600))

    pressed = asyncio.create_task(desk.press(question, FIRST))
    await desk.api.wait_for(lambda: desk.api.delayed)
    meanwhile = await delete_stray_files(desk.bot.worker.services)
    desk.api.answer_delayed()
    [refused] = await pressed
    [again] = await desk.press(refused, "Send")

    assert meanwhile == 0
    assert "Send 40 requests" in again.visible_text
