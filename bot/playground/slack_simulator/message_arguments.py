"""The arguments messages are made of, checked the same wherever they come from."""

import json
from typing import Any

from bot.playground.slack_simulator.blocks import find_block_problems
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000
LONGEST_MARKDOWN = 12_000
LARGEST_METADATA = 16_000


def parse_json(value: Any, error: str) -> Any:
    """A value that may have come as JSON text inside a form; Refusal with this error when it cannot be read."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(error) from None


def check_text(value: Any) -> str:
    """The text, cut at 40,000 characters as Slack cuts it."""
    if value is not None and not isinstance(value, str):
        raise Refusal("invalid_arguments", problems=["must provide a string [json-pointer:/text]"])
    return (value or "")[:LONGEST_POST]


def check_blocks(arguments: Json) -> list[Json] | None:
    """The blocks if any were given; Refusal when Slack would not take them."""
    if arguments.get("blocks") is None:
        return None
    blocks = parse_json(arguments["blocks"], "invalid_blocks_format")
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    problems = find_block_problems(blocks)
    if problems:
        raise Refusal("invalid_blocks", problems=problems)
    return blocks


def check_metadata(arguments: Json) -> Json | None:
    """The metadata if any was given; an empty object stays empty, which clears it."""
    if arguments.get("metadata") is None:
        return None
    metadata = parse_json(arguments["metadata"], "invalid_metadata_format")
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")
    return metadata


def read_content(arguments: Json) -> tuple[str, list[Json]]:
    """Text and blocks for a new message; `markdown_text` becomes the text; Refusal when there is nothing to say."""
    markdown = arguments.get("markdown_text")
    blocks = check_blocks(arguments) or []
    text = check_text(arguments.get("text"))
    if markdown:
        if text or blocks:
            raise Refusal("markdown_text_conflict")
        if len(str(markdown)) > LONGEST_MARKDOWN:
            raise Refusal("msg_too_long")
        return "", make_markdown_block(str(markdown))
    if not text.strip() and not blocks:
        raise Refusal("no_text")
    return text, blocks


def make_markdown_block(text: str) -> list[Json]:
    """The block Slack makes of `markdown_text`."""
    return [{"type": "markdown", "text": text}]
