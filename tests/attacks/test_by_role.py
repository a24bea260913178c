"""Everything that people without a right type and press, whoever they are: nothing changes, and nothing is read."""

import json
from functools import partial
from itertools import cycle

import pytest

from bot.playground.api_simulator.faults import ApiFault
from tests.attacks.target import CANARIES, Target, make_results, prepare
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GUEST, SHARED

STRANGER = "U0STRANGER"
STAR = ("*",)


async def open_target(open_desk: OpenDesk, **settings: object) -> Target:
    desk = await open_desk("http", request_limit=10, **{"operators": (ADA,), **settings})
    return await prepare(desk)


async def attack(target: Target, user: str, channel: str, lines: tuple[str, ...]) -> int:
    """Type each line, press it as a forged button, and press the buttons of others.

    The presses are in a private message, in a public one and on Home, in turn. Returns the number of attempts. All of
    them must be acked.
    """
    desk, slack = target.desk, target.desk.slack
    for line in lines:
        await desk.type(f"/batch {line}", user=user, channel=channel)
    values = [json.dumps({"v": 1, "text": line}) for line in lines] + list(target.buttons.values())
    for value, place in zip(values, cycle(("ephemeral", "public", "home")), strict=False):
        press = partial(slack.press_raw, user, None if place == "home" else channel, value=value)
        await desk.new_messages_after(user, partial(press, ephemeral=place == "ephemeral"))
    return len(lines) + len(values)


ROLES: dict[str, tuple[str, str, dict[str, object]]] = {
    "a member": (BEN, BATCHES, {}),
    "a member, with everything left to groups": (BEN, BATCHES, {"admins": ("S0NONE",), "approvers": ("S0NONE",)}),
    "a guest": (GUEST, BATCHES, {"operators": STAR, "approvers": STAR}),
    "a guest who is let in": (GUEST, BATCHES, {"operators": STAR, "approvers": STAR, "allow_guests": True}),
    "a person of another organization": (STRANGER, SHARED, {"operators": STAR, "approvers": STAR}),
    "a person of another organization who is let in": (
        STRANGER,
        SHARED,
        {"operators": STAR, "approvers": STAR, "allow_external": True},
    ),
}
NOT_ANSWERED = ("a guest", "a person of another organization")


@pytest.mark.attempts(195)
@pytest.mark.parametrize("role", ROLES)
async def test_who_has_no_right_changes_nothing_and_reads_no_contents(
    open_desk: OpenDesk, role: str, least_attempts: int
) -> None:
    user, channel, settings = ROLES[role]
    target = await open_target(open_desk, **({"readers": (ADA,)} if user == BEN else {}), **settings)
    before, asked = await target.snapshot(), target.changing_requests

    attempts = await attack(target, user, channel, (*target.lines, *target.open_lines))

    assert attempts >= least_attempts
    assert await target.snapshot() == before
    assert target.changing_requests == asked
    seen = await target.seen_by(user)
    assert [canary for canary in CANARIES if canary in seen] == []
    if role in NOT_ANSWERED:
        own = [each.text + str(each.blocks) for each in target.desk.slack.messages(channel, user) if each.ephemeral_to]
        own.append(str(target.desk.slack.home(user)) + str(target.desk.slack.modal(user)))
        assert [text for text in own if target.ended.id in text or target.running.id in text] == []


async def test_the_words_that_only_contents_have_are_seen_by_who_reads_them(open_desk: OpenDesk) -> None:
    target = await open_target(open_desk, operators=(ADA, BEN))

    for line in (*target.contents[:3], f"preview {target.waiting}"):
        await target.desk.type(f"/batch {line}", user=BEN)

    seen = await target.seen_by(BEN)
    assert [canary for canary in CANARIES if canary not in seen] == []


@pytest.mark.attempts(90)
async def test_who_may_change_everything_and_read_no_contents_sees_none(
    open_desk: OpenDesk, least_attempts: int
) -> None:
    """An operator, administrator and approver outside BATCHDESK_READERS. A preview is their right as an approver."""
    both = (ADA, BEN)
    target = await open_target(open_desk, operators=both, approvers=both, readers=(ADA,))
    desk = target.desk
    [question] = [each for each in desk.slack.messages(BATCHES, ADA) if "Send" in each.buttons]
    await desk.press(question, "Send")
    desk.api.advance(8_000)
    sent = desk.api.workspace.batches[0].id
    desk.api.add_fault(ApiFault(path=f"*{sent}/results", body=make_results(8, "overloaded_error"), times=1_000))
    await desk.type(f"/batch results {sent}")
    options = ("", " --all", " --cause overloaded_error", " --cause invalid_request_error", " --cause other")
    retries = tuple(f"retry {target.ended.id}{option}" for option in options)
    about_ended = (*target.contents, *target.open_lines, *retries)
    lines = (*about_ended, *(line.replace(target.ended.id, sent) for line in about_ended), *target.record)
    lines += (f"decline {target.waiting}", f"discard {target.waiting}", f"delete {sent}", f"delete {target.ended.id}")

    for line in lines:
        await desk.type(f"/batch {line}", user=BEN)

    assert len(lines) >= least_attempts
    seen = await target.seen_by(BEN)
    assert [canary for canary in CANARIES if canary in seen] == []
    assert "retry of ready.jsonl" in seen
