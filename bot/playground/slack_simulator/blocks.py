"""Find what Slack would refuse in a list of blocks or a view."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from bot.playground.slack_simulator.block_kit.data_blocks import TABLES
from bot.playground.slack_simulator.block_kit.framing_blocks import TILES
from bot.playground.slack_simulator.block_kit.layout_blocks import LAYOUT
from bot.playground.slack_simulator.block_kit.objects import plain_text
from bot.playground.slack_simulator.block_kit.rules import Problem, Rule, anything, boolean, by_type, shape, string
from bot.playground.slack_simulator.block_kit.whole_list_rules import (
    check_action_ids,
    check_allowances,
    check_block_ids,
)


class BlockSurface(StrEnum):
    """Where blocks can be shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


MAX_BLOCKS = {BlockSurface.MESSAGE: 50, BlockSurface.MODAL: 100, BlockSurface.HOME: 100}
MAX_VIEW_BYTES = 250_000

_EVERYWHERE = frozenset(BlockSurface)
_MESSAGE = frozenset({BlockSurface.MESSAGE})
_NOT_MODAL = frozenset({BlockSurface.MESSAGE, BlockSurface.HOME})
_SURFACES: dict[str, frozenset[BlockSurface]] = {
    **dict.fromkeys(("context_actions", "markdown", "table", "data_visualization", "file"), _MESSAGE),
    **dict.fromkeys(("plan", "task_card"), _MESSAGE),
    **dict.fromkeys(("data_table", "carousel", "container"), _NOT_MODAL),
    "alert": frozenset({BlockSurface.MODAL}),
}
_BLOCK = by_type({**LAYOUT, **TABLES, **TILES})


_VIEW_FIELDS: dict[str, Rule] = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
    "blocks": anything,
}
_VIEWS: dict[str, Rule] = {
    "home": shape({"blocks": anything}, _VIEW_FIELDS),
    "modal": shape(
        {"blocks": anything, "title": plain_text(24)},
        {
            **_VIEW_FIELDS,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
}


def find_block_problems(
    blocks: Any, surface: BlockSurface = BlockSurface.MESSAGE, at: str = "/blocks"
) -> list[Problem]:
    """Return every problem that Slack would find in these blocks on this surface."""
    if not isinstance(blocks, list):
        return [Problem("must provide an array", at)]
    found: list[Problem] = []
    if len(blocks) > MAX_BLOCKS[surface]:
        found.append(Problem(f"no more than {MAX_BLOCKS[surface]} items allowed", at))
    for index, block in enumerate(blocks):
        found += _one_block(block, surface, f"{at}/{index}")
    for whole_list in (check_block_ids, check_action_ids, check_allowances):
        found += whole_list(blocks, at)
    return found


def _one_block(block: Any, surface: BlockSurface, at: str) -> Iterator[Problem]:
    kind = block.get("type") if isinstance(block, dict) else None
    if isinstance(kind, str) and surface not in _SURFACES.get(kind, _EVERYWHERE):
        yield Problem(f"{kind} is not allowed in a {surface}", f"{at}/type")
        return
    yield from _BLOCK(block, at)
    element = block.get("element") if isinstance(block, dict) else None
    if isinstance(element, dict) and element.get("type") == "file_input" and surface is not BlockSurface.MODAL:
        yield Problem(f"file_input is not allowed in a {surface}", f"{at}/element/type")


def find_view_problems(view: Any, kinds: tuple[str, ...] = ("modal",)) -> list[Problem]:
    """Return every problem that Slack would find in a view, except its size. `kinds`: the accepted view types."""
    at = "/view"
    found = list(by_type({kind: _VIEWS[kind] for kind in kinds})(view, at))
    if not isinstance(view, dict) or view.get("type") not in kinds:
        return found
    blocks = view.get("blocks")
    if blocks == []:
        found.append(Problem("no less than 1 items allowed", f"{at}/blocks"))
    if blocks is not None:
        found += find_block_problems(blocks, BlockSurface(view["type"]), f"{at}/blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if view["type"] == "modal" and has_input and "submit" not in view:
        found.append(Problem("`submit` is required when an input block is within the blocks array", at))
    return found


def view_is_too_large(view: Any) -> bool:
    """Return whether the view's JSON is over 250 kB."""
    return len(json.dumps(view).encode()) > MAX_VIEW_BYTES
