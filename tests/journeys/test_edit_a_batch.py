"""Details and Edit: both open in a modal, from a card's menu."""

import pytest

from bot.playground.slack_simulator.records import Json, SlackMessage, View
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.watching import add_running_batch, wait_for_card


async def open_modal(desk: Desk, card: SlackMessage | View, label: str, user: str = ADA) -> View:
    await desk.press(card, label, user)
    modal = desk.slack.modal(user)
    assert modal is not None
    return modal


def field(name: str, value: str | None) -> Json:
    key = {"owner": "selected_user", "mute": "selected_option"}.get(name, "value")
    return {name: {name: {key: {"value": value} if name == "mute" else value}}}


async def test_details_open_in_a_modal_and_the_card_stays(either_desk: Desk) -> None:
    batch = either_desk.api.workspace.add(succeeded=1_930, canceled=1_058, errored=12)
    await either_desk.type(f"/batch own {batch.id}")
    [card] = await either_desk.type("/batch status last")

    details = await open_modal(either_desk, card, "Details")

    assert details.title == "Details"
    for words in ("*Succeeded*\n1,930", "*Canceled*\n1,058", "*Errored*\n12", "*Expired*\n0", f"*Owner*\n<@{ADA}>"):
        assert words in details.visible_text
    assert batch.id in details.visible_text
    assert [message.ts for message in either_desk.slack.messages(BATCHES, ADA)][-1] == card.ts


async def test_the_form_changes_only_what_was_changed_in_it(either_desk: Desk) -> None:
    batch = either_desk.api.workspace.add(succeeded=5)
    await either_desk.type(f"/batch label {batch.id} Nightly eval")
    await either_desk.type(f"/batch note {batch.id} first note")
    [card] = await either_desk.type("/batch status last")
    form = await open_modal(either_desk, card, "Edit")
    await either_desk.type(f"/batch note {batch.id} changed meanwhile")

    saved = await either_desk.new_messages_after(
        ADA,
        lambda: either_desk.slack.submit_view(
            ADA, form.id, field("label", "Weekly eval") | field("owner", BEN) | field("mute", "7d")
        ),
    )

    [card] = await either_desk.type("/batch status last")
    [record] = await either_desk.type(f"/batch audit {batch.id}")
    assert f"label *Weekly eval* · owner <@{BEN}> · muted for 7 days" in saved[-1].visible_text
    assert "Weekly eval" in card.visible_text
    assert "changed meanwhile" in card.visible_text
    assert "edit" in record.visible_text


async def test_a_label_that_is_reserved_is_refused_beside_its_field(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    [card] = await desk.type("/batch status last")
    form = await open_modal(desk, card, "Edit")

    delivery = await desk.slack.submit_view(ADA, form.id, field("label", "last"))

    assert delivery.ack_body["response_action"] == "errors"
    assert list(delivery.ack_body["errors"]) == ["label"]


async def test_a_typed_edit_opens_the_form_too(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    await desk.type("/batch edit last")

    form = desk.slack.modal(ADA)

    assert form is not None
    assert form.title == "Edit batch"


@pytest.mark.worker
async def test_a_shared_card_shows_a_reader_no_way_around_the_rules(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    card = await wait_for_card(desk, batch)

    details = await open_modal(desk, card, "Details", BEN)

    assert details.buttons == []
    refused = await open_modal(desk, card, "Edit", BEN)
    assert "Only operators can do this" in refused.visible_text
