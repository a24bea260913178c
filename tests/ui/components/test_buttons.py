"""What a button carries, and what is not taken for a button of ours."""

import json

import pytest

from bot.commands.delete import Delete
from bot.commands.list import List
from bot.operations.find_batch import Reference
from bot.ui.components.buttons import VALUE_LIMIT, NotOurButton, actions, button, read_button
from tests.builders import ID

DELETE = Delete(Reference(ID))


def test_a_button_carries_its_command_its_confirmation_and_where_the_answer_goes() -> None:
    made = button("Delete for good", DELETE, style="danger", renew=True, confirmation="abc")

    read = read_button(str(made["value"]))

    assert (read.text, read.confirmation, read.renew) == (f"delete {ID}", "abc", True)
    assert made["style"] == "danger"


def test_a_button_without_a_style_names_none() -> None:
    made = button("Older", List())

    assert {"style", "accessibility_label"}.isdisjoint(made)
    assert json.loads(str(made["value"])) == {"text": "list"}


def test_what_is_read_out_is_cut_to_what_slack_takes() -> None:
    assert len(str(button("Open", List(), spoken="x" * 200)["accessibility_label"])) == 75


@pytest.mark.parametrize(
    "value",
    [
        "",
        "null",
        "[]",
        "delete last",
        "{}",
        '{"text": 7}',
        '{"text": "list", "v": 2}',
        '{"text": "list", "more": 1}',
        '{"text": "list", "confirmation": 7}',
        '{"text": "list"',
        "[" * 10_000,
        "\x00",
        "x" * 10_000,
    ],
)
def test_a_value_that_is_not_ours_is_refused(value: str) -> None:
    with pytest.raises(NotOurButton):
        read_button(value)


def test_action_ids_are_unique_within_a_row() -> None:
    (row,) = actions([button("Older", List()), button("Newer", List()), button("Delete", DELETE)])

    elements = row["elements"]
    assert isinstance(elements, list)
    assert [each["action_id"] for each in elements] == ["run-0", "run-1", "run-2"]


def test_a_button_too_long_for_slack_is_left_out_and_does_not_cost_the_message() -> None:
    long = button("Delete", Delete(Reference("x" * VALUE_LIMIT)))

    assert actions([long]) == ()
    (row,) = actions([long, button("Older", List())])
    assert isinstance(row["elements"], list)
    assert len(row["elements"]) == 1
