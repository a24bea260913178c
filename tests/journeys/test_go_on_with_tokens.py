"""The API key is replaced by tokens that end: no command fails, and no one reads a token."""

from pathlib import Path

import pytest

from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN
from tests.identity_tokens import make_identity_token
from tests.journeys.creating import ask_about_file, sound_file


async def test_no_command_fails_while_tokens_end(
    open_desk: OpenDesk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    identity = tmp_path / "identity"
    identity.write_text(make_identity_token(1e9))
    desk = await open_desk(operators=(ADA, BEN))
    rule, tokens = desk.api.access_tokens.rule, desk.api.access_tokens
    desk.api.workspace.add(succeeded=12, errored=1)
    await desk.restart(
        anthropic_api_key=None,
        federation_rule=rule.id,
        organization_id=desk.api.workspace.organization_id,
        identity_token_file=identity,
    )
    sent = len(desk.api.requests)

    shown = []
    for line in ("status last", "list", "results last", "cost"):
        [reply] = await desk.type(f"/batch {line}")
        shown.append(reply.visible_text)
        desk.api.advance(rule.lifetime + 1)
    question = await ask_about_file(desk, sound_file())
    tokens.end_all()
    shown += [message.visible_text for message in await desk.press(question, "Send")]
    [cancel] = await desk.type("/batch cancel last")
    tokens.end_all()
    shown += [message.visible_text for message in await desk.press(cancel, "Cancel the batch")]

    calls = desk.api.requests[sent:]
    assert not [text for text in shown if "access token" in text or "refused" in text]
    assert len(desk.api.workspace.batches) == 2
    assert {call.key_sent_in for call in calls} == {"authorization", "nowhere"}
    assert sum(call.path == "/v1/oauth/token" for call in calls) >= 6
    everything = caplog.text + "".join(str(message) for message in desk.slack.messages(BATCHES, ADA))
    assert "sk-ant-oat" not in everything + desk.store.read_bytes().decode("latin-1")
    assert identity.read_text() not in everything


async def test_without_a_token_people_are_told_what_an_administrator_must_do(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.restart(
        anthropic_api_key=None,
        federation_rule=desk.api.access_tokens.rule.id,
        organization_id=desk.api.workspace.organization_id,
        identity_token_file=Path("/nowhere/at/all"),
    )

    [reply] = await desk.type("/batch list")

    assert "Batchdesk has no access token for the API. Nothing was changed." in reply.visible_text
    assert "python -m bot doctor" in reply.visible_text
    assert "/nowhere" not in reply.visible_text
