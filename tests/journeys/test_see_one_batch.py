"""The card of one batch."""

import pytest

from tests.desk import BEN, Desk


async def test_status_shows_the_card(either_desk: Desk) -> None:
    batch = either_desk.api.workspace.add(succeeded=1_161, errored=39)

    [card] = await either_desk.type(f"/batch status {batch.id}")

    assert "1,161 of 1,200 succeeded · 39 errored" in card.visible_text
    assert f"`{batch.id}`" in card.visible_text
    assert "Delete" in card.choices
    assert "Cancel" not in card.choices


async def test_a_visitor_sees_the_card_without_the_buttons_of_operators(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=1)

    [card] = await desk.type("/batch status last", user=BEN)

    assert "1 request succeeded" in card.visible_text
    assert not {"Delete", "Cancel"} & {*card.choices}


async def test_a_card_shown_to_everybody_offers_its_buttons_to_everybody(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=1)

    [card] = await desk.type("/batch status last --public", user=BEN)
    [question] = await desk.press(card, "Delete")

    assert card.ephemeral_to is None
    assert question.ephemeral_to == "U0ADA"
    assert question.buttons == ["Delete for good", "Save, then delete", "Keep"]


@pytest.mark.parametrize("shape", ["{id}", "`{id}`", "{tail}", "{short}", "last", "LAST", "{id} —public", "“{id}”"])
async def test_a_batch_is_found_however_it_is_named(desk: Desk, shape: str) -> None:
    batch = desk.api.workspace.add(succeeded=3)
    tail = batch.id.removeprefix("msgbatch_")

    [card] = await desk.type("/batch Status " + shape.format(id=batch.id, tail=tail, short=tail[:6]))

    assert f"`{batch.id}`" in card.visible_text


async def test_a_batch_is_found_by_a_link_to_it(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=3)

    [card] = await desk.type(f"/batch status <https://console.anthropic.com/batches/{batch.id}|that one>")

    assert "all 3 succeeded" in card.visible_text


async def test_a_running_batch_promises_no_outcome_and_refresh_renews_the_card_in_its_place(either_desk: Desk) -> None:
    either_desk.api.workspace.add(processing_status="in_progress", succeeded=300, errored=20, ends_in=60.0)
    [card] = await either_desk.type("/batch status last")
    either_desk.api.advance(61)

    [renewed] = await either_desk.press(card, "Refresh")

    assert "320 requests · running" in card.visible_text
    assert "succeeded" not in card.visible_text
    assert "%" not in card.visible_text
    assert "300 of 320 succeeded" in renewed.visible_text
    assert renewed.ts == card.ts


async def test_refreshing_a_batch_that_is_gone_says_so_in_one_reply(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="canceling", processing=2, ends_in=5.0)
    [card] = await desk.type("/batch status last")
    desk.api.advance(10)
    desk.api.workspace.delete(batch.id)

    [reply] = await desk.press(card, "Refresh")

    assert f"There is no batch `{batch.id}`" in reply.visible_text
