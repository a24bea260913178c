"""The bot serves one app in one workspace: other apps' payloads and tokens of a whole organization are refused."""

import pytest

from bot.app import run_bot
from bot.doctor import examine
from bot.playground.simulation import make_settings
from bot.slack.transports import OrgWideToken
from tests.desk import ADA, BATCHES, Desk
from tests.simulators import Simulators

OTHER = "A0OTHERAPP"


async def test_a_payload_of_another_app_reaches_no_command(either_desk: Desk) -> None:
    desk = either_desk
    batch = desk.api.workspace.add(processing_status="in_progress", processing=3)
    [card] = await desk.type(f"/batch status {batch.id}")
    before = len(desk.api.requests)
    desk.slack.world.app_id = OTHER

    typed = await desk.slack.slash(ADA, BATCHES, f"/batch cancel {batch.id}")
    pressed = await desk.slack.press(ADA, card, text="Cancel")
    await desk.slack.open_home(ADA)
    await desk.bot.in_flight.drain()

    assert not typed.acked
    assert not pressed.acked
    assert len(desk.api.requests) == before
    assert desk.slack.home(ADA) is None


async def test_a_payload_of_another_app_is_named_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.slack.world.app_id = OTHER

    await desk.slack.slash(ADA, BATCHES, "/batch")

    [line] = [
        record.getMessage()
        for record in caplog.records
        if "another" in record.getMessage() or OTHER in record.getMessage()
    ]
    assert OTHER in line
    assert "A0BATCHDESK" in line


async def test_the_own_app_is_served_if_slack_does_not_say_which_it_is(desk: Desk) -> None:
    desk.slack.fail_next("bots.info", error="missing_scope")
    await desk.restart()

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text


@pytest.mark.parametrize("enterprise_id", ["E0ORG"])
async def test_a_token_of_a_whole_organization_is_refused_at_the_start_and_by_doctor(
    simulators: Simulators, enterprise_id: str
) -> None:
    simulators.slack.world.enterprise_id = enterprise_id
    simulators.slack.world.is_enterprise_install = True
    settings = make_settings(simulators.slack, simulators.api, simulators.folder / "store.sqlite3")

    with pytest.raises(OrgWideToken, match="whole organization"):
        async with run_bot(settings):
            pass
    findings = [finding async for finding in examine(settings)]

    assert [finding.message for finding in findings if not finding.ok] == [OrgWideToken().describe()]
    assert "Install the app in that workspace" in OrgWideToken().describe()


async def test_a_workspace_of_an_organization_is_served(desk: Desk) -> None:
    desk.slack.world.enterprise_id = "E0ORG"
    await desk.restart()

    [reply] = await desk.type("/batch")

    assert "Nothing is running" in reply.visible_text
