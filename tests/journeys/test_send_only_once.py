"""No sequence of presses, restarts and lost answers makes two POSTs of one confirmation."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import Part
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from bot.worker.abandoned_drafts import AbandonedDrafts
from tests.desk import ADA, ALL_SCOPES, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, count_creates, make_jsonl, make_request, sound_file

CREATE = "/v1/messages/batches"
COUNT = 21
"""Requests of the first file: enough for a sample, and more than the limit."""
STEPS = (
    "press",
    "first",
    "both",
    "ask again",
    "ask of the rest",
    "discard",
    "restart",
    "look after",
    "lose",
    "cut before",
    "busy",
    "no key",
    "refuse",
    "approve",
    "own approval",
)


async def test_pressed_twenty_times_at_once_it_is_sent_once(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())

    await asyncio.gather(*(desk.slack.press(ADA, question, text="Send") for _ in range(20)))
    await desk.bot.in_flight.drain()

    assert count_creates(desk) == 1


async def test_no_one_sends_for_someone_else(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file())
    value = next(one["value"] for block in question.blocks for one in block.get("elements", ()) if "value" in one)

    await desk.restart(operators=(ADA, BEN))
    await desk.slack.press_raw(BEN, BATCHES, value=value)
    await desk.bot.in_flight.drain()

    assert count_creates(desk) == 0


@pytest.mark.parametrize("gated", [False, True])
def test_no_request_goes_twice_whatever_is_pressed_lost_or_restarted(tmp_path: Path, gated: bool) -> None:
    files = count(COUNT)
    with asyncio.Runner() as runner:
        desk = Desk(tmp_path / "store.sqlite3", "socket", ALL_SCOPES, seeded=False, part=Part.WEB)
        runner.run(desk.open(operators=(ADA, BEN), request_limit=5 if gated else None))

        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=7))
        def played(steps: list[str]) -> None:
            runner.run(_played(desk, next(files), steps))

        try:
            played()
        finally:
            runner.run(desk.close())


async def _played(desk: Desk, requests: int, steps: list[str]) -> None:
    """Play with a file of its own; no request of this or an earlier one is in two batches, nor two files in one."""
    question = await ask_about_file(
        desk, make_jsonl(make_request(f"f{requests}-{number}") for number in range(requests))
    )
    for step in steps:
        await _step(desk, question, step)
    desk.api.clear_faults()
    made = [[one.custom_id for one in batch.requests] for batch in desk.api.workspace.batches]
    arrived = list(chain.from_iterable(made))

    assert len(arrived) == len(set(arrived))
    assert {len({custom_id.partition("-")[0] for custom_id in each}) for each in made} <= {1}
    assert {len(each) for each in made} <= {10, *range(COUNT - 10, requests - 9), *range(COUNT, requests + 1)}


async def _step(desk: Desk, question: SlackMessage, step: str) -> None:
    whole, first = question.buttons[:2]
    faults = {
        "lose": ApiFault(method="POST", path=CREATE, cut="middle"),
        "cut before": ApiFault(method="POST", path=CREATE, cut="before"),
        "busy": ApiFault(method="POST", path=CREATE, status=529, should_retry=False),
        "no key": ApiFault(method="POST", path=CREATE, status=401),
        "refuse": ApiFault(method="POST", path=CREATE, status=400),
    }
    presses: dict[str, Callable[[], Awaitable[object]]] = {
        "press": lambda: desk.slack.press(ADA, question, text=whole),
        "first": lambda: desk.slack.press(ADA, question, text=first),
        "both": lambda: asyncio.gather(*(desk.slack.press(ADA, question, text=text) for text in (first, whole) * 2)),
        "ask again": lambda: _press_newest(desk, ADA, "Send"),
        "ask of the rest": lambda: _press_rest(desk),
        "discard": lambda: desk.slack.press(ADA, question, text="Discard"),
        "approve": lambda: _press_newest(desk, BEN, "Approve"),
        "own approval": lambda: _press_newest(desk, ADA, "Approve"),
    }
    if step == "restart":
        await desk.restart()
    elif step == "look after":
        await AbandonedDrafts(desk.bot.worker.services).settle_interrupted()
    elif step in faults:
        desk.api.add_fault(faults[step])
    else:
        await presses[step]()
        await desk.bot.in_flight.drain()


async def _press_newest(desk: Desk, user: str, text: str) -> None:
    offered = [message for message in desk.slack.messages(BATCHES, user) if text in message.buttons]
    if offered:
        await desk.slack.press(user, offered[-1], text=text)


async def _press_rest(desk: Desk) -> None:
    """Ask for the rest of the newest sample, and say yes."""
    if desk.api.workspace.batches:
        await desk.type(f"/batch status {desk.api.workspace.batches[0].id}")
    messages = desk.slack.messages(BATCHES, ADA)
    offered = [(one, text) for one in messages for text in one.buttons if text.startswith("Send the other")]
    if offered:
        message, text = offered[-1]
        await desk.press(message, text)
        await _press_newest(desk, ADA, "Send")
