"""The text of a slash command arrives as Slack escapes it."""

import pytest

from bot.playground.slack_simulator.command_text import encode_command_text
from bot.playground.slack_simulator.world import make_demo_world


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("own last @ada", "own last <@U0ADA|ada>"),
        ("own last @Ben", "own last <@U0BEN|ben>"),
        ("own last @nobody", "own last @nobody"),
        ("note last mail@ada.example", "note last mail@ada.example"),
        ("note last see #batch-jobs", "note last see <#C0BATCHES|batch-jobs>"),
        ("note last #1", "note last #1"),
        ("status https://example.com/msgbatch_1?x=1#y", "status <https://example.com/msgbatch_1?x=1#y>"),
        ("own last <@U0BEN|ben>", "own last <@U0BEN|ben>"),
        ("create <https://example.com|here>", "create <https://example.com|here>"),
    ],
)
def test_people_channels_and_links_become_mark_up(typed: str, arrives: str) -> None:
    assert encode_command_text(typed, make_demo_world()) == arrives
