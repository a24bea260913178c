"""From a file in Slack to a running batch: checked, estimated, confirmed, sent once."""

import httpx
import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, GENERAL, SECRET, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, share_file, sound_file


async def test_a_sound_file_is_estimated_asked_about_and_sent_by_one_press(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(12))

    [card] = await desk.press(question, "Send")

    assert "Send 12 requests?" in question.visible_text
    assert "*Estimated cost:* up to $0.01" in question.visible_text
    assert count_creates(desk) == 1
    assert "✅ Sent 12 requests of" in card.visible_text
    assert card.buttons == []


async def test_nothing_is_sent_before_the_yes(desk: Desk) -> None:
    await ask_about_file(desk, sound_file())

    assert count_creates(desk) == 0


async def test_a_question_answered_with_discard_sends_nothing_ever(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())

    [discarded] = await desk.press(question, "Discard")
    [late] = await desk.press(question, "Send")

    assert "Nothing was sent" in discarded.visible_text
    assert "discarded" in late.visible_text
    assert count_creates(desk) == 0


async def test_three_planted_faults_are_named_with_their_lines(desk: Desk) -> None:
    file = make_jsonl(
        [make_request("a"), make_request("a"), make_request("b", max_tokens=0), make_request("c", stream=True)]
    )

    answer = await ask_about_file(desk, file)

    assert "line 2: `custom_id`: duplicate `a` (first in line 1)" in answer.visible_text
    assert "line 3: `params.max_tokens`" in answer.visible_text
    assert "line 4: `params.stream`" in answer.visible_text
    assert "Send" not in answer.buttons


async def refused_for_many(desk: Desk) -> tuple[SlackMessage, list[SlackMessage]]:
    """Share a file with 1,500 problems; return the answer, and what came into the messages with the bot."""
    file = share_file(desk, make_jsonl({"nope": number} for number in range(500))).files[0]["id"]
    seen = await desk.type(f"/batch create {file}")
    [answer] = [message for message in seen if message.channel == BATCHES]
    return answer, [message for message in seen if message.channel != BATCHES]


async def test_a_repeated_problem_is_one_row_and_a_thousand_come_as_a_file(
    desk: Desk,
) -> None:
    answer, [sent] = await refused_for_many(desk)

    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        problems = (await browser.get(sent.files[0]["url"])).text.splitlines()
    assert "500 × `custom_id`: missing (lines 1, 2, 3, 4, 5 and 495 more)" in answer.visible_text
    assert "\nline " not in answer.visible_text
    assert "The first 1,000 of them are in a text file" in answer.visible_text
    assert problems[0] == "1,500 problems in total:"
    assert sum(line.startswith("line ") for line in problems) == 1_000


async def test_the_reply_lists_the_problems_if_their_file_does_not_arrive(desk: Desk) -> None:
    desk.slack.fail_next("files.getUploadURLExternal", error="missing_scope")

    answer, sent = await refused_for_many(desk)

    assert sent == []
    assert "500 × `custom_id`: missing (lines 1, 2, 3, 4, 5 and 495 more)" in answer.visible_text
    assert "Slack refused the file. No file was sent. An administrator must add" in answer.visible_text
    assert "Reason: `missing_scope`" in answer.visible_text
    assert "in a text file" not in answer.visible_text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + b"\0" * 40, "zip archive"),
        (b"PK\x03\x04" + b"[Content_Types].xml xl/workbook.xml", "a spreadsheet"),
        ('{"custom_id": "a"}\n'.encode("utf-16"), "UTF-16"),
        (b"", "The file has no requests"),
        (b"[" * 5_000 + b"\n", "JSON array"),
        (b'{"custom_id": "a", "params": ' + b"[" * 500 + b"]" * 500 + b"}\n", "nested too deeply"),
    ],
)
async def test_another_kind_of_file_is_named_for_what_it_is(desk: Desk, content: bytes, words: str) -> None:
    answer = await ask_about_file(desk, content, "odd.jsonl")

    assert words in answer.visible_text
    assert count_creates(desk) == 0


async def test_a_byte_order_mark_and_windows_line_ends_are_forgiven(desk: Desk) -> None:
    question = await ask_about_file(desk, b"\xef\xbb\xbf" + sound_file(3).replace(b"\n", b"\r\n"))

    assert "Send 3 requests" in question.visible_text


async def test_the_message_shortcut_asks_the_same(desk: Desk) -> None:
    message = share_file(desk, sound_file(4))

    [question] = await desk.new_messages_after(
        ADA, lambda: desk.slack.message_shortcut(ADA, message, "create_from_file")
    )

    assert "Send 4 requests" in question.visible_text


async def test_the_shortcut_on_a_message_without_a_file_says_so(desk: Desk) -> None:
    message = await desk.slack.say(ADA, BATCHES, "no file here")

    [answer] = await desk.new_messages_after(ADA, lambda: desk.slack.message_shortcut(ADA, message, "create_from_file"))

    assert "This message has no file" in answer.visible_text


async def test_a_file_link_of_any_host_leads_to_slacks_own_file(desk: Desk) -> None:
    file = share_file(desk, sound_file(2)).files[0]["id"]

    [question] = await desk.type(f"/batch create https://evil.example/files/U0ADA/{file}/requests.jsonl")

    assert "Send 2 requests" in question.visible_text


async def test_a_file_link_works_whatever_the_file_is_called(desk: Desk) -> None:
    file = share_file(desk, sound_file(2)).files[0]["id"]

    [question] = await desk.type(
        f"/batch create <https://acme.slack.com/files/U0ADA/{file}/requests.jsonl|my requests>"
    )

    assert "Send 2 requests" in question.visible_text


async def test_who_may_not_operate_cannot_create(desk: Desk) -> None:
    file = share_file(desk, sound_file()).files[0]["id"]

    [answer] = await desk.type(f"/batch create {file}", user=BEN)

    assert "Only operators can do this" in answer.visible_text


async def test_a_file_deleted_meanwhile_is_reported_as_gone(desk: Desk) -> None:
    file = share_file(desk, sound_file()).files[0]["id"]
    desk.slack.delete_file(file)

    [answer] = await desk.type(f"/batch create {file}")

    assert "was deleted" in answer.visible_text
    assert "file_deleted" in answer.visible_text


async def test_a_file_in_a_channel_the_bot_is_not_in_cannot_be_seen(desk: Desk) -> None:
    file = share_file(desk, sound_file(), channel=GENERAL).files[0]["id"]

    [answer] = await desk.type(f"/batch create {file}")

    assert "invite me there" in answer.visible_text


@pytest.mark.parametrize(("fault", "words"), [("cut", "was cut off"), ("login", "login page")])
async def test_a_download_that_fails_is_reported_with_its_reason(desk: Desk, fault: str, words: str) -> None:
    file = share_file(desk, sound_file(200)).files[0]["id"]
    desk.slack.fail_next("download", error=fault)

    [answer] = await desk.type(f"/batch create {file}")

    assert words in answer.visible_text
    assert "Nothing was sent" in answer.visible_text


async def test_a_token_without_files_read_is_named(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=ALL_SCOPES - {"files:read"})
    file = share_file(desk, sound_file()).files[0]["id"]

    [answer] = await desk.type(f"/batch create {file}")

    assert "files:read" in answer.visible_text


async def test_the_token_goes_to_no_other_host(desk: Desk) -> None:
    file = share_file(desk, sound_file()).files[0]["id"]

    await desk.type(f"/batch create {file}")

    [download] = desk.slack.calls("download")
    assert download.token == desk.slack.bot_token


async def test_a_lost_answer_is_not_sent_again_and_the_new_batch_is_shown(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(7))
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", cut="middle"))

    [answer] = await desk.press(question, "Send")
    [again] = await desk.press(question, "Send")

    assert "the API's answer was lost" in answer.visible_text
    assert "exactly 7 requests" in answer.visible_text
    assert "Outcome: unknown." in again.visible_text
    assert count_creates(desk) == 1


async def test_the_requests_of_a_channel_the_bot_cannot_see_stay_unread(desk: Desk) -> None:
    file = share_file(desk, sound_file(), channel=SECRET).files[0]["id"]

    [answer] = await desk.type(f"/batch create {file}")

    assert "I can't see this file" in answer.visible_text
    assert desk.slack.calls("download") == []


async def test_the_question_survives_a_restart(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(5))
    await desk.restart()

    [card] = await desk.press(question, "Send")

    assert "5 requests" in card.visible_text
    assert count_creates(desk) == 1


async def test_another_persons_file_is_read_only_in_a_channel_it_is_shared_in(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN))
    file = share_file(desk, sound_file()).files[0]["id"]

    [elsewhere] = await desk.type(f"/batch create {file}", user=BEN, channel=GENERAL)
    [there] = await desk.type(f"/batch create {file}", user=BEN)
    [own] = await desk.type(f"/batch create {file}", channel=GENERAL)

    assert "isn't yours" in elsewhere.visible_text
    assert "Send 12 requests" in there.visible_text
    assert "Send 12 requests" in own.visible_text
