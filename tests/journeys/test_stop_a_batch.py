"""Cancel a batch that was a mistake, perhaps on a phone."""

from bot.playground.api_simulator.batch import Batch
from tests.conftest import OpenDesk
from tests.desk import BEN, Desk


def running_batch(desk: Desk) -> Batch:
    return desk.api.workspace.add(processing_status="in_progress", processing=1_200)


def cancels(desk: Desk) -> int:
    return sum(request.path.endswith("/cancel") for request in desk.api.requests)


async def test_one_typed_line_with_the_full_id_is_enough(either_desk: Desk) -> None:
    batch = running_batch(either_desk)

    [reply] = await either_desk.type(f"/batch cancel {batch.id}")

    assert "Canceling." in reply.visible_text
    assert "may still finish" in reply.visible_text
    assert cancels(either_desk) == 1


async def test_a_short_reference_is_asked_about_first(either_desk: Desk) -> None:
    batch = running_batch(either_desk)

    [question] = await either_desk.type("/batch cancel last")
    sent_before_the_yes = cancels(either_desk)
    [reply] = await either_desk.press(question, "Cancel the batch")

    assert f"`{batch.id}`" in question.visible_text
    assert sent_before_the_yes == 0
    assert "Canceling." in reply.visible_text
    assert reply.ts == question.ts
    assert cancels(either_desk) == 1


async def test_the_button_on_a_card_asks_first_and_can_be_answered_with_no(desk: Desk) -> None:
    running_batch(desk)
    [card] = await desk.type("/batch status last")

    [question] = await desk.press(card, "Cancel")
    [kept] = await desk.press(question, "Keep it running")

    assert question.ts != card.ts
    assert "Nothing was changed" in kept.visible_text
    assert kept.buttons == []
    assert cancels(desk) == 0


async def test_an_ended_batch_is_too_late_to_cancel(desk: Desk) -> None:
    batch = desk.api.workspace.add(succeeded=5)

    [reply] = await desk.type(f"/batch cancel {batch.id}")

    assert "already ended" in reply.visible_text
    assert cancels(desk) == 0


async def test_a_canceling_batch_is_not_canceled_twice(desk: Desk) -> None:
    batch = running_batch(desk)
    await desk.type(f"/batch cancel {batch.id}")

    [reply] = await desk.type(f"/batch cancel {batch.id}")

    assert "already being canceled" in reply.visible_text
    assert cancels(desk) == 1


async def test_a_batch_that_ended_between_question_and_yes_is_left_alone(desk: Desk) -> None:
    running_batch(desk)
    [question] = await desk.type("/batch cancel last")
    desk.api.advance(86_400)

    [reply] = await desk.press(question, "Cancel the batch")

    assert "already ended" in reply.visible_text
    assert reply.ts == question.ts
    assert cancels(desk) == 0


async def test_a_visitor_cancels_nothing(desk: Desk) -> None:
    batch = running_batch(desk)

    [reply] = await desk.type(f"/batch cancel {batch.id}", user=BEN)

    assert "Only operators can do this" in reply.visible_text
    assert "`U0BEN`" in reply.visible_text
    assert cancels(desk) == 0


async def test_a_cancel_is_announced_in_the_audit_channel(open_desk: OpenDesk) -> None:
    desk = await open_desk(audit_channel="C0BATCHES")
    batch = running_batch(desk)

    said = await desk.type(f"/batch cancel {batch.id}")

    assert [message.ephemeral_to for message in said] == ["U0ADA", None]
    assert f"Ada Berg in <#C0BATCHES>: `/batch cancel {batch.id}` → done" in said[1].visible_text
