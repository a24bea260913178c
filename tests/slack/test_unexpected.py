"""An unexpected error: the person gets a reference, and the log has the traceback under it."""

import re
from typing import Any

import pytest

from tests.desk import ADA, BATCHES, Desk


async def press_of_refresh(desk: Desk, **more: Any) -> dict[str, Any]:
    """Return the payload of a press of Refresh, with some fields replaced."""
    desk.api.workspace.add(processing_status="in_progress", processing=1)
    [card] = await desk.type("/batch status last")
    press = await desk.slack.press(ADA, card, text="Refresh")
    await desk.bot.in_flight.drain()
    return press.payload | more


async def test_the_person_gets_a_reference_and_the_log_the_traceback_with_it(
    http_desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    payload = await press_of_refresh(http_desk, channel={"id": ["not", "an", "id"]})

    acked, _ = await http_desk.deliver("interactive", payload)

    reply = http_desk.slack.messages(BATCHES, ADA)[-1]
    found = re.search(r"Give `([0-9a-f]{8})` to your administrator", reply.visible_text)
    assert acked
    assert found is not None
    [record] = [record for record in caplog.records if found[1] in record.getMessage()]
    assert record.exc_info is not None
    assert record.levelname == "ERROR"


async def test_the_next_command_is_answered_as_if_nothing_had_been(http_desk: Desk) -> None:
    payload = await press_of_refresh(http_desk, channel={"id": ["not", "an", "id"]})
    await http_desk.deliver("interactive", payload)

    [reply] = await http_desk.type("/batch help")

    assert "Batchdesk commands" in reply.visible_text


@pytest.mark.parametrize("missing", ["user_id", "channel_id", "response_url"])
async def test_a_payload_that_lacks_a_field_is_acked_and_logged(
    http_desk: Desk, caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    payload = dict((await http_desk.slack.slash(ADA, BATCHES, "/batch help")).payload)
    del payload[missing]

    acked, _ = await http_desk.deliver("slash_commands", payload)

    assert acked
    assert f"KeyError: '{missing}'" in caplog.text
    assert http_desk.bot.in_flight.count == 0


async def test_a_button_without_a_value_is_not_ours(http_desk: Desk) -> None:
    nothing = {"action_id": "run-0", "block_id": "b", "type": "button"}
    payload = await press_of_refresh(http_desk, actions=[nothing])

    await http_desk.deliver("interactive", payload)

    assert "This button is from another version" in http_desk.slack.messages(BATCHES, ADA)[-1].visible_text
