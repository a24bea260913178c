"""The name of the workspace on every message, and what its buttons carry, where a bot has several."""

from collections.abc import Iterator, Mapping

import pytest

from bot.commands.create import FormWanted
from bot.ui.components.buttons import OPTION_VALUE_LIMIT, VALUE_LIMIT, read_button
from bot.ui.components.workspace_mark import WorkspaceMark, mark_blocks, mark_message
from bot.ui.render import render
from bot.ui.reply import Form
from tests.builders import ADMIN
from tests.ui.catalog import MESSAGES

MARK = WorkspaceMark("production", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ")
MOST_BLOCKS = 50
OF_ONE = [name for name in MESSAGES if not name.startswith(("marked_", "error_workspace_", "other_workspace_"))]


def list_values(part: object) -> Iterator[tuple[str, int]]:
    """Yield the value of each button and of each option, and how long it may be."""
    if isinstance(part, Mapping):
        if str(part.get("action_id", "")).startswith("run"):
            if "value" in part:
                yield str(part["value"]), VALUE_LIMIT
            yield from ((str(option["value"]), OPTION_VALUE_LIMIT) for option in part.get("options", ()))
        for value in part.values():
            yield from list_values(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from list_values(each)


@pytest.mark.parametrize("name", OF_ONE)
def test_a_message_names_its_workspace_once_and_every_choice_carries_it(name: str) -> None:
    message = MESSAGES[name]

    marked = mark_message(message, MARK)

    before, after = list(list_values(message.blocks)), list(list_values(marked.blocks))
    assert marked.text == f"[production] {message.text}"
    assert str(marked.blocks).count("*production*") == (1 if message.blocks else 0)
    assert len(marked.blocks) <= MOST_BLOCKS
    assert len(after) == len(before)
    assert all(len(value) <= limit and read_button(value).workspace == MARK.key for value, limit in after)
    assert [read_button(value).text for value, _ in after] == [read_button(value).text for value, _ in before]


def test_a_form_names_its_workspace_too_and_its_fields_stay() -> None:
    form = render(FormWanted(asks_prompt=True), ADMIN)
    assert isinstance(form, Form)

    marked = mark_blocks(form.blocks, MARK)

    assert str(marked).count("*production*") == 1
    assert [block for block in marked if block["type"] == "input"] == [
        block for block in form.blocks if block["type"] == "input"
    ]


def test_without_several_workspaces_nothing_is_changed() -> None:
    message = MESSAGES["help_for_operator"]

    assert mark_message(message, None) is message
