"""A person or a channel without permission: the reply names the rule, and nothing happens."""

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, GENERAL, GUEST, OPERATORS, SECRET, SHARED, Desk


async def try_to_delete(desk: Desk, user: str = ADA, channel: str = BATCHES) -> SlackMessage:
    desk.api.workspace.add(succeeded=1)
    [reply] = await desk.type("/batch delete last", user=user, channel=channel)
    return reply


async def test_a_refused_visitor_sees_the_rule_their_id_and_what_to_ask_for(either_desk: Desk) -> None:
    reply = await try_to_delete(either_desk, BEN)

    assert "Only administrators can do this" in reply.visible_text
    assert "`U0BEN`" in reply.visible_text
    assert "an administrator of Batchdesk" in reply.visible_text
    assert either_desk.api.requests == []


async def test_no_one_may_change_anything_until_operators_are_set(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=())

    reply = await try_to_delete(desk)

    assert "Only administrators can do this" in reply.visible_text
    assert reply.buttons == []


async def test_an_operator_may_cancel_but_not_delete(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), admins=(ADA,))
    running = desk.api.workspace.add(processing_status="in_progress", processing=3)

    [canceled] = await desk.type(f"/batch cancel {running.id}", user=BEN)
    refused = await try_to_delete(desk, BEN)

    assert "Canceling." in canceled.visible_text
    assert "Only administrators can do this" in refused.visible_text


async def test_a_star_lets_everybody(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=("*",))

    question = await try_to_delete(desk, BEN)

    assert question.buttons == ["Delete for good", "Save, then delete", "Keep"]


async def test_a_guest_is_refused_whatever_the_verb(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=("*",))

    [reply] = await desk.type("/batch", user=GUEST)

    assert "Guests can't use Batchdesk" in reply.visible_text
    assert desk.api.requests == []


async def test_a_guest_is_let_in_by_the_setting(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_guests=True)

    [reply] = await desk.type("/batch", user=GUEST)

    assert "Nothing is running" in reply.visible_text


async def test_an_externally_shared_channel_is_refused_and_hears_nothing(desk: Desk) -> None:
    [reply] = await desk.type("/batch --public", channel=SHARED)

    assert "shared with other organizations" in reply.visible_text
    assert desk.slack.messages(SHARED, "U0STRANGER") == []
    assert desk.api.requests == []


async def test_an_externally_shared_channel_is_let_in_by_the_setting(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_external=True)

    [reply] = await desk.type("/batch", channel=SHARED)

    assert "Nothing is running" in reply.visible_text


@pytest.mark.parametrize(
    ("look_up", "says"),
    [
        ("users.info", "couldn't check in Slack who you are"),
        ("conversations.info", "I couldn't check whether <#C0BATCHES> is shared"),
    ],
)
async def test_a_look_up_that_fails_is_a_no_and_is_tried_again_next_time(desk: Desk, look_up: str, says: str) -> None:
    desk.slack.fail_next(look_up, error="internal_error")

    [refused] = await desk.type("/batch")
    [answered] = await desk.type("/batch")

    assert says in refused.visible_text
    assert "Nothing is running" in answered.visible_text


async def test_a_private_channel_the_bot_is_not_in_is_refused_with_the_way_out(desk: Desk) -> None:
    [refused] = await desk.type("/batch", channel=SECRET)
    desk.slack.world.invite(SECRET, desk.slack.world.bot_user)
    [answered] = await desk.type("/batch", channel=SECRET)

    assert "/invite @Batchdesk" in refused.visible_text
    assert "Nothing is running" in answered.visible_text


async def test_in_a_channel_that_is_not_listed_the_reply_names_the_listed_ones(open_desk: OpenDesk) -> None:
    desk = await open_desk(channels=(BATCHES,))

    [refused] = await desk.type("/batch", channel=GENERAL)
    [answered] = await desk.type("/batch", channel=BATCHES)

    assert f"Ask in <#{BATCHES}>" in refused.visible_text
    assert "Nothing is running" in answered.visible_text


async def test_a_user_group_opens_the_verbs_to_its_members_only(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(OPERATORS,))

    member, other = await try_to_delete(desk, BEN), await try_to_delete(desk, ADA)

    assert member.buttons == ["Delete for good", "Save, then delete", "Keep"]
    assert "Only administrators can do this" in other.visible_text


@pytest.mark.parametrize("scopes", [ALL_SCOPES - {"usergroups:read"}, ALL_SCOPES])
async def test_a_user_group_that_cannot_be_read_permits_no_one_and_the_reply_says_so(
    open_desk: OpenDesk, scopes: frozenset[str]
) -> None:
    desk = await open_desk(scopes=scopes, operators=(OPERATORS,))
    desk.slack.world.paid_plan = False

    reply = await try_to_delete(desk, BEN)

    assert "I couldn't check your user groups in Slack" in reply.visible_text
    assert "`U0BEN`" in reply.visible_text


async def test_a_person_named_by_id_needs_no_user_group(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - {"usergroups:read"}, operators=(OPERATORS, BEN))

    reply = await try_to_delete(desk, BEN)

    assert reply.buttons == ["Delete for good", "Save, then delete", "Keep"]


@pytest.mark.parametrize("missing", ["users:read", "channels:read"])
async def test_a_missing_scope_refuses_instead_of_guessing(open_desk: OpenDesk, missing: str) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - {missing})

    reply = await try_to_delete(desk)

    assert "Nothing was changed" in reply.visible_text
    assert desk.api.requests == []


async def test_a_button_is_checked_like_typed_text(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA,))
    desk.api.workspace.add(succeeded=1)
    [card] = await desk.type("/batch status last --public")

    [refused] = await desk.press(card, "Delete", user=BEN)

    assert "Only administrators can do this" in refused.visible_text
    assert refused.ephemeral_to == BEN
