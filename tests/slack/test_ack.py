"""Slack gets its ack within three seconds however slow the rest is, and is not asked for known facts."""

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import ADA, BATCHES, Desk


async def test_whatever_a_person_does_is_acked_before_anything_slow_begins(either_desk: Desk) -> None:
    either_desk.api.workspace.add(succeeded=1)
    [question] = await either_desk.type("/batch delete last")
    either_desk.api.add_fault(ApiFault(delay=600, times=50))
    either_desk.slack.fail_next("response_url", delay=0.2, times=50)
    seen_before = either_desk.slack.messages(BATCHES, ADA)

    typed = await either_desk.slack.slash(ADA, BATCHES, "/batch status last")
    pressed = await either_desk.slack.press(ADA, question, text="Delete for good")
    opened = await either_desk.slack.open_home(ADA)

    assert [delivery.acked for delivery in (typed, pressed, opened)] == [True, True, True]
    assert [delivery.ack_body for delivery in (typed, pressed, opened)] == [None, None, None]
    assert either_desk.bot.in_flight.count == 3
    assert either_desk.slack.messages(BATCHES, ADA) == seen_before
    assert either_desk.slack.home(ADA) is None
    await either_desk.api.stop()


async def test_slow_look_ups_do_not_hold_up_the_ack(desk: Desk) -> None:
    for method in ("users.info", "conversations.info"):
        desk.slack.fail_next(method, delay=0.2)

    delivery = await desk.slack.slash(ADA, BATCHES, "/batch help")

    assert delivery.acked
    assert desk.slack.messages(BATCHES, ADA) == []


async def test_slack_is_asked_whose_token_it_is_once_and_before_the_first_command(either_desk: Desk) -> None:
    at_the_start = len(either_desk.slack.calls("auth.test"))

    await either_desk.type("/batch")
    [card] = await either_desk.type("/batch help")
    await either_desk.home()

    assert at_the_start == 1
    assert len(either_desk.slack.calls("auth.test")) == 1
    assert card.visible_text


async def test_what_slack_said_of_a_caller_is_not_asked_again_at_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.type("/batch help")

    assert len(desk.slack.calls("users.info")) == 1
    assert len(desk.slack.calls("conversations.info")) == 1


@pytest.mark.parametrize("retries", [1, 3])
async def test_a_command_delivered_again_by_slack_is_answered_again_and_nothing_breaks(
    http_desk: Desk, retries: int
) -> None:
    command = await http_desk.slack.slash(ADA, BATCHES, "/batch help")

    again = [await http_desk.deliver("slash_commands", command.payload) for _ in range(retries)]

    assert all(acked for acked, _ in again)
    assert len(http_desk.slack.messages(BATCHES, ADA)) == 1 + retries
