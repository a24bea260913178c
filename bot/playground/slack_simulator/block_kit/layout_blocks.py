"""The basic blocks: section, header, context, actions, divider, image, input, file, video (docs.slack.dev, blocks)."""

from collections.abc import Iterator
from typing import Any

from bot.playground.slack_simulator.block_kit.button_elements import CONTEXT_ACTIONS, PRESSED, WORKFLOW_BUTTON
from bot.playground.slack_simulator.block_kit.choice_elements import CHOSEN
from bot.playground.slack_simulator.block_kit.objects import BLOCK_ID, SLACK_FILE, URL, any_text, plain_text
from bot.playground.slack_simulator.block_kit.rich_text import RICH_TEXT
from bot.playground.slack_simulator.block_kit.rules import (
    Problem,
    Rule,
    all_of,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    integer,
    items,
    shape,
    string,
)
from bot.playground.slack_simulator.block_kit.text_inputs import FILE_INPUT, TYPED

_ID: dict[str, Rule] = {"block_id": BLOCK_ID}
_PICTURE: dict[str, Rule] = {"image_url": URL, "slack_file": SLACK_FILE}

IMAGE_ELEMENT = all_of(exactly_one("image_url", "slack_file"), shape({"alt_text": string(2000, 1)}, _PICTURE))
_ACCESSORY = {**PRESSED, **WORKFLOW_BUTTON, **CHOSEN, "image": IMAGE_ELEMENT}
del _ACCESSORY["datetimepicker"]
_IN_ACTIONS = {**PRESSED, **WORKFLOW_BUTTON, **CHOSEN, "rich_text_input": TYPED["rich_text_input"]}
_IN_INPUT = {**CHOSEN, **TYPED, **FILE_INPUT}
_SMALL = {
    "image": IMAGE_ELEMENT,
    "plain_text": shape({"text": string(3000, 1)}, {"emoji": boolean}),
    "mrkdwn": shape({"text": string(3000, 1)}, {"verbatim": boolean}),
}


def _no_dispatch_of_files(value: Any, at: str) -> Iterator[Problem]:
    element = value.get("element") if isinstance(value, dict) else None
    if isinstance(element, dict) and element.get("type") == "file_input" and value.get("dispatch_action"):
        yield Problem("dispatch_action is not allowed with file_input", f"{at}/dispatch_action")


SECTION = all_of(
    at_least_one("text", "fields"),
    shape(
        {},
        {
            **_ID,
            "text": any_text(3000),
            "fields": items(any_text(2000), 10),
            "accessory": by_type(_ACCESSORY),
            "expand": boolean,
        },
    ),
)
INPUT = all_of(
    _no_dispatch_of_files,
    shape(
        {"label": plain_text(2000), "element": by_type(_IN_INPUT)},
        {**_ID, "hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
)

LAYOUT: dict[str, Rule] = {
    "section": SECTION,
    "header": shape({"text": plain_text(150)}, {**_ID, "level": integer(1, 4)}),
    "context": shape({"elements": items(by_type(_SMALL), 10)}, _ID),
    "actions": shape({"elements": items(by_type(_IN_ACTIONS), 25)}, _ID),
    "context_actions": shape({"elements": items(by_type(CONTEXT_ACTIONS), 5)}, _ID),
    "divider": shape({}, _ID),
    "image": all_of(
        exactly_one("image_url", "slack_file"),
        shape({"alt_text": string(2000, 1)}, {**_ID, **_PICTURE, "title": plain_text(2000)}),
    ),
    "input": INPUT,
    "rich_text": RICH_TEXT,
    "file": shape({"external_id": string(255, 1), "source": string(255, 1)}, _ID),
    "video": shape(
        {"alt_text": string(2000, 1), "title": plain_text(200), "thumbnail_url": URL, "video_url": URL},
        {
            **_ID,
            "author_name": string(50),
            "description": plain_text(200),
            "provider_icon_url": URL,
            "provider_name": string(50),
            "title_url": URL,
        },
    ),
}
