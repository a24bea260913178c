"""A submitted form names no batch, draft or channel by itself: what it carries counts only as this bot wrote it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GENERAL, Desk
from tests.journeys.creating import ask_about_file, sound_file
from tests.journeys.test_edit_a_batch import field, open_modal

Payload = dict[str, Any]


async def edit_payload(desk: Desk, batch_id: str, label: str) -> Payload:
    """Return Ada's submission of the form that edits a batch. It is carried out once."""
    [card] = await desk.type(f"/batch status {batch_id}")
    modal = await open_modal(desk, card, "Edit")
    payload = (await desk.slack.submit_view(ADA, modal.id, field("label", label))).payload
    await desk.bot.in_flight.drain()
    return payload


def forge(payload: Payload, change: Callable[[Payload], None], user: str | None = None) -> Payload:
    """Return the payload with what its form carries changed, and perhaps from another person."""
    forged = copy.deepcopy(payload)
    carried = json.loads(forged["view"]["private_metadata"])
    change(carried)
    forged["view"]["private_metadata"] = json.dumps(carried)
    if user is not None:
        forged["user"] |= {"id": user}
    return forged


async def label_of(desk: Desk, batch_id: str) -> str:
    [details] = await desk.type(f"/batch status {batch_id}")
    return details.visible_text


async def test_a_form_about_one_batch_changes_no_other(http_desk: Desk) -> None:
    desk = http_desk
    mine, other = desk.api.workspace.add(succeeded=1), desk.api.workspace.add(succeeded=2)
    payload = await edit_payload(desk, mine.id, "first")
    subject = json.loads(payload["view"]["private_metadata"])["subject"]
    assert subject == mine.id

    await desk.deliver("interactive", forge(payload, lambda carried: carried.update(subject=other.id)))
    await desk.deliver("interactive", forge(payload, lambda carried: carried.update(subject=other.id, signature=None)))

    assert "first" in await label_of(desk, mine.id)
    assert "first" not in await label_of(desk, other.id)


async def test_a_form_of_one_person_is_no_form_of_another(open_desk: OpenDesk) -> None:
    desk = await open_desk("http", operators=(ADA, BEN))
    batch = desk.api.workspace.add(succeeded=1)
    payload = await edit_payload(desk, batch.id, "first")
    await desk.type(f"/batch label {batch.id} second")

    await desk.deliver("interactive", forge(payload, lambda _: None, BEN))

    assert "second" in await label_of(desk, batch.id)


async def test_a_form_that_says_another_channel_is_answered_in_no_channel(open_desk: OpenDesk) -> None:
    desk = await open_desk("http", channels=(BATCHES,))
    await desk.type("/batch create")
    modal = desk.slack.modal(ADA)
    assert modal is not None
    file = desk.slack.give_file(ADA, "mine.jsonl", sound_file(5))
    state = {"file": {"file": {"files": [file]}}}
    payload = (await desk.slack.submit_view(ADA, modal.id, state)).payload
    await desk.bot.in_flight.drain()
    elsewhere, here = len(desk.slack.messages(GENERAL, ADA)), len(desk.slack.messages(BATCHES, ADA))

    await desk.deliver("interactive", forge(payload, lambda carried: carried.update(channel=GENERAL)))
    await desk.deliver("interactive", forge(payload, lambda carried: carried.update(signature="0" * 40)))

    assert len(desk.slack.messages(GENERAL, ADA)) == elsewhere
    assert len(desk.slack.messages(BATCHES, ADA)) == here
    assert "I don't answer here" in desk.slack.messages("D0ADA", ADA)[-1].visible_text


@pytest.mark.parametrize("right", ["operators", "approvers"])
async def test_a_right_that_was_withdrawn_while_the_form_was_open_counts(open_desk: OpenDesk, right: str) -> None:
    desk = await open_desk("http", operators=(ADA, BEN), request_limit=10)
    batch = desk.api.workspace.add(succeeded=1)
    if right == "operators":
        [card] = await desk.type(f"/batch status {batch.id}", user=BEN)
        modal = await open_modal(desk, card, "Edit", BEN)
        state = field("label", "by ben")
    else:
        await desk.press(await ask_about_file(desk, sound_file(11)), "Ask for approval")
        modal = await open_modal(desk, desk.slack.messages(BATCHES, BEN)[-1], "Decline", BEN)
        state = field("reason", "too dear")
    await desk.restart(operators=(ADA,))

    await desk.slack.submit_view(BEN, modal.id, state)
    await desk.bot.in_flight.drain()

    said = str([message.visible_text for place in (BATCHES, "D0BEN") for message in desk.slack.messages(place, BEN)])
    assert "Only operators can do this" in said or "Only approvers can do this" in said
    assert "by ben" not in await label_of(desk, batch.id)
    assert "too dear" not in str(desk.slack.messages("D0ADA", ADA))
