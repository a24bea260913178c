"""What shows and carries the workspace of a message, where a bot has several. Without a mark nothing is changed."""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.ui.components.buttons import OPTION_VALUE_LIMIT
from bot.ui.components.text import context, safe_text
from bot.ui.reply import Block, Message

_MOST_BLOCKS = 50  # docs.slack.dev, chat.postMessage
_ACTION = "run"
"""Begins the action ids of the elements whose value is a ButtonValue."""


class WorkspaceMark(Struct, frozen=True):
    """One of several workspaces: what people call it, and what its buttons carry."""

    name: str
    key: str

    @property
    def words(self) -> str:
        """The name for use inside mrkdwn."""
        return f"*{safe_text(self.name, 60)}*"


def mark_message(message: Message, mark: WorkspaceMark | None) -> Message:
    """Return a message that names its workspace in its context line and its text, and whose buttons carry it."""
    if mark is None:
        return message
    fallback = message.fallback_blocks
    return replace(
        message,
        text=f"[{safe_text(mark.name, 60)}] {message.text}",
        blocks=mark_blocks(message.blocks, mark),
        fallback_blocks=mark_blocks(fallback, mark) if fallback is not None else None,
    )


def mark_blocks(blocks: Sequence[Block], mark: WorkspaceMark | None) -> tuple[Block, ...]:
    """Return blocks with the name in the last context line, before the buttons at the end. No blocks stay none."""
    if mark is None or not blocks:
        return tuple(blocks)
    stamped = list(stamp_blocks(blocks, mark))
    end = len(stamped)
    while end > 1 and stamped[end - 1]["type"] == "actions":
        end -= 1
    last = stamped[end - 1]
    if last["type"] == "context":
        [first, *others] = cast(Sequence[Mapping[str, object]], last["elements"])
        if first["type"] == "mrkdwn":
            stamped[end - 1] = {**last, "elements": [{**first, "text": f"{mark.words} · {first['text']}"}, *others]}
            return tuple(stamped)
    if len(stamped) < _MOST_BLOCKS:
        stamped.insert(end, context(mark.words))
    return tuple(stamped)


def stamp_blocks(blocks: Sequence[Block], mark: WorkspaceMark | None) -> tuple[Block, ...]:
    """Return blocks whose buttons and menus carry the workspace. A choice that Slack would refuse then is left out."""
    return tuple(blocks) if mark is None else tuple(cast(Block, _stamp(block, mark)) for block in blocks)


def _stamp(part: object, mark: WorkspaceMark) -> object:
    if isinstance(part, Mapping):
        if str(part.get("action_id", "")).startswith(_ACTION):
            return _stamp_element(part, mark)
        return {key: _stamp(value, mark) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_stamp(each, mark) for each in part]
    return part


def _stamp_element(element: Block, mark: WorkspaceMark) -> Block:
    stamped = dict(element)
    if "value" in stamped:
        stamped["value"] = _stamp_value(str(stamped["value"]), mark)
    if "options" in stamped:
        options = [_stamp_option(each, mark) for each in cast(Sequence[Block], stamped["options"])]
        stamped["options"] = [each for each in options if len(str(each["value"])) <= OPTION_VALUE_LIMIT]
    if "initial_option" in stamped:
        stamped["initial_option"] = _stamp_option(cast(Block, stamped["initial_option"]), mark)
    return stamped


def _stamp_option(option: Block, mark: WorkspaceMark) -> Block:
    return {**option, "value": _stamp_value(str(option["value"]), mark)}


def _stamp_value(value: str, mark: WorkspaceMark) -> str:
    """Return a button's value with the workspace, unless it names one already."""
    fields: dict[str, object] = msgspec.json.decode(value)
    return msgspec.json.encode({"workspace": mark.key} | fields).decode()
