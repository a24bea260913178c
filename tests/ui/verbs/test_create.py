"""The form of `/batch create`: Slack takes it, and it remembers where it was asked for."""

import pytest

from bot.commands.create import FormWanted
from bot.playground.slack_simulator.blocks import find_view_problems
from bot.ui.verbs.create import render_form
from tests.builders import ADMIN


@pytest.mark.parametrize("models", [(), ("claude-haiku-4-5",), tuple(f"claude-{number}" for number in range(300))])
def test_slack_takes_the_form_however_many_models_there_are(models: tuple[str, ...]) -> None:
    form = render_form(FormWanted(models, asks_prompt=True), ADMIN)

    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": form.title},
        "submit": {"type": "plain_text", "text": form.submit},
        "blocks": [dict(block) for block in form.blocks],
    }
    assert find_view_problems(view, ("modal",)) == []
    assert form.channel == ADMIN.caller.channel


def test_the_least_expensive_model_is_chosen_already() -> None:
    form = render_form(FormWanted(("claude-a", "claude-b"), "claude-b", asks_prompt=True), ADMIN)

    [model] = [block for block in form.blocks if block.get("block_id") == "model"]
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'claude-b'}" in str(model)


def test_the_form_for_a_file_has_no_fields_of_a_prompt() -> None:
    form = render_form(FormWanted(), ADMIN)

    names = [block.get("block_id") for block in form.blocks if block["type"] == "input"]
    assert names == ["source", "file", "label", "owner", "watch"]
