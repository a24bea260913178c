"""Check the arguments of a message, for every method that takes one."""

import json
from typing import Any

from bot.playground.slack_simulator.blocks import find_block_problems
from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal

MAX_POST_CHARACTERS = 40_000
MAX_UPDATE_CHARACTERS = 4_000
MAX_MARKDOWN_CHARACTERS = 12_000
MAX_METADATA_BYTES = 16_000


def parse_json(value: Any, error: str) -> Any:
    """Parse a value that may be JSON text inside a form. Raises Refusal with this error."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(error) from None


def check_text(value: Any) -> str:
    """Return the text, cut at 40,000 characters as Slack does."""
    if value is not None and not isinstance(value, str):
        raise Refusal("invalid_arguments", problems=["must provide a string [json-pointer:/text]"])
    return (value or "")[:MAX_POST_CHARACTERS]


def check_blocks(arguments: Json) -> list[Json] | None:
    """Return the blocks, or None. Raises Refusal if Slack would not accept them."""
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
    """Return the metadata, or None. An empty object stays empty, which clears it."""
    if arguments.get("metadata") is None:
        return None
    metadata = parse_json(arguments["metadata"], "invalid_metadata_format")
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(metadata)) > MAX_METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return metadata


def read_content(arguments: Json) -> tuple[str, list[Json]]:
    """Return the text and blocks of a new message, or of its `markdown_text`. Raises Refusal if there are none."""
    markdown = arguments.get("markdown_text")
    blocks = check_blocks(arguments) or []
    text = check_text(arguments.get("text"))
    if markdown:
        if text or blocks:
            raise Refusal("markdown_text_conflict")
        if len(str(markdown)) > MAX_MARKDOWN_CHARACTERS:
            raise Refusal("msg_too_long")
        return "", make_markdown_block(str(markdown))
    if not text.strip() and not blocks:
        raise Refusal("no_text")
    return text, blocks


def make_markdown_block(text: str) -> list[Json]:
    """Return the block that Slack makes of `markdown_text`."""
    return [{"type": "markdown", "text": text}]
