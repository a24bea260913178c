"""Every message about watching, as JSON that can be pasted into Slack's Block Kit Builder."""

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.playground.slack_simulator.blocks import find_block_problems
from bot.ui.errors.render import render_error
from bot.ui.render import render
from bot.ui.reply import Message
from tests.builders import ADMIN, READER
from tests.ui.watching_catalog import ERRORS, MESSAGES, OUTCOMES


def drawn() -> dict[str, Message]:
    """Return every message by its name; answers as their caller and as somebody who only reads see them."""
    found = dict(MESSAGES) | {f"error_{name}": render_error(error) for name, error in ERRORS.items()}
    for who, viewer in (("admin", ADMIN), ("reader", READER)):
        for name, outcome in OUTCOMES.items():
            reply = render(outcome, viewer)
            assert isinstance(reply, Message)
            found[f"{name}_for_{who}"] = reply
    return found


DRAWN = drawn()


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("name", DRAWN)
def test_it_looks_as_it_was_approved(name: str, golden: SnapshotAssertion) -> None:
    message = DRAWN[name]

    assert {"text": message.text, "blocks": [dict(block) for block in message.blocks]} == golden


@pytest.mark.parametrize("name", DRAWN)
def test_slack_takes_it(name: str) -> None:
    message = DRAWN[name]

    assert find_block_problems([dict(block) for block in message.blocks]) == []
    assert 0 < len(message.text) <= 4_000


@pytest.mark.parametrize("name", [name for name in MESSAGES if name.startswith("notice_ended")])
def test_a_notice_mentions_each_watcher_once_where_it_is_read(name: str) -> None:
    message = MESSAGES[name]

    assert str(message.blocks).count("<@U0ADA>") == 1
    assert str(message.blocks).count("<@U0BEN>") == 1
