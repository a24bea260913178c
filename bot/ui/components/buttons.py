"""Buttons. Each one carries a command as text, which is parsed like typed text when it is pressed."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.commands.base import Command
from bot.errors import ExpectedError
from bot.ui.reply import Block

Style = Literal["primary", "danger"]

VALUE_LIMIT = 2_000  # characters (docs.slack.dev, button element); only an absurdly long batch id reaches it


class ButtonValue(BaseModel):
    """The value of a button. It grants nothing: the command is parsed and permitted like typed text."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    v: Literal[1] = 1
    text: str
    confirmation: str | None = None
    renew: bool = False


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
    # The fields of ButtonValue without its defaults. Building the model takes seven times as long, a fifth of a list.
    value: dict[str, object] = {"text": command.spell()}
    if confirmation is not None:
        value["confirmation"] = confirmation
    if renew:
        value["renew"] = True
    element: dict[str, object] = {
        "type": "button",
        "action_id": "run",
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "value": msgspec.json.encode(value).decode(),
    }
    if style is not None:
        element["style"] = style
    if spoken is not None:
        element["accessibility_label"] = spoken[:75]
    return element


def fits_slack(element: Block) -> bool:
    """Return whether the button is short enough for Slack, which rejects the whole message otherwise."""
    return len(str(element["value"])) <= VALUE_LIMIT


def actions(buttons: Sequence[Block]) -> tuple[Block, ...]:
    """Return a row of buttons with unique action ids, or nothing for none. Buttons too long for Slack are left out."""
    numbered = [
        {**element, "action_id": f"run-{position}"} for position, element in enumerate(filter(fits_slack, buttons))
    ]
    if not numbered:
        return ()
    return ({"type": "actions", "elements": numbered},)
