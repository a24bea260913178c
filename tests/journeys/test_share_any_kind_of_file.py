"""Files of every kind that Slack knows: what can be read is read, and anything else is named as what it is."""

from typing import Any

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from bot.slack.listeners import SHORTCUT
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import share_file, sound_file


async def choose(desk: Desk, message: SlackMessage, user: str = ADA) -> str:
    """Choose the message shortcut; return what is answered."""
    [answer] = await desk.new_messages_after(user, lambda: desk.slack.message_shortcut(user, message, SHORTCUT))
    return answer.visible_text


@pytest.mark.parametrize(
    ("info", "dropped"),
    [
        ({}, ()),
        ({}, ("url_private_download",)),
        ({"size": None, "channels": None, "groups": None, "ims": None}, ()),
        ({"mode": "snippet"}, ()),
        ({"mode": "a mode of next year"}, ()),
        ({"is_external": None, "mode": None, "file_access": "visible"}, ()),
    ],
)
async def test_a_file_that_slack_keeps_is_read(desk: Desk, info: dict[str, Any], dropped: tuple[str, ...]) -> None:
    message = share_file(desk, sound_file())
    desk.slack.change_file(message.files[0]["id"], info, dropped)

    answer = await choose(desk, message)

    assert "12 requests" in answer


@pytest.mark.parametrize("kind", ["public", "private"])
async def test_a_colleagues_file_counts_as_shared_where_its_shares_say(desk: Desk, kind: str) -> None:
    message = share_file(desk, sound_file())
    info = {"user": BEN, "channels": [], "groups": [], "ims": [], "shares": {kind: {BATCHES: [{"ts": "1.1"}]}}}
    desk.slack.change_file(message.files[0]["id"], info)

    assert "12 requests" in await choose(desk, message)


async def test_a_colleagues_file_from_elsewhere_is_not_read(desk: Desk) -> None:
    message = share_file(desk, sound_file())
    info = {"user": BEN, "channels": [], "groups": [], "ims": [], "shares": {"public": {"C0ELSEWHERE": []}}}
    desk.slack.change_file(message.files[0]["id"], info)

    assert "isn't shared in this channel" in await choose(desk, message)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"mode": "quip", "filetype": "quip", "mimetype": "application/vnd.slack-docs"}, "canvas"),
        ({"mode": "canvas"}, "canvas"),
        ({"mode": "space"}, "canvas"),
        ({"mode": "post"}, "canvas"),
        ({"mode": "list"}, "Slack list"),
        ({"mode": "email"}, "email"),
        ({"mode": "tombstone", "name": None, "size": None, "user": None}, "was deleted"),
        ({"mode": "hidden_by_limit", "url_private": None, "url_private_download": None}, "plan hides this file"),
        ({"mode": "external", "is_external": True}, "isn't stored in Slack"),
        ({"file_access": "access_denied", "user": None}, "doesn't let me read"),
        ({"file_access": "check_file_info", "user": None}, "doesn't let me read"),
        ({"file_access": "file_not_found", "user": None}, "can't see this file"),
        ({"size": "many"}, "couldn't deliver this file"),
    ],
)
async def test_a_file_that_cannot_be_read_is_named_as_what_it_is(desk: Desk, info: dict[str, Any], words: str) -> None:
    message = share_file(desk, sound_file())
    desk.slack.change_file(message.files[0]["id"], info)

    answer = await choose(desk, message)

    assert words in answer
    assert "Nothing was sent" in answer
    assert not [
        word for word in ("SLACK_BOT_TOKEN", "files:read", "ValidationError", "Slack's answer") if word in answer
    ]


@pytest.mark.parametrize("names", [("notes.png", "DATA.JSONL"), ("DATA.JSONL", "notes.png"), ("a.txt", "b.NDJSON")])
async def test_of_several_files_the_one_with_requests_is_taken(desk: Desk, names: tuple[str, str]) -> None:
    files = [(name, sound_file() if name.endswith(("JSONL", "NDJSON")) else b"\x89PNG") for name in names]
    message = desk.slack.share_files(ADA, BATCHES, *files)

    assert "12 requests" in await choose(desk, message)


@pytest.mark.parametrize("info", [{"mode": "external", "is_external": True}, {"mode": "quip"}, {"mode": "tombstone"}])
async def test_of_several_files_one_that_can_be_read_is_taken(desk: Desk, info: dict[str, Any]) -> None:
    message = desk.slack.share_files(ADA, BATCHES, ("a.jsonl", b"{}"), ("b.jsonl", sound_file()))
    desk.slack.change_file(message.files[0]["id"], info)

    assert "12 requests" in await choose(desk, message)


@pytest.mark.parametrize("where", ["channels", "groups", "ims"])
async def test_a_colleagues_file_counts_as_shared_where_an_older_list_says(desk: Desk, where: str) -> None:
    message = share_file(desk, sound_file())
    info = {"user": BEN, "channels": [], "groups": [], "ims": [], where: [BATCHES]}
    desk.slack.change_file(message.files[0]["id"], info, ("shares",))

    assert "12 requests" in await choose(desk, message)


async def test_a_file_that_is_larger_than_slack_takes_is_answered_with_the_limit(desk: Desk) -> None:
    message = share_file(desk, sound_file())
    desk.slack.change_file(message.files[0]["id"], {"size": 1024**3 + 1})

    answer = await choose(desk, message)

    assert "up to 1 GB" in answer
    assert "Nothing was sent" in answer


async def test_no_class_name_is_quoted_as_a_word_of_slacks(desk: Desk) -> None:
    message = share_file(desk, sound_file())
    desk.slack.lose_next("files.info", times=9)

    answer = await choose(desk, message)

    assert "couldn't deliver this file" in answer
    assert "Error" not in answer
