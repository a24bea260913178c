"""Find tool calls without results, and results without calls (docs.anthropic.com, Tool use)."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from bot.requests.problems import ProblemKind, RequestFault, WarningKind

_Blocks = list[tuple[str, dict[str, Any]]]
"""The blocks of a turn, each with its place."""


def find_tool_turn_faults(messages: list[Any]) -> Iterator[RequestFault]:
    """Yield the faults of all turns. Neighbors of one role are one turn; messages of other roles are passed over."""
    calls: dict[str, str] = {}  # the places of the calls that the next turn of the user must answer, by their ids
    for role, turn in groupby(_list_blocks(messages), key=lambda item: item[0]):
        blocks = [(place, block) for _, place, block in turn]
        if role == "assistant":
            calls = {
                block["id"]: f"{place}.id"
                for place, block in blocks
                if block.get("type") == "tool_use" and isinstance(block.get("id"), str)
            }
        else:
            yield from _find_user_turn_faults(blocks, calls)
            calls = {}
    for name, place in calls.items():
        yield RequestFault(WarningKind.MAY_BE_REFUSED, place, name)


def _list_blocks(messages: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or (role := message.get("role")) not in ("user", "assistant"):
            continue
        content = message.get("content")
        place = f"params.messages.{index}.content"
        if isinstance(content, list):
            yield from ((role, f"{place}.{at}", block) for at, block in enumerate(content) if isinstance(block, dict))
        else:
            yield role, place, {"type": "text"}


def _find_user_turn_faults(blocks: _Blocks, calls: dict[str, str]) -> Iterator[RequestFault]:
    answered = {block.get("tool_use_id"): place for place, block in blocks if _is_result(block)}
    for name, place in answered.items():
        if isinstance(name, str) and name not in calls:
            yield RequestFault(ProblemKind.TOOL_RESULT_ORPHAN, f"{place}.tool_use_id", name)
    for name, place in calls.items():
        if name not in answered:
            yield RequestFault(ProblemKind.TOOL_USE_UNANSWERED, place, name)
    if calls and answered and not _is_result(blocks[0][1]):
        place = next(place for place, block in blocks if _is_result(block))
        yield RequestFault(ProblemKind.TOOL_RESULT_NOT_FIRST, place)


def _is_result(block: dict[str, Any]) -> bool:
    return block.get("type") == "tool_result"
