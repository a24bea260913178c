"""No label and no file name makes a button, or a typed id, mean another batch or draft than it showed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.playground.api_simulator.batch import Batch
from bot.store.records import drafts, labels
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.test_edit_a_batch import field, open_modal

SPELLINGS = [
    "{id}",
    "{upper}",
    "'{id}'",
    "msgbatch {bare}",
    "MSGBATCH-{bare}",
    "msg batch_{bare}",
    "m.s.g.b.a.t.c.h {bare}",
    "_msgbatch_{bare}",
    "msgbatch_{bare} nightly",
    "msgbatch_{start}",
    "msgbatch",
    "{bare}",
    "{bare_upper}",
    "({bare})",
    "\uff4d\uff53\uff47\uff42\uff41\uff54\uff43\uff48_{bare}",
    "ms\u0301gbatch_{bare}",
    "\U0001d426sgbatch_{bare}",
    "msg\u200bbatch_{bare}",
    "\u2060msgbatch_{bare}",
    "msgba\u00adtch_{bare}",
    "last",
    "LAST",
    "<last>",
    "last ended",
    "Last-Ended!",
    "\u200blast",
    "last\u0301",
]
"""Labels that read as the id of another batch, or as a word that means one."""

NAMED = ("status {}", "results {}", "retry {}", "label {} x", "own {}", "note {} x", "mute {}", "edit {} --label x")


def spell(spelling: str, id: str) -> str:
    """Return one of SPELLINGS for the id of a batch."""
    bare = id.removeprefix("msgbatch_")
    return spelling.format(id=id, upper=id.upper(), bare=bare, bare_upper=bare.upper(), start=bare[:8])


@pytest.mark.attempts(3)
@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_label_reads_as_an_id_or_a_word_for_a_batch(desk: Desk, spelling: str) -> None:
    theirs, mine = desk.api.workspace.add(succeeded=1), desk.api.workspace.add(succeeded=2)
    label = spell(spelling, theirs.id)
    [card] = await desk.type(f"/batch status {mine.id}")

    [typed] = await desk.type(f'/batch label {mine.id} "{label}"')
    [option] = await desk.type(f'/batch edit {mine.id} --label "{label}"')
    modal = await open_modal(desk, card, "Edit")
    submitted = await desk.slack.submit_view(ADA, modal.id, field("label", label))

    assert "can't" in typed.visible_text or "A label has" in typed.visible_text
    assert "can't" in option.visible_text or "A label has" in option.visible_text
    assert "label" in submitted.ack_body["errors"]


async def store_label(desk: Desk, batch: Batch, label: str) -> None:
    """Store a label as an earlier version did, which checked less."""
    now = desk.time()

    def store(connection: Connection) -> None:
        labels.set_field(connection, batch.id, "label", label, by=BEN, at=now)

    await desk.bot.worker.services.database.run(store)


@pytest.mark.attempts(2)
@pytest.mark.parametrize("line", NAMED)
async def test_the_id_of_a_deleted_batch_never_means_the_batch_that_has_it_as_a_label(desk: Desk, line: str) -> None:
    gone, other = desk.api.workspace.add(succeeded=1), desk.api.workspace.add(succeeded=2)
    [question] = await desk.type(f"/batch delete {gone.id}")
    await desk.press(question, "Delete for good")
    await store_label(desk, other, gone.id)

    [whole] = await desk.type("/batch " + line.format(gone.id))
    [short] = await desk.type("/batch " + line.format(gone.id[:20]))

    for answer in (whole, short):
        assert f"deleted *Batch {gone.id[9:19]}*" in answer.visible_text
        assert other.id not in str(answer.blocks)
    assert {request.path for request in desk.api.requests if other.id in request.path} == set()


@pytest.mark.parametrize("button", ["Delete", "Results", "Edit", "Refresh"])
async def test_no_button_of_a_deleted_batch_means_another(desk: Desk, button: str) -> None:
    gone, other = desk.api.workspace.add(succeeded=1), desk.api.workspace.add(succeeded=2)
    [card] = await desk.type(f"/batch status {gone.id}")
    [question] = await desk.type(f"/batch delete {gone.id}")
    await desk.press(question, "Delete for good")
    await store_label(desk, other, gone.id)

    if button in card.buttons:
        await desk.press(card, button)
    else:
        await desk.slack.press_raw(ADA, BATCHES, value=f'{{"v": 1, "text": "status {gone.id}", "renew": true}}')
    await desk.bot.in_flight.drain()

    shown = [str(each.blocks) for each in desk.slack.messages(BATCHES, ADA)] + [str(desk.slack.modal(ADA))]
    assert other.id not in "".join(shown)


async def test_an_old_label_that_reads_as_an_id_is_still_found_by_its_key(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=2)
    await store_label(desk, batch, "msgbatch_old run")

    [card] = await desk.type("/batch status msgbatch-old-run")

    assert batch.id in card.visible_text


async def ask_for_approval(desk: Desk, count: int, name: str) -> str:
    """Have Ada ask for approval of so many requests; return the id of the draft."""
    await desk.press(await ask_about_file(desk, sound_file(count), name), "Ask for approval")
    asked = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons][-1]
    found = re.search(r"approve ([0-9a-f]{24})", str(asked.blocks))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("length", [6, 7, 12, 23, 24])
@pytest.mark.parametrize("is_upper", [False, True])
async def test_a_reference_never_means_a_draft_whose_file_is_named_so(
    open_desk: OpenDesk, length: int, is_upper: bool
) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    small = await ask_for_approval(desk, 11, "small.jsonl")
    name = small[:length].upper() if is_upper else small[:length]
    await desk.type(f"/batch discard {small}")
    await ask_for_approval(desk, 400, name)

    [*_, answer] = await desk.type(f"/batch approve {name}", user=BEN)

    assert "was discarded or declined" in answer.visible_text
    assert count_creates(desk) == 0


async def test_an_old_button_never_means_a_draft_whose_file_is_named_like_the_old_draft(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    small = await ask_for_approval(desk, 11, "small.jsonl")
    [asked] = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons]
    desk.time.later = timedelta(days=8)
    await desk.bot.worker.services.database.run(lambda connection: drafts.prune(connection, desk.time()))
    await ask_for_approval(desk, 400, small)

    for button in ("Approve", "Preview"):
        await desk.press(asked, button, user=BEN)

    assert count_creates(desk) == 0
    assert "request 1 of 400" not in str(desk.slack.modal(BEN))


async def test_an_approval_by_name_shows_what_has_that_name_now(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    await desk.type(f"/batch discard {await ask_for_approval(desk, 11, 'nightly.jsonl')}")
    await ask_for_approval(desk, 400, "nightly.jsonl")

    [question] = await desk.type("/batch approve nightly.jsonl", user=BEN)

    assert "Approve 400 requests?" in question.visible_text
    assert count_creates(desk) == 0
