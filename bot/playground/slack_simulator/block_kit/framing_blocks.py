"""Blocks that frame other content: cards, carousels, containers, alerts, plans (docs.slack.dev, blocks)."""

from bot.playground.slack_simulator.block_kit.button_elements import BUTTON
from bot.playground.slack_simulator.block_kit.data_blocks import TABLES
from bot.playground.slack_simulator.block_kit.layout_blocks import IMAGE_ELEMENT, LAYOUT
from bot.playground.slack_simulator.block_kit.objects import BLOCK_ID, URL, any_text, plain_text
from bot.playground.slack_simulator.block_kit.rich_text import RICH_TEXT
from bot.playground.slack_simulator.block_kit.rules import (
    Rule,
    all_of,
    at_least_one,
    boolean,
    by_type,
    items,
    one_of,
    shape,
    string,
)

_ID: dict[str, Rule] = {"block_id": BLOCK_ID}
_IMAGE = by_type({"image": IMAGE_ELEMENT})
_RICH = by_type({"rich_text": RICH_TEXT})
_IN_CONTAINER = {name: rule for name, rule in {**LAYOUT, "table": TABLES["table"]}.items() if name != "context_actions"}

_CARD = all_of(
    at_least_one("hero_image", "title", "actions", "body"),
    shape(
        {},
        {
            **_ID,
            "title": any_text(150),
            "subtitle": any_text(150),
            "body": any_text(200),
            "subtext": any_text(200),
            "actions": items(by_type({"button": BUTTON}), 3),
            "hero_image": _IMAGE,
            "icon": _IMAGE,
            "slack_icon": by_type({"icon": shape({"name": string(255, 1)})}),
        },
    ),
)


def _task(*statuses: str) -> Rule:
    source = by_type({"url": shape({"url": URL, "text": string(3000, 1)})})
    return shape(
        {"task_id": string(255, 1), "title": string(3000, 1), "status": one_of(*statuses)},
        {**_ID, "details": _RICH, "output": _RICH, "sources": items(source, 100, low=0)},
    )


_PLANNED = by_type({"task_card": _task("pending", "in_progress", "complete", "error")})

TILES: dict[str, Rule] = {
    "card": _CARD,
    "carousel": shape({"elements": items(by_type({"card": _CARD}), 10)}, _ID),
    "container": all_of(
        at_least_one("title", "rich_text_title"),
        shape(
            {"child_blocks": items(by_type(_IN_CONTAINER), 10)},
            {
                **_ID,
                "title": plain_text(150),
                "rich_text_title": _RICH,
                "subtitle": any_text(150),
                "icon": _IMAGE,
                "width": one_of("narrow", "standard", "wide", "full"),
                "is_collapsible": boolean,
                "default_collapsed": boolean,
                "has_header_divider": boolean,
            },
        ),
    ),
    "alert": shape({"text": any_text(200)}, {**_ID, "level": one_of("default", "info", "warning", "error", "success")}),
    "plan": shape({"title": string(3000, 1)}, {**_ID, "tasks": items(_PLANNED, 100, low=0)}),
    "task_card": _task("in_progress", "complete", "error"),
}
