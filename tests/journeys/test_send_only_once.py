"""No sequence of clicks, restarts and lost answers makes two POSTs out of one confirmation."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import Part
from bot.playground.api_simulator.faults import Fault
from bot.playground.slack_simulator.records import SlackMessage
from bot.store import drafts
from bot.store.database import Database
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, Desk
from tests.journeys.creating import asked_about, posts, sound

CREATE = "/v1/messages/batches"
STEPS = (
    "press",
    "twice",
    "ask again",
    "drop",
    "restart",
    "lose",
    "cut before",
    "busy",
    "refuse",
    "approve",
    "own approval",
)


async def test_pressed_twenty_times_at_once_it_is_sent_once(desk: Desk) -> None:
    question = await asked_about(desk, sound())

    await asyncio.gather(*(desk.slack.press(ADA, question, text="Send") for _ in range(20)))
    await desk.bot.in_flight.drain()

    assert posts(desk) == 1


async def test_nobody_sends_for_somebody_else(desk: Desk) -> None:
    question = await asked_about(desk, sound())
    value = next(one["value"] for block in question.blocks for one in block.get("elements", ()) if "value" in one)

    await desk.restart(operators=(ADA, BEN))
    await desk.slack.press_raw(BEN, BATCHES, value=value)
    await desk.bot.in_flight.drain()

    assert posts(desk) == 0


@pytest.mark.parametrize(("state", "words"), [("sending", "do not know whether"), ("checking", "while I read")])
async def test_after_a_restart_it_is_said_what_was_under_way_and_nothing_is_sent(
    desk: Desk, state: drafts.State, words: str
) -> None:
    question = await asked_about(desk, sound())
    await desk.stop()
    left_behind(desk, state)

    await desk.start()
    await desk.bot.in_flight.drain()
    await desk.press(question, "Send")

    told = desk.slack.messages(desk.slack.world.direct_message(ADA).id, ADA)
    assert any(words in message.seen for message in told)
    assert posts(desk) == 0


def left_behind(desk: Desk, state: drafts.State) -> None:
    """Leave the store as a process does that is killed in this state."""
    database = Database(f"sqlite:///{desk.store}")
    [draft] = database.transact(lambda connection: drafts.in_state(connection, "ready"))
    database.transact(lambda c: drafts.move(c, draft.id, "ready", state, at=draft.created_at))
    database.engine.dispose()


@pytest.mark.parametrize("gated", [False, True])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=7))
def test_one_confirmation_makes_one_post_at_most(gated: bool, steps: list[str]) -> None:
    asyncio.run(_played(gated, steps))


async def _played(gated: bool, steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "store.sqlite3", "socket", ALL_SCOPES, seeded=False, part=Part.WEB)
        try:
            await desk.open(operators=(ADA, BEN), request_limit=5 if gated else None)
            question = await asked_about(desk, sound(9))
            for step in steps:
                await _step(desk, question, step)
        finally:
            await desk.close()
        assert len(desk.api.workspace.batches) <= 1
        arrived = [one for one in desk.api.requests if (one.method, one.path, one.status) == ("POST", CREATE, 200)]
        assert len(arrived) <= 1


async def _step(desk: Desk, question: SlackMessage, step: str) -> None:
    yes = question.buttons[0]
    faults = {
        "lose": Fault(method="POST", path=CREATE, cut="middle"),
        "cut before": Fault(method="POST", path=CREATE, cut="before"),
        "busy": Fault(method="POST", path=CREATE, status=529, should_retry=False),
        "refuse": Fault(method="POST", path=CREATE, status=400),
    }
    presses: dict[str, Callable[[], Awaitable[object]]] = {
        "press": lambda: desk.slack.press(ADA, question, text=yes),
        "twice": lambda: asyncio.gather(*(desk.slack.press(ADA, question, text=yes) for _ in range(2))),
        "ask again": lambda: _press_newest(desk, ADA, "Send"),
        "drop": lambda: desk.slack.press(ADA, question, text="Drop"),
        "approve": lambda: _press_newest(desk, BEN, "Approve"),
        "own approval": lambda: _press_newest(desk, ADA, "Approve"),
    }
    if step == "restart":
        await desk.restart()
    elif step in faults:
        desk.api.add_fault(faults[step])
    else:
        await presses[step]()
        await desk.bot.in_flight.drain()


async def _press_newest(desk: Desk, user: str, text: str) -> None:
    offered = [message for message in desk.slack.messages(BATCHES, user) if text in message.buttons]
    if offered:
        await desk.slack.press(user, offered[-1], text=text)
