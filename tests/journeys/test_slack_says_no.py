"""Slack refuses a reply where it belongs: it appears once, in the next best place."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.world import Channel
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, GENERAL, Desk


async def test_a_spent_response_url_is_followed_by_an_ephemeral_message(either_desk: Desk) -> None:
    either_desk.slack.fail_next("response_url", error="used_url", status=404)

    [reply] = await either_desk.type("/batch")

    assert "Nothing is running" in reply.visible_text
    assert (reply.channel, reply.ephemeral_to) == (BATCHES, ADA)
    assert len(either_desk.slack.calls("chat.postEphemeral")) == 1


@pytest.mark.parametrize(("status", "error"), [(404, "expired_url"), (500, "internal_error"), (410, "gone")])
async def test_whatever_the_response_url_answers_the_reply_arrives(desk: Desk, status: int, error: str) -> None:
    desk.slack.fail_next("response_url", error=error, status=status)

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text


async def test_in_a_channel_without_the_bot_the_reply_goes_to_direct_messages(desk: Desk) -> None:
    desk.slack.fail_next("response_url", error="used_url", status=404)

    [reply] = await desk.type("/batch", channel=GENERAL)

    assert "Nothing is running" in reply.visible_text
    assert reply.channel == "D0ADA"


async def test_a_channel_that_is_gone_meanwhile_is_no_reason_for_silence(desk: Desk) -> None:
    desk.slack.fail_next("response_url", error="used_url", status=404)
    desk.slack.fail_next("chat.postEphemeral", error="channel_not_found")

    [reply] = await desk.type("/batch")

    assert reply.channel == "D0ADA"


async def test_too_many_posts_are_tried_again_after_the_time_slack_names(desk: Desk) -> None:
    desk.slack.fail_next("response_url", retry_after=0)

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text
    assert [call.status for call in desk.slack.calls("response_url")] == [429, 200]


async def test_five_answers_to_one_message_and_the_sixth_still_arrives(desk: Desk) -> None:
    desk.api.workspace.add(processing_status="in_progress", processing=5)
    [card] = await desk.type("/batch status last --public")

    replies = [await desk.press(card, "Cancel") for _ in range(6)]

    assert [len(reply) for reply in replies] == [1] * 6


async def deleted(desk: Desk) -> list[SlackMessage]:
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")
    return await desk.press(question, "Delete for good")


async def test_an_audit_channel_that_is_gone_hides_nothing_from_the_person(
    open_desk: OpenDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk = await open_desk(audit_channel="C0GONE")

    [gone] = await deleted(desk)

    assert "Deleted by" in gone.visible_text
    assert "cannot post to C0GONE: channel_not_found" in caplog.text


async def test_an_audit_channel_the_bot_is_not_in_hides_nothing_either(open_desk: OpenDesk) -> None:
    desk = await open_desk(audit_channel=GENERAL)

    [gone] = await deleted(desk)

    assert "Deleted by" in gone.visible_text
    assert [call.error for call in desk.slack.calls("chat.postMessage")] == ["not_in_channel"]


async def test_when_slack_takes_nothing_at_all_the_log_says_so(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    for method in ("response_url", "chat.postEphemeral", "chat.postMessage"):
        desk.slack.fail_next(method, error="internal_error", status=500, times=2)

    seen = await desk.type("/batch")

    assert seen == []
    assert "a reply to U0ADA is unconfirmed" in caplog.text


async def test_a_reply_that_slack_refuses_everywhere_is_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.slack.fail_next("response_url", error="used_url", status=404)
    for method in ("chat.postEphemeral", "chat.postMessage"):
        desk.slack.fail_next(method, error="restricted_action")

    seen = await desk.type("/batch")

    assert seen == []
    assert "a reply to U0ADA could not be shown anywhere" in caplog.text


async def test_a_delete_is_done_and_recorded_even_if_its_reply_fails(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")
    for method in ("response_url", "chat.postEphemeral", "chat.postMessage"):
        desk.slack.fail_next(method, error="internal_error", status=500)

    await desk.press(question, "Delete for good")
    [record] = await desk.type("/batch audit")

    assert ": done" in record.visible_text


async def test_refused_blocks_are_followed_by_the_text_alone(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    desk.slack.refuse_blocks()

    [reply] = await desk.type("/batch status last")

    assert "5" in reply.text
    assert reply.blocks == []
    with_blocks = [call for call in desk.slack.calls() if call.arguments.get("blocks")]
    assert len(with_blocks) <= 2


async def test_refused_blocks_are_followed_by_the_text_elsewhere_too(desk: Desk) -> None:
    desk.slack.refuse_blocks()
    desk.slack.fail_next("response_url", error="invalid_blocks", status=400, times=9)

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.text
    assert len([call for call in desk.slack.calls() if call.arguments.get("blocks")]) <= 2


async def test_an_audit_line_with_refused_blocks_is_posted_as_text(open_desk: OpenDesk) -> None:
    desk = await open_desk(audit_channel=BATCHES)
    desk.api.workspace.add(succeeded=5)
    [question] = await desk.type("/batch delete last")
    desk.slack.refuse_blocks()

    await desk.press(question, "Delete for good")

    [line] = [message for message in desk.slack.messages(BATCHES) if message.ephemeral_to is None]
    assert "delete" in line.text


async def in_thread(desk: Desk) -> SlackMessage:
    """Return a notice of the bot's in a thread, with a button that opens its batch."""
    desk.api.workspace.add(succeeded=5)
    [card] = await desk.type("/batch status last --public")
    client = AsyncWebClient(desk.slack.bot_token, base_url=desk.slack.api_url)
    await client.chat_postMessage(channel=BATCHES, text="notice", thread_ts=card.ts, blocks=list(card.blocks))
    return desk.slack.messages(BATCHES)[-1]


@pytest.mark.parametrize("is_spent", [False, True])
async def test_a_press_in_a_thread_is_answered_in_that_thread(desk: Desk, is_spent: bool) -> None:
    notice = await in_thread(desk)
    if is_spent:
        desk.slack.fail_next("response_url", error="used_url", status=404)

    [reply] = await desk.press(notice, "Results")

    assert (reply.thread_ts, reply.ephemeral_to) == (notice.thread_ts, ADA)


async def test_who_waits_for_slack_is_told_so_and_then_answered(desk: Desk) -> None:
    desk.slack.fail_next("users.info", retry_after=3)

    [waiting, reply] = await desk.type("/batch")

    assert waiting.visible_text == "Slack asked me to wait 3 seconds. Your answer follows."
    assert waiting.ephemeral_to == ADA
    assert "Nothing is running" in reply.visible_text


async def test_who_waits_for_the_api_is_told_so_and_then_answered(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(status=429, retry_after=3))

    [waiting, reply] = await desk.type("/batch")

    assert waiting.visible_text == "The Anthropic API asked me to wait 3 seconds. Your answer follows."
    assert waiting.ephemeral_to == ADA
    assert "Nothing is running" in reply.visible_text


async def test_a_wait_for_the_api_without_an_end_is_refused_at_once(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(status=429, retry_after=3600))

    [reply] = await desk.type("/batch")

    assert "Nothing is running" not in reply.visible_text
    assert len(desk.api.requests) == 1


async def test_a_wait_without_an_end_is_refused_at_once(desk: Desk) -> None:
    desk.slack.fail_next("users.info", retry_after=3600)

    [reply] = await desk.type("/batch")

    assert "Try again" in reply.visible_text


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "missing_scope"])
async def test_a_failed_look_up_is_not_taken_for_no_membership(open_desk: OpenDesk, error: str) -> None:
    desk = await open_desk(allow_external=True)
    desk.api.workspace.add(processing_status="in_progress", processing=5)
    desk.slack.fail_next("conversations.info", error=error)

    [reply] = await desk.type("/batch watch last")

    assert f"<#{BATCHES}>" in reply.visible_text
    assert "may not post" not in reply.visible_text
    assert "nvite" not in reply.visible_text


@pytest.mark.parametrize("allow_external", [False, True])
async def test_in_a_group_message_no_one_is_told_to_invite_the_bot(open_desk: OpenDesk, allow_external: bool) -> None:
    desk = await open_desk(allow_external=allow_external)
    desk.slack.world.add(Channel("C0GROUP", "ada--ben", frozenset({ADA, "U0BEN"}), is_mpim=True, is_private=True))
    desk.api.workspace.add(processing_status="in_progress", processing=5)

    [reply] = await desk.type("/batch watch last", channel="C0GROUP")

    assert "nvite" not in reply.visible_text


async def test_a_file_that_may_have_arrived_is_named_in_the_delete_question(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5)
    desk.slack.fail_next("files.info", error="internal_error", times=20)
    seen = await desk.type("/batch results last --file")

    [question] = await desk.type("/batch delete last")

    assert any("before you try again" in message.visible_text for message in seen)
    assert "was not confirmed by Slack" in question.visible_text
    assert "obody" not in question.visible_text
