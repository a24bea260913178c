"""A double click: the answer of the first press stays, and the second press has a reply below it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import ADA, BATCHES, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file

Ask = Callable[[Desk], Awaitable[SlackMessage]]


async def ask_to_delete(desk: Desk) -> SlackMessage:
    desk.api.workspace.add(succeeded=10)
    [question] = await desk.type("/batch delete last")
    return question


async def ask_to_cancel(desk: Desk) -> SlackMessage:
    desk.api.workspace.add(processing_status="in_progress", processing=1_200)
    [question] = await desk.type("/batch cancel last")
    return question


async def ask_to_send(desk: Desk) -> SlackMessage:
    return await ask_about_file(desk, sound_file())


CASES: list[tuple[Ask, str, str]] = [
    (ask_to_delete, "Delete for good", "Deleted"),
    (ask_to_cancel, "Cancel the batch", "canceling"),
    (ask_to_send, "Send", "✅ Sent 12 requests"),
]
MOMENTS = ("at the same moment", "while the API is slow", "after the answer")


async def press_twice(desk: Desk, question: SlackMessage, labels: tuple[str, str], moment: str) -> None:
    """Press two buttons of a question, the second at the same moment, during the change or after the answer."""
    if moment == "while the API is slow":
        desk.api.add_fault(ApiFault(method="DELETE", delay=0.3))
        desk.api.add_fault(ApiFault(method="POST", delay=0.3))
    if moment == "after the answer":
        for label in labels:
            await desk.press(question, label)
    await asyncio.gather(*(desk.slack.press(ADA, question, text=label) for label in labels))
    await desk.bot.in_flight.drain()


def find_answer(desk: Desk, question: SlackMessage) -> SlackMessage:
    """Return what now is where the question was."""
    [answer] = [message for message in desk.slack.messages(BATCHES, ADA) if message.ts == question.ts]
    return answer


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("ask", "label", "shows"), CASES)
async def test_the_answer_of_the_first_press_stays(desk: Desk, ask: Ask, label: str, shows: str, moment: str) -> None:
    question = await ask(desk)

    await press_twice(desk, question, (label, label), moment)

    answer = find_answer(desk, question)
    assert shows in answer.visible_text
    assert "already confirmed" not in answer.visible_text
    assert label not in answer.choices


@pytest.mark.parametrize("moment", MOMENTS)
async def test_only_one_request_is_sent_to_the_api(desk: Desk, moment: str) -> None:
    deleting = await ask_to_delete(desk)
    sending = await ask_to_send(desk)

    await press_twice(desk, deleting, ("Delete for good", "Delete for good"), moment)
    await press_twice(desk, sending, ("Send", "Send"), moment)

    assert len(desk.deletes) == 1
    assert count_creates(desk) == 1


@pytest.mark.parametrize(
    ("first", "second", "shows"),
    [("Delete for good", "Keep", "Deleted"), ("Keep", "Delete for good", "Nothing was changed")],
)
async def test_a_slip_onto_the_other_button_leaves_the_answer(desk: Desk, first: str, second: str, shows: str) -> None:
    question = await ask_to_delete(desk)

    await press_twice(desk, question, (first, second), "after the answer")

    assert shows in find_answer(desk, question).visible_text


async def test_a_discarded_draft_stays_discarded_on_a_second_press(desk: Desk) -> None:
    question = await ask_to_send(desk)
    await desk.press(question, "Discard")
    answer = find_answer(desk, question)

    [below] = await desk.press(question, "Discard")

    assert find_answer(desk, question) == answer
    assert below.ts != question.ts


async def test_in_a_modal_the_answer_stays_too(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    await desk.open_first(await desk.home())
    card = desk.slack.modal(ADA)
    assert card is not None
    await desk.press(card, "Delete")
    question = desk.slack.modal(ADA)
    assert question is not None

    await asyncio.gather(*(desk.slack.press(ADA, question, text="Delete for good") for _ in range(2)))
    await desk.bot.in_flight.drain()

    answer = desk.slack.modal(ADA)
    assert answer is not None
    assert "Deleted" in answer.visible_text
    assert len(desk.deletes) == 1
