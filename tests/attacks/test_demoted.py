"""An operator who stops being one while questions, forms and requests for approval of theirs are open."""

from dataclasses import replace
from typing import Any

import pytest

from tests.attacks.target import CANARIES, Target, prepare
from tests.attacks.test_by_role import attack
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, OPERATORS, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file

CORA = "U0CORA"
FALLEN: dict[str, dict[str, Any]] = {
    "out of the group": {},
    "a guest": {"is_restricted": True},
    "of another organization": {"team_id": "T0OTHER"},
    "deactivated": {"deleted": True},
}


def demote(desk: Desk, user: str, how: dict[str, Any]) -> None:
    """Take a person out of the operators, or change what they are."""
    world = desk.slack.world
    if how:
        world.add(replace(world.people[user], **how))
    else:
        group = world.groups[OPERATORS]
        world.add(replace(group, users=tuple(each for each in group.users if each != user)))


async def open_asked(open_desk: OpenDesk) -> Desk:
    """Return a desk on which Ada, an operator by her group, has asked Ben for approval."""
    desk = await open_desk(operators=(OPERATORS,), admins=(BEN,), request_limit=10)
    world = desk.slack.world
    world.add(replace(world.groups[OPERATORS], users=(ADA, BEN)))
    await desk.press(await ask_about_file(desk, sound_file(11)), "Ask for approval")
    return desk


@pytest.mark.parametrize("how", FALLEN)
@pytest.mark.parametrize("line", [None, "approve requests.jsonl"])
async def test_what_they_asked_for_is_not_approved(open_desk: OpenDesk, how: str, line: str | None) -> None:
    desk = await open_asked(open_desk)
    [asked] = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons]
    [question] = await desk.type(f"/batch {line}", user=BEN) if line else [asked]
    demote(desk, ADA, FALLEN[how])

    [refused] = await desk.press(question, "Approve", BEN)

    assert "no longer allowed to send batches" in refused.visible_text
    assert count_creates(desk) == 0


async def test_what_they_asked_for_is_approved_once_they_may_again(open_desk: OpenDesk) -> None:
    desk = await open_asked(open_desk)
    [asked] = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons]
    demote(desk, ADA, {})
    await desk.press(asked, "Approve", BEN)
    desk.slack.world.add(replace(desk.slack.world.groups[OPERATORS], users=(ADA, BEN)))

    await desk.press(asked, "Approve", BEN)

    assert count_creates(desk) == 1


async def test_while_slack_does_not_say_whether_they_may_nothing_is_approved(open_desk: OpenDesk) -> None:
    desk = await open_asked(open_desk)
    desk.slack.fail_next("users.info", error="internal_error", times=3)

    [*_, answer] = await desk.type("/batch approve requests.jsonl", user=BEN)

    assert count_creates(desk) == 0
    assert "couldn't check" in answer.visible_text


@pytest.mark.attempts(190)
@pytest.mark.parametrize("how", FALLEN)
async def test_they_change_nothing_and_read_nothing(open_desk: OpenDesk, how: str, least_attempts: int) -> None:
    desk = await open_desk("http", operators=(OPERATORS,), admins=(OPERATORS,), readers=(OPERATORS,), request_limit=10)
    world = desk.slack.world
    world.add(replace(world.groups[OPERATORS], users=(ADA,)))
    await desk.restart()
    target = await prepare(desk)
    before, asked = await target.snapshot(), target.changing_requests
    seen = await count_canaries(target)
    for own in ("Keep", "Keep it running"):  # they may still answer no to their own questions
        del target.buttons[own]
    demote(desk, ADA, FALLEN[how])
    await desk.restart()  # what is known of a person is a minute old at most

    attempts = await attack(target, ADA, BATCHES, (*target.lines, *target.contents))

    assert attempts >= least_attempts
    assert await target.snapshot() == before
    assert target.changing_requests == asked
    assert await count_canaries(target) == seen


async def count_canaries(target: Target) -> list[int]:
    """Return how often Ada has seen each word that only contents have."""
    seen = await target.seen_by(ADA)
    return [seen.count(canary) for canary in CANARIES]
