"""Slack carries a call out and its answer is lost: for each call of each method, people see what they see otherwise.

The calls are those that the simulated Slack recorded when nothing was lost, so a new method is included by itself.
"""

import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.app import Part
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage, View
from bot.slack.progress_messages import ProgressTiming
from tests.desk import ADA, ALL_SCOPES, BATCHES, GENERAL, Desk
from tests.journeys.creating import share_file, sound_file
from tests.journeys.watching import add_running_batch, advance_and_sweep, wait_for_card, wait_for_notice

Scenario = Callable[[Desk], Coroutine[Any, Any, None]]
_VARYING = (
    (re.compile(r" · claude-[\w-]+ · \$[\d.]+"), ""),  # on the card if the worker reads the results before it draws
    (re.compile(r"<!date\^\d+\^[^>]*>"), "DATE"),
    (re.compile(r"msgbatch_\w+"), "BATCH"),
    (re.compile(r"\b[0-9a-f]{6,}\b"), "ID"),
    (re.compile(r"\bF0\w+"), "FILE"),
    (re.compile(r"\d+"), "0"),
)
"""Parts of a text that differ between two runs of the same scenario."""


async def look_at_a_batch(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    card = (await desk.type("/batch status last --public"))[0]
    await desk.press(card, "Results")


async def take_a_file(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    await desk.type("/batch results last --file")
    await desk.type("/batch results last --file --public")
    await desk.type("/batch delete last")


async def share_a_file_where_the_bot_is_not(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    await desk.type("/batch results last --file --public", channel=GENERAL)


async def delete_a_batch(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    question = (await desk.type("/batch delete last"))[0]
    await desk.press(question, "Delete for good")


async def answer_where_the_response_url_is_spent(desk: Desk) -> None:
    desk.slack.fail_next("response_url", error="used_url", status=404, times=4)
    await desk.type("/batch")
    await desk.type("/batch", channel=GENERAL)


async def fill_in_the_form(desk: Desk) -> None:
    await desk.slack.slash(ADA, BATCHES, "/batch create")
    await desk.bot.in_flight.drain()
    form = desk.slack.modal(ADA)
    assert form is not None
    file = desk.slack.give_file(ADA, "requests.jsonl", sound_file())
    await desk.slack.submit_view(ADA, form.id, {"file": {"file": {"files": [file]}}})
    await desk.bot.in_flight.drain()


async def ask_another_operator(desk: Desk) -> None:
    file = share_file(desk, sound_file(60))
    question = (await desk.type(f"/batch create {file.files[0]['id']}"))[0]
    await desk.press(question, question.buttons[0])


async def open_the_home_tab(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    home = await desk.home()
    await desk.slack.press(ADA, home, text="Refresh")
    await desk.bot.in_flight.drain()
    await desk.slack.press(ADA, home, text=home.buttons[0])
    await desk.bot.in_flight.drain()


async def read_for_long(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.1, edit_interval=0.1, poll_interval=0.05)
    await desk.restart()
    desk.api.workspace.add(succeeded=3)
    desk.api.add_fault(ApiFault(path="*/results", delay=0.4))
    await desk.type("/batch results last", channel="D0ADA")


async def restart(desk: Desk) -> None:
    await desk.restart()


async def watch_a_batch(desk: Desk) -> None:
    batch = add_running_batch(desk)
    await desk.type(f"/batch watch {batch.id}")
    await wait_for_card(desk, batch)
    await advance_and_sweep(desk)
    await wait_for_notice(desk, batch)
    await wait_for_card(desk, batch, "succeeded")


SCENARIOS: tuple[Scenario, ...] = (
    look_at_a_batch,
    take_a_file,
    share_a_file_where_the_bot_is_not,
    delete_a_batch,
    answer_where_the_response_url_is_spent,
    fill_in_the_form,
    ask_another_operator,
    open_the_home_tab,
    read_for_long,
    restart,
)
FAILING: dict[Scenario, str] = {answer_where_the_response_url_is_spent: "response_url"}
"""The method that a scenario itself makes fail."""


class Workplace:
    """Opens a new desk on a new store for each run of a scenario."""

    def __init__(self, prepared_file: Path, folder: Path) -> None:
        self._prepared_file = prepared_file
        self._folder = folder
        self._opened = 0

    @asynccontextmanager
    async def open(self, part: Part = Part.WEB) -> AsyncIterator[Desk]:
        self._opened += 1
        store = self._folder / f"{self._opened}" / "store.sqlite3"
        store.parent.mkdir()
        shutil.copy(self._prepared_file, store)
        desk = Desk(store, "socket", ALL_SCOPES, seeded=False, part=part)
        try:
            await desk.open(audit_channel=BATCHES, operators=(ADA, "U0BEN"), request_limit=50)
            yield desk
        finally:
            await desk.close()

    async def count_calls(self, scenario: Scenario, part: Part = Part.WEB) -> tuple[Counter[str], Counter[str]]:
        """Return what is seen after a scenario in which nothing is lost, and how often each method was called."""
        async with self.open(part) as desk:
            before = len(desk.slack.calls())
            await scenario(desk)
            calls = Counter(call.method for call in desk.slack.calls()[before:])
            calls.pop(FAILING.get(scenario, ""), None)
            return seen(desk), calls


@pytest.fixture
def workplace(prepared_file: Path, tmp_path: Path) -> Workplace:
    return Workplace(prepared_file, tmp_path)


def seen(desk: Desk) -> Counter[str]:
    """Return everything that anyone can see in Slack, without what differs between two runs."""
    slack = desk.slack
    messages = [message for channel in slack.world.channels for message in slack.messages(channel)]
    views = [view for user in slack.world.people for view in (slack.modal(user), slack.home(user)) if view]
    return Counter([*map(_describe, messages), *map(_describe, views)])


def _describe(thing: SlackMessage | View) -> str:
    text = thing.visible_text
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    if isinstance(thing, View):
        return f"{thing.type} of {thing.user}: {text}"
    files = [file["name"].partition(".")[2] for file in thing.files]
    return f"{thing.channel} for {thing.ephemeral_to}, in a thread: {thing.thread_ts is not None}, {files}: {text}"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_one_lost_answer_changes_nothing_that_people_see(workplace: Workplace, scenario: Scenario) -> None:
    expected, calls = await workplace.count_calls(scenario)

    different = {}
    for method, count in calls.items():
        for number in range(count):
            async with workplace.open() as desk:
                desk.slack.lose_next(method, after=number)
                await scenario(desk)
                if seen(desk) != expected:
                    different[method, number] = (seen(desk) - expected, expected - seen(desk))

    assert different == {}


@pytest.mark.worker
async def test_one_lost_answer_to_the_worker_changes_nothing_that_people_see(workplace: Workplace) -> None:
    expected, calls = await workplace.count_calls(watch_a_batch, Part.BOTH)

    different = {}
    for method in calls:
        async with workplace.open(Part.BOTH) as desk:
            desk.slack.lose_next(method)
            await watch_a_batch(desk)
            if seen(desk) != expected:
                different[method] = (seen(desk) - expected, expected - seen(desk))

    assert different == {}


async def test_the_scenarios_call_every_method_that_the_code_names(workplace: Workplace) -> None:
    source = "\n".join(path.read_text() for path in (Path(bot.__file__).parent / "slack").rglob("*.py"))
    named = set(
        re.findall(r"client\.((?:api|auth|apps|chat|conversations|files|users|usergroups|views)_\w+)\(", source)
    )
    named |= {name.replace(".", "_") for name in re.findall(r'_call\(\s*"(\w+\.\w+)"', source)}

    called: Counter[str] = Counter()
    for scenario in SCENARIOS:
        called += (await workplace.count_calls(scenario))[1]

    assert named - {"api_call", "conversations_history", "conversations_replies"} <= {
        method.replace(".", "_") for method in called
    } | {"usergroups_users_list"}
