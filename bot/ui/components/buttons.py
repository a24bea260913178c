"""Buttons and menus. Each choice carries a command as text, which is parsed like typed text when it is pressed."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.commands.base import Command
from bot.errors import ExpectedError
from bot.ui.components.text import one_line
from bot.ui.reply import Block

Style = Literal["primary", "danger"]

VALUE_LIMIT = 2_000  # characters (docs.slack.dev, button element); only an absurdly long batch id reaches it
OPTION_VALUE_LIMIT = 150  # docs.slack.dev, option object; today's ids have 33 characters
OPTION_TEXT_LIMIT = 75
OVERFLOW_LIMIT = 5  # docs.slack.dev, overflow menu element
SELECT_LIMIT = 100  # docs.slack.dev, select menu element


class ButtonValue(BaseModel):
    """The value of a button. It grants nothing: the command is parsed and permitted like typed text.

    `workspace`: the one of several that its message is about. `chooses`: remember that one for the person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    v: Literal[1] = 1
    text: str
    confirmation: str | None = None
    renew: bool = False
    workspace: str | None = None
    chooses: bool = False


class NotOurButton(ExpectedError):
    """The value of a button that another version of the bot made."""

    def _fact(self) -> str:
        return "this version of the bot did not make the button's value"


def read_button(value: str) -> ButtonValue:
    """Read the value of a pressed button. Raises NotOurButton."""
    try:
        return ButtonValue.model_validate_json(value)
    except ValidationError:
        raise NotOurButton from None


def button(
    label: str,
    command: Command,
    *,
    style: Style | None = None,
    renew: bool = False,
    confirmation: str | None = None,
    spoken: str | None = None,
) -> Block:
    """Return a button that runs a command.

    `renew`: the reply replaces the message that holds the button. `spoken`: what a screen reader reads instead of the
    label.
    """
    element: dict[str, object] = {
        "type": "button",
        "action_id": "run",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "value": _encode_value(command, confirmation=confirmation, renew=renew),
    }
    if style is not None:
        element["style"] = style
    if spoken is not None:
        element["accessibility_label"] = spoken[:75]
    return element


def _encode_value(command: Command, *, confirmation: str | None = None, renew: bool = False) -> str:
    """Return the fields of ButtonValue without its defaults. Building the model takes seven times as long."""
    value: dict[str, object] = {"text": command.spell()}
    if confirmation is not None:
        value["confirmation"] = confirmation
    if renew:
        value["renew"] = True
    return msgspec.json.encode(value).decode()


def choice(label: str, command: Command, *, renew: bool = False) -> Block:
    """Return one option of a menu, which runs a command as a button does. `label`: one line of plain text."""
    shown = label if len(label) <= OPTION_TEXT_LIMIT else one_line(label, OPTION_TEXT_LIMIT)
    return {
        "text": {"type": "plain_text", "text": shown, "emoji": True},
        "value": _encode_value(command, renew=renew),
    }


def workspace_choice(name: str, workspace: str, text: str, *, renew: bool = False) -> Block:
    """Return the label and the value of a choice that runs a text in a workspace, and remembers the workspace."""
    value = {"text": text, "renew": renew, "workspace": workspace, "chooses": True}
    return {
        "text": {"type": "plain_text", "text": one_line(name, OPTION_TEXT_LIMIT), "emoji": False},
        "value": msgspec.json.encode(value).decode(),
    }


def overflow(choices: Sequence[Block]) -> Block | None:
    """Return a ⋯ menu of the first five choices. One alone becomes a button; without any, there is no menu."""
    fitting = _fitting(choices)[:OVERFLOW_LIMIT]
    if len(fitting) == 1:
        return {"type": "button", "action_id": "run", **fitting[0]}
    return {"type": "overflow", "action_id": "run", "options": fitting} if fitting else None


def select(placeholder: str, choices: Sequence[Block]) -> Block | None:
    """Return a menu to choose one command from, or None without choices."""
    fitting = _fitting(choices)[:SELECT_LIMIT]
    if not fitting:
        return None
    words = {"type": "plain_text", "text": placeholder, "emoji": True}
    return {"type": "static_select", "action_id": "run", "placeholder": words, "options": fitting}


def _fitting(choices: Sequence[Block]) -> list[Block]:
    return [each for each in choices if len(str(each["value"])) <= OPTION_VALUE_LIMIT]


def fits_slack(element: Block) -> bool:
    """Return whether the button is short enough for Slack, which rejects the whole message otherwise."""
    return len(str(element.get("value", ""))) <= VALUE_LIMIT


def actions(elements: Sequence[Block | None]) -> tuple[Block, ...]:
    """Return a row of buttons and menus with unique action ids, or nothing for none.

    Buttons too long for Slack are left out.
    """
    present = [element for element in elements if element is not None and fits_slack(element)]
    numbered = [{**element, "action_id": f"run-{position}"} for position, element in enumerate(present)]
    if not numbered:
        return ()
    return ({"type": "actions", "elements": numbered},)
