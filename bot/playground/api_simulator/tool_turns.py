"""The order of tool calls and their results (docs.anthropic.com, Tool use)."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any


def find_tool_turn_mistakes(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Yield calls without results and results without calls. Neighbors of one role are one turn."""
    open_ids: set[str] = set()
    turns = [message for message in enumerate(messages) if message[1].get("role") in {"user", "assistant"}]
    for role, group in groupby(turns, key=lambda turn: str(turn[1]["role"])):
        messages_of_turn = list(group)
        blocks = [
            (index, block)
            for index, message in messages_of_turn
            for block in (message["content"] if isinstance(message["content"], list) else [{"type": "text"}])
        ]
        if role == "assistant":
            open_ids = {str(block.get("id")) for _, block in blocks if block.get("type") == "tool_use"}
        else:
            yield from _find_user_turn_mistakes(blocks, open_ids)
            open_ids = set()


def _find_user_turn_mistakes(blocks: list[tuple[int, dict[str, Any]]], open_ids: set[str]) -> Iterator[str]:
    answered = [(index, str(block.get("tool_use_id"))) for index, block in blocks if block.get("type") == "tool_result"]
    for index, name in answered:
        if name not in open_ids:
            yield (
                f"messages.{index}.content: unexpected `tool_use_id` found in `tool_result` blocks: {name}. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
    missing = sorted(open_ids - {name for _, name in answered})
    if missing or (open_ids and blocks[0][1].get("type") != "tool_result"):
        yield (
            f"messages.{blocks[0][0] - 1}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing or sorted(open_ids))}. Each `tool_use` block must have a corresponding `tool_result` "
            "block in the next message."
        )
