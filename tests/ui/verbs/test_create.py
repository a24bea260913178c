"""The form of `/batch create`: Slack takes it, and it remembers where it was asked for."""

import pytest

from bot.commands.create import FormWanted
from bot.playground.slack_simulator.blocks import find_view_problems
from bot.ui.verbs.create import render_form
from tests.builders import ADMIN


@pytest.mark.parametrize("models", [(), ("claude-haiku-4-5",), tuple(f"claude-{number}" for number in range(300))])
def test_slack_takes_the_form_however_many_models_there_are(models: tuple[str, ...]) -> None:
    form = render_form(FormWanted(models), ADMIN)

    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": form.title},
        "submit": {"type": "plain_text", "text": form.submit},
        "blocks": [dict(block) for block in form.blocks],
    }
    assert find_view_problems(view, ("modal",)) == []
    assert form.channel == ADMIN.caller.channel
