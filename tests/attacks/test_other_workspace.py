"""Someone who may do everything in one workspace changes nothing and reads nothing in another one."""

import json
from collections.abc import Iterator
from functools import partial
from itertools import cycle

import pytest

from tests.attacks.target import CANARIES, Target, prepare
from tests.desk import ADA, BEN
from tests.two_workspaces import DEV, TwoWorkspaces

OWN = ("mute here", "notify")
"""Lines about the place where they are typed, which is Ben's own."""


def vary_stamps(target: Target) -> Iterator[str]:
    """Yield what each button of production carries, with the workspace as it is, forged, and left out."""
    for value in target.buttons.values():
        fields = json.loads(value)
        yield value
        for stamp in ("production", "development", "", "wrkspc_none"):
            yield json.dumps(fields | {"workspace": stamp})
        yield json.dumps({name: field for name, field in fields.items() if name != "workspace"})


@pytest.mark.attempts(330)
async def test_who_operates_one_workspace_does_and_reads_nothing_in_another(
    two: TwoWorkspaces, least_attempts: int
) -> None:
    everything = {name: [BEN] for name in ("operators", "admins", "readers", "approvers")}
    await two.desk.restart(request_limit=10, readers=(ADA,), workspaces=two.write_settings(**everything))
    target = await prepare(two.desk)
    slack, direct = two.desk.slack, two.direct_of(BEN)
    before, asked, seen = await target.snapshot(), len(two.production.requests), await target.seen_by(BEN)
    lines = [line for line in (*target.lines, *target.open_lines) if not line.startswith(OWN)]
    attempts = 0

    for line in lines:
        await two.desk.type(f"/batch {line}", user=BEN, channel=DEV)
        await two.desk.type(f"/batch {line} --workspace production", user=BEN, channel=direct)
        attempts += 2
    pressed = (json.dumps({"v": 1, "text": line, "workspace": "production"}) for line in lines)
    for value, place in zip((*vary_stamps(target), *pressed), cycle((DEV, direct, None)), strict=False):
        press = partial(slack.press_raw, BEN, place, value=value)
        await two.desk.new_messages_after(BEN, press)
        attempts += 1

    assert attempts >= least_attempts
    assert await target.snapshot() == before
    assert two.production.requests[asked:] == []
    now = await target.seen_by(BEN)
    assert [canary for canary in CANARIES if canary in now and canary not in seen] == []
