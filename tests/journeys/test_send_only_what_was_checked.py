"""What is sent is the file that was checked and approved. If it was changed on the disk since, nothing is created."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, sound_file
from tests.journeys.sampling import ask_about_rest, sample_card, send_sample

CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another request": lambda content: content.replace(b"r-3", b"r-X"),
    "one more request": lambda content: content + content.splitlines(keepends=True)[0].replace(b"r-0", b"r-99"),
    "one request less": lambda content: b"".join(content.splitlines(keepends=True)[:-1]),
    "a bit of the last line": lambda content: content[:-2] + b" }\n",
    "another order": lambda content: b"".join(content.splitlines(keepends=True)[::-1]),
}


def checked_file(desk: Desk) -> Path:
    """Return the one file that waits to be sent."""
    [path] = desk.bot.worker.services.drafts.folder.glob("*.jsonl")
    return path


def change(desk: Desk, kind: str) -> None:
    """Change the checked file, as someone with access to the disk might."""
    path = checked_file(desk)
    before = path.read_bytes()
    after = CHANGES[kind](before)
    assert after != before
    path.write_bytes(after)


def batches(desk: Desk) -> int:
    return len(desk.api.workspace.batches)


@pytest.mark.parametrize("kind", CHANGES)
async def test_a_changed_file_is_not_sent(desk: Desk, kind: str) -> None:
    question = await ask_about_file(desk, sound_file(12))
    change(desk, kind)

    [answer] = await desk.press(question, "Send")
    [again] = await desk.type("/batch send requests.jsonl")

    assert "has changed since the check. Nothing was sent." in answer.visible_text
    assert "Nothing was sent" in again.visible_text
    assert batches(desk) == 0


async def test_a_changed_file_is_not_split_into_a_sample_and_the_rest(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    change(desk, "another request")

    [answer] = await desk.press(question, "Send 10 first")

    assert "has changed since the check. Nothing was sent." in answer.visible_text
    assert batches(desk) == 0


async def test_the_rest_of_a_sample_is_checked_too(desk: Desk) -> None:
    await send_sample(desk)
    change(desk, "one request less")

    [refused] = await desk.press(await ask_about_rest(desk, await sample_card(desk)), "Send")

    assert "has changed since the check. Nothing was sent." in refused.visible_text
    assert batches(desk) == 1


async def test_what_is_approved_is_what_was_checked(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    await desk.press(await ask_about_file(desk, sound_file(12)), "Ask for approval")
    asked: SlackMessage = desk.slack.messages(BATCHES, BEN)[-1]
    change(desk, "another request")

    await desk.press(asked, "Preview", user=BEN)
    modal = desk.slack.modal(BEN)
    [answer] = await desk.press(asked, "Approve", user=BEN)

    assert modal is not None
    assert "has changed since the check" in modal.visible_text
    assert "has changed since the check. Nothing was sent." in answer.visible_text
    assert batches(desk) == 0


async def test_an_unchanged_file_is_sent(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(12))
    path = checked_file(desk)
    path.write_bytes(path.read_bytes())

    await desk.press(question, "Send")

    assert batches(desk) == 1
