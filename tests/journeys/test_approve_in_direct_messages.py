"""A request for approval in direct messages, where no one else can see it."""

from tests.conftest import OpenDesk
from tests.desk import ADA, BEN
from tests.journeys.creating import count_creates, share_file, sound_file


async def test_in_direct_messages_the_reply_says_what_to_pass_on(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    file = share_file(desk, sound_file(11), channel="D0ADA").files[0]["id"]
    [question] = await desk.type(f"/batch create {file}", channel="D0ADA")

    [told] = await desk.press(question, "Ask for approval")
    line = told.visible_text.split("`")[1]
    await desk.type(line, user=BEN)

    assert "ask an approver" in told.visible_text
    assert count_creates(desk) == 1
