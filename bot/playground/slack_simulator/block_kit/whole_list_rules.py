"""The rules about a whole list of blocks: unique ids, and limits on the total text."""

from collections.abc import Iterator
from typing import Any

from bot.playground.slack_simulator.block_kit.rules import Problem

_SHARED_TEXT = {"markdown": 12_000, "table": 10_000, "data_table": 20_000}
_MOST = {"data_visualization": 2}


def _kind(block: Any) -> str:
    return str(block.get("type")) if isinstance(block, dict) else ""


def check_block_ids(blocks: list[Any], at: str) -> Iterator[Problem]:
    """Yield a problem for every repeated block_id. An empty one counts as missing."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if not isinstance(block_id, str) or not block_id:
            continue
        if block_id in seen:
            yield Problem(f"block_id `{block_id}` already exists", f"{at}/{index}/block_id")
        seen.add(block_id)


def check_action_ids(blocks: list[Any], at: str) -> Iterator[Problem]:
    """Yield a problem for every action_id that is repeated within one block."""
    for index, block in enumerate(blocks):
        seen: set[str] = set()
        for action_id in _action_ids(block):
            if action_id in seen:
                words = f'`action_id` "{action_id}" already exists for `block_id`'
                yield Problem(words, f"{at}/{index}")
            seen.add(action_id)


def _action_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("action_id"), str):
            yield value["action_id"]
        for key in ("elements", "accessory", "element", "actions"):
            yield from _action_ids(value.get(key))
    elif isinstance(value, list):
        for item in value:
            yield from _action_ids(item)


def count_text(value: Any) -> int:
    """Count the characters of text anywhere inside a value."""
    if isinstance(value, dict):
        return sum(
            len(item) if key == "text" and isinstance(item, str) else count_text(item) for key, item in value.items()
        )
    return sum(count_text(item) for item in value) if isinstance(value, list) else 0


def check_allowances(blocks: list[Any], at: str) -> Iterator[Problem]:
    """Yield a problem for each kind of block that has too much text in total, or that appears too often."""
    for kind, high in _SHARED_TEXT.items():
        if sum(count_text(block) for block in blocks if _kind(block) == kind) > high:
            yield Problem(f"all {kind} blocks together must be less than {high + 1} characters", at)
    for kind, most in _MOST.items():
        if sum(_kind(block) == kind for block in blocks) > most:
            yield Problem(f"no more than {most} {kind} blocks allowed", at)
