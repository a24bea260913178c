"""Looks into the blocks of a message: every text object, every button, everything that is shown."""

import json
import re
from collections.abc import Iterator, Mapping

from bot.ui.reply import Message

# The mark-up the bot makes itself (docs.slack.dev, formatting text): dates, people, channels. All else is foreign.
_TOKENS = r"(?:\{time\}|\{date_short_pretty\}(?: at \{time\})?)"
OURS = re.compile(
    rf"<!date\^\d+\^{_TOKENS}\|\d{{4}}-\d\d-\d\d \d\d:\d\d UTC>|<@[UW][A-Z0-9]+>|<#[CGD][A-Z0-9]+>|<!subteam\^S0TEAM>"
)
CODE = re.compile(r"`[^`\n]+`")


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every JSON object inside a value, the value itself included."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from objects(inner)


def buttons(message: Message) -> list[Mapping[str, object]]:
    """Return the buttons of a message."""
    return [found for found in objects(message.blocks) if found.get("type") == "button"]


def options(message: Message) -> list[Mapping[str, object]]:
    """Return the options of the menus of a message."""
    lists = [
        found["options"] for found in objects(message.blocks) if found.get("type") in ("overflow", "static_select")
    ]
    return [option for each in lists if isinstance(each, list) for option in each]


def text_objects(message: Message, kind: str) -> list[Mapping[str, object]]:
    """Return the text objects of one kind, `mrkdwn` or `plain_text`."""
    return [found for found in objects(message.blocks) if found.get("type") == kind]


def marked_up(message: Message) -> list[str]:
    """Return every string that Slack reads as mark-up: the blocks' mrkdwn, and the plain text beside the blocks."""
    return [str(found["text"]) for found in text_objects(message, "mrkdwn")] + [message.text]


def shown(message: Message) -> str:
    """Return all that people may see or hear, as JSON: everything but what buttons carry."""
    return json.dumps([message.text, [_without_values(block) for block in message.blocks]], ensure_ascii=False)


def words(message: Message) -> list[str]:
    """Return every string of a message that people read."""
    return [message.text, *(str(f["text"]) for kind in ("mrkdwn", "plain_text") for f in text_objects(message, kind))]


def _without_values(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_values(inner) for key, inner in value.items() if key != "value"}
    return [_without_values(inner) for inner in value] if isinstance(value, list | tuple) else value
