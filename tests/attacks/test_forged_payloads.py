"""Signed payloads with any part forged or repeated: only what the person they name may do happens, and that once."""

import copy
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from tests.attacks.target import CANARIES, Target, prepare
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, GENERAL, SECRET, SHARED

Payload = dict[str, Any]
CHANNELS = (BATCHES, GENERAL, SECRET, SHARED, "D0ADA", "D0BEN", "C0NONE", "", None)
TEAMS: tuple[Any, ...] = (None, "", "T0DEMO", "T0OTHER", "E0ORG", 7, [], {})


def vary(payload: Payload) -> Iterator[Payload]:
    """Yield copies of a payload of Ada's that name Ben, with each other part forged in turn."""
    for change in _changes(payload):
        forged = copy.deepcopy(payload)
        forged["user"] = {"id": BEN, "team_id": None}
        change(forged)
        yield forged


def _changes(payload: Payload) -> Iterator[Any]:
    yield lambda _: None
    for team in TEAMS:
        yield lambda forged, team=team: forged.update(team=team)
        yield lambda forged, team=team: forged.update(team={"id": team, "enterprise_id": team})
        yield lambda forged, team=team: forged.update(enterprise={"id": team}, is_enterprise_install=True)
        yield lambda forged, team=team: forged["user"].update(team_id=team, enterprise_id=team)
    for channel in CHANNELS:
        yield lambda forged, channel=channel: forged.update(channel=channel and {"id": channel, "name": "x"})
        yield lambda forged, channel=channel: forged.update(
            container={"type": "message", "channel_id": channel, "is_ephemeral": False}
        )
    for app in (None, "", "A0OTHER", 1, ["A0BATCHDESK"]):
        yield lambda forged, app=app: forged.update(api_app_id=app)
    for name in ("username", "name", "real_name"):
        yield lambda forged, name=name: forged["user"].update({name: ADA})
    yield lambda forged: forged.update(authorizations=[{"user_id": ADA}], user_id=ADA, actor=ADA)
    yield lambda forged: forged.update(user={"id": BEN, "user_id": ADA, "is_admin": True, "is_owner": True})
    if "actions" in payload:
        yield lambda forged: forged["actions"].append(forged["actions"][0])
        yield lambda forged: forged["actions"][0].update(action_id="run-99", block_id="x", type="overflow")
        yield lambda forged: forged["actions"][0].update(user={"id": ADA})
        yield lambda forged: forged.update(view={"id": "V0", "type": "modal", "private_metadata": _place(ADA)})
        yield lambda forged: forged.update(view={"id": "V0", "type": "home", "private_metadata": _place(BEN)})


def _place(user: str) -> str:
    return json.dumps({"channel": BATCHES, "subject": user, "values": {}, "signature": "0" * 40})


async def capture(target: Target) -> dict[str, Payload]:
    """Return payloads of Ada's presses of all buttons that she was shown, by text. None of them was carried out."""
    desk = target.desk
    harmless = (await desk.slack.press_raw(ADA, BATCHES, value='{"v":1,"text":"help"}')).payload
    await desk.bot.in_flight.drain()
    pressed = {text: copy.deepcopy(harmless) for text in target.buttons}
    for text, payload in pressed.items():
        payload["actions"][0]["value"] = target.buttons[text]
    return pressed


@pytest.mark.attempts(280)
async def test_who_may_do_nothing_does_nothing_with_any_forged_press(open_desk: OpenDesk, least_attempts: int) -> None:
    desk = await open_desk("http", request_limit=10, operators=(ADA,), readers=(ADA,))
    target = await prepare(desk)
    payloads = await capture(target)
    before, asked = await target.snapshot(), target.changing_requests

    attempts = 0
    for first, payload in enumerate(payloads.values()):
        for forged in islice(vary(payload), first % 3, None, 3):
            await desk.deliver("interactive", forged)
            attempts += 1

    assert attempts >= least_attempts
    assert await target.snapshot() == before
    assert target.changing_requests == asked
    seen = await target.seen_by(BEN)
    assert [canary for canary in CANARIES if canary in seen] == []


@pytest.mark.attempts(40)
async def test_a_repeated_payload_is_one_act(open_desk: OpenDesk) -> None:
    desk = await open_desk("http", request_limit=10, operators=(ADA, BEN))
    target = await prepare(desk)
    payloads = await capture(target)
    asked = len(target.changing_requests)

    for _ in range(10):
        for text in ("Delete for good", "Cancel the batch", "Send"):
            await desk.deliver("interactive", payloads[text])
        await desk.deliver("interactive", payloads["Approve"] | {"user": {"id": BEN, "team_id": "T0DEMO"}})

    batches = "/v1/messages/batches"
    done = target.changing_requests[asked:]
    create, cancel = f"POST {batches}", f"POST {batches}/{target.running.id}/cancel"
    assert sorted(done) == sorted([f"DELETE {batches}/{target.ended.id}", create, create, cancel])
