"""Only those whom BATCHDESK_READERS names fetch contents. Counts, status and cost are open to everyone."""

import pytest

from bot.playground.api_simulator.batch import Batch
from bot.playground.slack_simulator.records import list_elements
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GUEST, OPERATORS, SHARED, Desk
from tests.journeys.creating import ask_about_file, sound_file
from tests.journeys.watching import add_running_batch, advance_and_sweep, wait_for_card, wait_for_notice

FILES = ["--file", "--errors", "--csv", "--errors --csv", "--causes", "--merged", "--merged --partial"]


async def with_results(open_desk: OpenDesk, **settings: object) -> tuple[Desk, Batch]:
    desk = await open_desk(**settings)
    batch = desk.api.workspace.add(succeeded=3, errored=2)
    return desk, batch


def offered(blocks: list[dict[str, object]]) -> str:
    """Return every element of a message as text."""
    return str([element for _, element in list_elements(blocks)])


@pytest.mark.parametrize("options", FILES)
async def test_who_is_no_reader_fetches_no_file_and_learns_whom_to_ask(open_desk: OpenDesk, options: str) -> None:
    desk, batch = await with_results(open_desk, operators=(BEN,), admins=(ADA,), readers=(ADA,))

    [reply] = await desk.type(f"/batch results {batch.id} {options}", user=BEN)

    assert "Only readers can see the contents of results" in reply.visible_text
    assert f"Ask <@{ADA}> to add you (`{BEN}`) to `BATCHDESK_READERS`" in reply.visible_text
    assert desk.api.requests == []


async def test_who_is_no_reader_still_sees_counts_status_and_cost(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, readers=(ADA,))
    [whole] = await desk.type(f"/batch results {batch.id}")

    [results] = await desk.type(f"/batch results {batch.id}", user=BEN)
    [status] = await desk.type(f"/batch status {batch.id}", user=BEN)
    [cost] = await desk.type("/batch cost", user=BEN)

    assert "_error`" in whole.visible_text
    assert "Download" in whole.buttons
    assert "3 of 5 succeeded" in results.visible_text
    assert "_error`" not in results.visible_text
    assert "Largest cause" not in results.text
    assert "`BATCHDESK_READERS`" in results.visible_text
    assert "--" not in offered(results.blocks)
    assert "3 of 5 succeeded" in status.visible_text
    assert "BATCHDESK_READERS" not in cost.visible_text


async def test_a_public_answer_shows_contents_only_if_its_caller_may_read_them(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, readers=(ADA,))

    [results] = await desk.type(f"/batch results {batch.id} --public", user=BEN)
    [by_reader] = await desk.type(f"/batch results {batch.id} --public", user=ADA)

    assert "_error`" not in results.visible_text
    assert "_error`" in by_reader.visible_text


async def test_a_file_button_in_a_message_for_all_is_checked_at_the_press(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, readers=(ADA,))
    [card] = await desk.type(f"/batch results {batch.id} --public", user=ADA)
    before = len(desk.api.requests)

    [refused] = await desk.press(card, "Download", user=BEN)

    assert "`BATCHDESK_READERS`" in refused.visible_text
    assert len(desk.api.requests) == before


async def test_members_of_a_named_group_are_readers(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, readers=(OPERATORS,))

    [results] = await desk.type(f"/batch results {batch.id}", user=BEN)
    [refused] = await desk.type(f"/batch results {batch.id} --file", user=ADA)

    assert "Download" in results.buttons
    assert "`BATCHDESK_READERS`" in refused.visible_text


async def test_guests_and_people_of_other_organizations_read_no_contents_through_a_star(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, allow_external=True, allow_guests=True)

    [file] = await desk.type(f"/batch results {batch.id} --csv", user="U0STRANGER", channel=SHARED)
    [results] = await desk.type(f"/batch results {batch.id}", user="U0STRANGER", channel=SHARED)
    [guest] = await desk.type(f"/batch results {batch.id}", user=GUEST, channel=BATCHES)

    assert "`BATCHDESK_READERS`" in file.visible_text
    for read in (results, guest):
        assert "3 of 5 succeeded" in read.visible_text
        assert "_error`" not in read.visible_text
        assert "Download" not in read.buttons


async def test_a_guest_who_is_named_reads_contents(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, allow_guests=True, readers=(ADA, GUEST))

    [results] = await desk.type(f"/batch results {batch.id}", user=GUEST)

    assert "Download" in results.buttons


@pytest.mark.worker
async def test_the_end_of_a_batch_is_announced_without_causes_if_not_everyone_reads_them(open_desk: OpenDesk) -> None:
    desk = await open_desk(readers=(ADA,))
    batch = add_running_batch(desk, errored=39, succeeded=1_161)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)

    await advance_and_sweep(desk)
    announced = await wait_for_notice(desk, batch)

    assert "1,161 of 1,200 succeeded" in announced.visible_text
    assert "Cost: $" in announced.visible_text
    assert "_error`" not in announced.visible_text


async def test_the_full_report_is_for_readers(open_desk: OpenDesk) -> None:
    desk, batch = await with_results(open_desk, readers=(ADA,))

    await desk.type(f"/batch results {batch.id} --full", user=BEN)

    modal = desk.slack.modal(BEN)
    assert modal is not None
    assert "`BATCHDESK_READERS`" in modal.visible_text
    assert desk.api.requests == []


@pytest.mark.parametrize("options", ["", "--all", "--cause none_such", "--cause invalid_request_error"])
async def test_a_retry_names_no_cause_to_who_is_no_reader(open_desk: OpenDesk, options: str) -> None:
    desk = await open_desk(operators=(ADA, BEN), readers=(ADA,))
    await desk.press(await ask_about_file(desk, sound_file(400)), "Send")
    desk.api.advance(8_000)
    causes = {request.failure.type for request in desk.api.workspace.batches[0].requests if request.failure}

    [to_reader] = await desk.type(f"/batch retry last {options}")
    [to_other] = await desk.type(f"/batch retry last {options}", user=BEN)

    typed = options.removeprefix("--cause ")
    assert [cause for cause in causes if cause in str(to_other.blocks).replace(typed or "-", "")] == []
    assert (to_other.buttons != []) == (to_reader.buttons != [])
