"""In a channel that became shared with another organization, nothing appears any more, and its people learn why."""

from dataclasses import replace

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GENERAL, Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    find_notices,
    public_messages,
    wait_for_card,
    wait_until_settled,
)

DIRECT, BENS = "D0ADA", "D0BEN"
SECRET_NOTE = "only for colleagues"


def share(desk: Desk, channel: str = BATCHES, **flags: bool) -> None:
    """Let another organization into a channel, or invite it."""
    found = desk.slack.world.channels[channel]
    pending = flags.get("pending", False)
    desk.slack.world.add(replace(found, is_ext_shared=not pending, is_pending_ext_shared=pending))


def explanations(desk: Desk, place: str) -> list[SlackMessage]:
    """Return the messages that explain that the bot no longer posts in #batch-jobs."""
    return [each for each in desk.slack.messages(place) if f"<#{BATCHES}> is now shared" in each.visible_text]


@pytest.mark.worker
@pytest.mark.parametrize("pending", [False, True])
async def test_a_card_is_not_edited_and_its_watchers_and_owner_learn_where_once(desk: Desk, pending: bool) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await desk.type(f"/batch own {batch.id} <@{BEN}>")
    await wait_for_card(desk, batch, "Ben Ito")
    await wait_until_settled(desk)
    before = public_messages(desk)
    share(desk, pending=pending)

    await desk.type(f"/batch note {batch.id} {SECRET_NOTE}", channel=DIRECT)
    await wait_for_card(desk, batch, SECRET_NOTE, DIRECT)
    await desk.type(f"/batch note {batch.id} {SECRET_NOTE} again", channel=DIRECT)
    await wait_until_settled(desk)
    await advance_and_sweep(desk)
    await wait_until_settled(desk)

    assert public_messages(desk) == before
    assert len(explanations(desk, DIRECT)) == 1
    assert len(explanations(desk, BENS)) == 1
    assert "`BATCHDESK_ALLOW_EXTERNAL`" in explanations(desk, DIRECT)[0].visible_text
    assert len(find_notices(desk, batch, DIRECT)) == 1


@pytest.mark.worker
async def test_the_end_is_sent_to_those_it_would_have_mentioned(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await desk.type(f"/batch watch {batch.id}", user=BEN)
    await wait_for_card(desk, batch)
    await wait_until_settled(desk)
    share(desk)

    await advance_and_sweep(desk)
    await wait_until_settled(desk)

    assert find_notices(desk, batch) == []
    for place in (DIRECT, BENS):
        assert any("1,200 succeeded" in each.visible_text for each in public_messages(desk, place))
        assert len(explanations(desk, place)) == 1


@pytest.mark.worker
async def test_the_setting_lets_the_bot_post_on(open_desk: OpenDesk) -> None:
    desk = await open_desk(allow_external=True)
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    share(desk)

    await desk.type(f"/batch note {batch.id} {SECRET_NOTE}", channel=DIRECT)

    await wait_for_card(desk, batch, SECRET_NOTE)
    assert explanations(desk, DIRECT) == []


async def test_no_audit_line_and_no_public_answer_appears_there(open_desk: OpenDesk) -> None:
    desk = await open_desk(audit_channel=BATCHES)
    batch = desk.api.workspace.add(succeeded=1)
    await desk.type(f"/batch label {batch.id} first")
    before = public_messages(desk)
    share(desk)

    [refused] = await desk.type(f"/batch status {batch.id} --public")
    await desk.type(f"/batch label {batch.id} second", channel=DIRECT)

    assert "second" not in str(public_messages(desk))
    assert public_messages(desk) == before
    assert "shared with other organizations" in refused.visible_text


async def test_a_press_changes_no_message_that_others_see_there(desk: Desk) -> None:
    batch = desk.api.workspace.add(processing_status="in_progress", processing=3)
    [card] = await desk.type(f"/batch status {batch.id} --public")
    await desk.type("/batch")  # so that the channel is cached
    share(desk)
    desk.api.workspace.cancel(batch.id)

    [refused] = await desk.press(card, "Refresh")

    assert "shared with other organizations" in refused.visible_text
    assert public_messages(desk)[-1].text == card.text


async def test_no_approval_is_asked_for_or_answered_there(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    await desk.press(await ask_about_file(desk, sound_file(11)), "Ask for approval")
    before = public_messages(desk)
    share(desk)

    [question] = await desk.type("/batch approve requests.jsonl", user=BEN, channel=BENS)
    await desk.press(question, "Approve", user=BEN)

    assert count_creates(desk) == 1
    assert [each.text for each in public_messages(desk)] == [each.text for each in before]


async def test_in_a_channel_of_one_organization_everything_goes_on(desk: Desk) -> None:
    desk.slack.world.invite(GENERAL, desk.slack.world.bot_user)
    desk.slack.world.add(replace(desk.slack.world.channels[GENERAL], is_org_shared=True))
    batch = desk.api.workspace.add(succeeded=1)

    [shown] = await desk.type(f"/batch status {batch.id} --public", channel=GENERAL)

    assert shown.ephemeral_to is None
