"""Without the optional scopes for histories everything works, and what Slack did not confirm is said to be so."""

from bot.slack.scopes import OPTIONAL_SCOPES
from tests.conftest import OpenDesk
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN
from tests.journeys.creating import ask_about_file, count_creates, sound_file

WITHOUT = ALL_SCOPES - {scope for scope in OPTIONAL_SCOPES if scope.endswith(":history")}


async def test_a_question_to_others_that_slack_did_not_confirm_is_not_asked_twice(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=WITHOUT, request_limit=5, operators=(ADA, BEN))
    answer = await ask_about_file(desk, sound_file())
    desk.slack.lose_next("chat.postMessage")

    shown = await desk.press(answer, "Ask for approval")

    asked = [message for message in desk.slack.messages(BATCHES) if "approv" in message.visible_text.lower()]
    assert len([message for message in asked if message.ephemeral_to is None]) == 1
    assert [message for message in shown if "I can't confirm that my question is in" in message.visible_text]


async def test_the_ordinary_road_needs_none_of_them(open_desk: OpenDesk) -> None:
    desk = await open_desk(scopes=WITHOUT)
    answer = await ask_about_file(desk, sound_file())
    await desk.press(answer, "Send")
    desk.api.advance(7_200)

    [results] = await desk.type("/batch results last")

    assert count_creates(desk) == 1
    assert "all 12 succeeded" in results.visible_text
    assert desk.slack.calls("conversations.history") + desk.slack.calls("conversations.replies") == []
