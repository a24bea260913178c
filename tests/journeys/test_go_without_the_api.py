"""The Message Batches API is down, slow or refuses: one reply with the next step, and nothing deleted."""

import asyncio

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, Desk

TROUBLES = [
    pytest.param(ApiFault(status=429, retry_after=77), "Try again in 77 seconds", id="429"),
    pytest.param(
        ApiFault(status=429, error_code="enforced_spend_limit_reached"), "reached its spend limit", id="spent"
    ),
    pytest.param(ApiFault(status=529, should_retry=False), "The API says: `Overloaded`", id="529"),
    pytest.param(ApiFault(status=500, should_retry=False), "The Message Batches API had an error", id="500"),
    pytest.param(ApiFault(status=401), "check that key with", id="401"),
    pytest.param(ApiFault(status=403), "check the permissions of that key", id="403"),
    pytest.param(ApiFault(body="<html>log in</html>", status=401, times=3), "such as a proxy", id="html 401"),
    pytest.param(ApiFault(body="<html>blocked</html>", status=403, times=3), "such as a proxy", id="html 403"),
    pytest.param(
        ApiFault(body="<html>down for <b>maintenance</b>", status=502, times=3), "had an error", id="html 502"
    ),
    pytest.param(ApiFault(body="<html>log in</html>", times=3), "had an error", id="html 200"),
    pytest.param(ApiFault(body='{"data": 3}', times=3), "had an error", id="another shape"),
]


async def asked(desk: Desk) -> SlackMessage:
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")
    return question


@pytest.mark.parametrize(("fault", "says"), TROUBLES)
@pytest.mark.parametrize("line", ["/batch", "/batch delete last"])
async def test_a_typed_command_ends_in_one_reply_with_the_remedy(
    desk: Desk, line: str, fault: ApiFault, says: str
) -> None:
    desk.api.workspace.add(succeeded=5)
    desk.api.add_fault(fault)

    [reply] = await desk.type(line)

    assert says in reply.visible_text
    assert "The change may have been made" not in reply.visible_text  # it only looked
    assert "<html" not in reply.visible_text
    assert desk.deletes == []


async def test_a_change_whose_answer_is_lost_is_reported_as_unknown(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=5)
    desk.api.add_fault(ApiFault(method="POST", status=500, should_retry=False))

    [reply] = await desk.type(f"/batch cancel {batch.id}")

    assert "The change may have been made" in reply.visible_text


@pytest.mark.parametrize("status", [429, 401, 529])
async def test_a_yes_that_cannot_be_checked_deletes_nothing_and_can_be_given_again(desk: Desk, status: int) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(status=status, should_retry=False))

    [reply] = await desk.press(question, "Delete for good")
    deletes_before = len(desk.deletes)
    [gone] = await desk.press(question, "Delete for good")

    assert reply.ts != question.ts
    assert deletes_before == 0
    assert "Deleted by" in gone.visible_text


@pytest.mark.parametrize(("status", "says"), [(429, "too many calls"), (401, "check that key")])
async def test_a_delete_that_was_turned_away_leaves_no_dead_button(desk: Desk, status: int, says: str) -> None:
    question = await asked(desk)
    desk.api.add_fault(ApiFault(method="DELETE", status=status, should_retry=False))

    [reply] = await desk.press(question, "Delete for good")

    assert says in reply.visible_text
    assert (reply.ts, reply.buttons) == (question.ts, [])
    assert len(desk.api.workspace.batches) == 1


async def test_an_api_that_cannot_be_reached_at_all_is_said_to_be(desk: Desk) -> None:
    await desk.api.stop()

    [reply] = await desk.type("/batch")

    assert "I couldn't reach the Message Batches API" in reply.visible_text


async def test_a_passing_trouble_is_not_even_noticed(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(status=529, retry_after=0.01))
    desk.api.add_fault(ApiFault(status=500, retry_after=0.01))

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text


async def test_a_slow_api_is_waited_for_and_slack_is_not_kept_waiting(either_desk: Desk) -> None:
    either_desk.api.add_fault(ApiFault(delay=0.3))

    delivery = await either_desk.slack.slash(ADA, BATCHES, "/batch")
    shown_at_the_ack = either_desk.slack.messages(BATCHES, ADA)
    await either_desk.bot.in_flight.drain()

    assert delivery.acked
    assert shown_at_the_ack == []
    [reply] = either_desk.slack.messages(BATCHES, ADA)
    assert "Nothing is running" in reply.visible_text


async def test_a_hanging_call_delays_no_one_else(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(delay=600))
    hanging = await desk.slack.slash(ADA, BATCHES, "/batch status last")

    await desk.slack.slash(ADA, BATCHES, "/batch help")
    await desk.slack.wait_for(lambda: desk.slack.messages(BATCHES, ADA))

    assert hanging.acked
    [reply] = desk.slack.messages(BATCHES, ADA)
    assert "Batchdesk commands" in reply.visible_text
    await desk.api.stop()
    await desk.bot.in_flight.drain()
    assert len(desk.slack.messages(BATCHES, ADA)) == 2


async def test_fifty_commands_at_once_have_fifty_replies(open_desk: OpenDesk) -> None:
    desk = await open_desk(seeded=True)

    await asyncio.gather(*(desk.slack.slash(ADA, BATCHES, "/batch status last") for _ in range(50)))
    await desk.bot.in_flight.drain()

    assert len(desk.slack.messages(BATCHES, ADA)) == 50
    assert desk.slack.notices(ADA) == []
