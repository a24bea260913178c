"""A person is their Slack user id. People of other organizations change nothing through `*`."""

from dataclasses import replace

import pytest

from bot.playground.slack_simulator.world import Channel, Person
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, OPERATORS, SHARED, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file

TEAMS: list[str | None] = [None, "T0OTHER", "E0ORG"]
"""What the payloads of one and the same person may name as their workspace."""
ZOE = "U0ZOE"


async def open_shared(open_desk: OpenDesk, person: Person, **settings: object) -> Desk:
    """Return a desk whose shared channel has one more person, of another organization or not."""
    desk = await open_desk(**settings)
    desk.slack.world.add(person)
    desk.slack.world.invite(SHARED, person.id)
    return desk


@pytest.mark.parametrize("asked_from", TEAMS)
@pytest.mark.parametrize("answered_from", TEAMS)
async def test_from_any_workspace_a_person_confirms_their_own(
    either_desk: Desk, asked_from: str | None, answered_from: str | None
) -> None:
    desk = either_desk
    batch = desk.api.workspace.add(succeeded=1)
    desk.slack.world.acting_teams[ADA] = asked_from
    [question] = await desk.type(f"/batch delete {batch.id}")
    desk.slack.world.acting_teams[ADA] = answered_from

    [reply] = await desk.press(question, "Delete for good")

    assert "Deleted" in reply.visible_text
    assert len(desk.deletes) == 1


@pytest.mark.parametrize("answered_from", TEAMS)
async def test_from_no_workspace_a_person_confirms_another_ones(desk: Desk, answered_from: str | None) -> None:
    batch = desk.api.workspace.add(succeeded=1)
    await desk.restart(operators=(ADA, BEN))
    desk.slack.world.acting_teams[BEN] = answered_from
    [question] = await desk.type(f"/batch delete {batch.id}")
    [button] = [each for block in question.blocks if block["type"] == "actions" for each in block["elements"][:1]]

    [reply] = await desk.new_messages_after(
        BEN, lambda: desk.slack.press_raw(BEN, BATCHES, value=button["value"], message_ts=question.ts)
    )

    assert f"Only <@{ADA}> can answer this" in reply.visible_text
    assert desk.deletes == []


@pytest.mark.parametrize("answered_from", TEAMS)
async def test_from_no_workspace_a_person_approves_their_own(open_desk: OpenDesk, answered_from: str | None) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    question = await ask_about_file(desk, sound_file(11))
    await desk.press(question, "Ask for approval")
    asked = desk.slack.messages(BATCHES, ADA)[-1]
    desk.slack.world.acting_teams[ADA] = answered_from

    [pressed] = await desk.press(asked, "Approve")
    [typed] = await desk.type("/batch approve requests.jsonl")

    assert "Someone else must approve it" in pressed.visible_text
    assert "Someone else must approve it" in typed.visible_text
    assert count_creates(desk) == 0


@pytest.mark.parametrize("acting_from", TEAMS)
async def test_from_any_workspace_a_person_finds_what_they_watch_and_own(desk: Desk, acting_from: str | None) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=3)
    await desk.type(f"/batch watch {batch.id}")
    await desk.type(f"/batch own {batch.id}")
    desk.slack.world.acting_teams[ADA] = acting_from

    [owned] = await desk.type("/batch list --owner me")
    [ended] = await desk.type(f"/batch unwatch {batch.id}")

    assert batch.id[-6:] in str(owned.blocks)
    assert "not watching" not in ended.visible_text.lower()


ORG = "E0ORG"
OUTSIDERS = [
    Person(ZOE, "Zoe Zahn", team_id="T0OTHER"),
    Person(ZOE, "Zoe Zahn", team_id="T0OTHER", is_stranger=True),
    Person(ZOE, "Zoe Zahn", team_id="T0OTHER", enterprise_id="E0OTHER"),
    Person(ZOE, "Zoe Zahn", team_id="T0OTHER", enterprise_id="E0OTHER", is_admin=True),
]


@pytest.mark.parametrize("home_org", [None, ORG])
@pytest.mark.parametrize("outsider", OUTSIDERS)
async def test_a_person_of_another_organization_is_not_answered_anywhere(
    open_desk: OpenDesk, outsider: Person, home_org: str | None
) -> None:
    desk = await _open_in(open_desk, home_org, outsider, operators=("*",))
    batch = desk.api.workspace.add(succeeded=1)

    [typed] = await desk.type(f"/batch delete {batch.id}", user=ZOE)
    await desk.slack.open_home(ZOE)
    await desk.bot.in_flight.drain()

    assert "I don't answer people from other organizations" in typed.visible_text
    assert batch.id not in str(desk.slack.home(ZOE))
    assert desk.api.requests == []


@pytest.mark.parametrize("home_org", [None, ORG])
@pytest.mark.parametrize("outsider", OUTSIDERS)
async def test_a_star_never_lets_a_person_of_another_organization_change_anything(
    open_desk: OpenDesk, outsider: Person, home_org: str | None
) -> None:
    settings = {"allow_external": True, "allow_guests": True, "operators": ("*",), "approvers": ("*",)}
    desk = await _open_in(open_desk, home_org, outsider, **settings)
    batch = desk.api.workspace.add(succeeded=1)
    [card] = await desk.type(f"/batch status {batch.id} --public", channel=SHARED)

    [pressed] = await desk.press(card, "Delete", user=ZOE)
    [typed] = await desk.type("/batch cancel last", user=ZOE, channel=SHARED)
    [read] = await desk.type(f"/batch status {batch.id}", user=ZOE, channel=SHARED)

    assert "Only administrators can do this" in pressed.visible_text
    assert "Only operators can do this" in typed.visible_text
    assert "Delete" not in read.buttons
    assert batch.id in str(read.blocks)
    assert desk.deletes == []


async def test_a_person_of_another_organization_may_do_what_their_own_id_permits(open_desk: OpenDesk) -> None:
    desk = await _open_in(open_desk, None, OUTSIDERS[0], allow_external=True, operators=(ZOE,))
    batch = desk.api.workspace.add(succeeded=1)

    [question] = await desk.type(f"/batch delete {batch.id}", user=ZOE, channel=SHARED)

    assert "Delete for good" in question.buttons


@pytest.mark.parametrize(
    "colleague",
    [
        Person(ZOE, "Zoe Zahn", team_id="T0OTHER", enterprise_id=ORG),
        Person(ZOE, "Zoe Zahn", enterprise_id=ORG),
        Person(ZOE, "Zoe Zahn"),
    ],
)
async def test_a_colleague_of_another_workspace_of_the_organization_is_no_outsider(
    open_desk: OpenDesk, colleague: Person
) -> None:
    desk = await _open_in(open_desk, ORG, colleague, operators=("*",))
    desk.api.workspace.add(succeeded=1)

    [question] = await desk.type("/batch delete last", user=ZOE)

    assert "Delete for good" in question.buttons


@pytest.mark.parametrize(
    ("channel", "is_refused"),
    [
        (Channel(BATCHES, "x", is_ext_shared=True), True),
        (Channel(BATCHES, "x", is_pending_ext_shared=True), True),
        (Channel(BATCHES, "x", is_org_shared=True), False),
    ],
)
async def test_a_channel_is_external_if_another_organization_is_in_it_or_invited(
    desk: Desk, channel: Channel, is_refused: bool
) -> None:
    world = desk.slack.world
    world.add(replace(channel, members=world.channels[BATCHES].members))

    [reply] = await desk.type("/batch")

    assert ("shared with other organizations" in reply.visible_text) is is_refused


async def test_a_look_up_of_the_person_that_fails_lets_no_star_change_anything(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_external=True, allow_guests=True, operators=("*",))
    desk.slack.fail_next("users.info", error="internal_error")

    [reply] = await desk.type("/batch delete last")

    assert "I couldn't check in Slack who you are" in reply.visible_text


@pytest.mark.parametrize("act", ["delete", "send", "approve"])
async def test_a_right_withdrawn_after_the_question_ends_before_the_act(open_desk: OpenDesk, act: str) -> None:
    desk = await open_desk(operators=(OPERATORS, ADA), admins=(OPERATORS,), request_limit=10)
    world = desk.slack.world
    batch = desk.api.workspace.add(succeeded=1)
    match act:
        case "delete":
            [question] = await desk.type(f"/batch delete {batch.id}", user=BEN)
            button = "Delete for good"
        case "send":
            file = desk.slack.share_file(BEN, BATCHES, "requests.jsonl", sound_file(9))
            [question] = await desk.type(f"/batch create {file.files[0]['id']}", user=BEN)
            button = "Send"
        case _:
            await desk.press(await ask_about_file(desk, sound_file(11)), "Ask for approval")
            await desk.type("/batch label last x", user=BEN)  # so that the rights are cached
            question = desk.slack.messages(BATCHES, BEN)[-1]
            [question] = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons]
            button = "Approve"
    world.add(replace(world.groups[OPERATORS], users=()))

    [refused] = await desk.press(question, button, user=BEN)

    assert "can do this" in refused.visible_text
    assert desk.deletes == []
    assert count_creates(desk) == 0


async def _open_in(open_desk: OpenDesk, home_org: str | None, person: Person, **settings: object) -> Desk:
    desk = await open_shared(open_desk, person, **settings)
    desk.slack.world.invite(BATCHES, person.id)
    if home_org is not None:  # the bot asks at its start which organization it belongs to
        desk.slack.world.enterprise_id = home_org
        await desk.restart()
    return desk
