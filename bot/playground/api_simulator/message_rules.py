"""The rules for the `messages` of a request."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.playground.api_simulator.attachment_rules import find_attachment_mistake
from bot.playground.api_simulator.tool_turns import find_tool_turn_mistakes

_KEYS = {
    "user": {"role", "content"},
    "assistant": {"role", "content"},
    "system": {"role", "content", "clear_at", "output_config"},
}
_REQUIRED: dict[str, dict[str, type]] = {
    "tool_use": {"id": str, "name": str, "input": dict},
    "tool_result": {"tool_use_id": str},
    "image": {"source": dict},
    "document": {"source": dict},
}
_LIFETIMES = ("5m", "1h", None)
_EMPTY = "all messages must have non-empty content except for the optional final assistant message"


def find_message_mistakes(messages: list[Any], *, newest: bool) -> Iterator[str]:
    """Yield the mistakes in the messages, in order. `newest` applies the rules of API version 2026-10-21."""
    if not messages:
        yield "messages: at least one message is required"
    for index, message in enumerate(messages):
        place = f"messages.{index}"
        if not isinstance(message, dict):
            yield f"{place}: Input should be a valid dictionary"
            continue
        yield from _shape_mistakes(place, message, first=index == 0)
        yield from _content_mistakes(place, message, last=index == len(messages) - 1)
        if newest:
            yield from _newest_mistakes(place, message)
    yield from find_tool_turn_mistakes(messages)


def _shape_mistakes(place: str, message: dict[str, Any], *, first: bool) -> Iterator[str]:
    for key in ("role", "content"):
        if key not in message:
            yield f"{place}.{key}: Field required"
    extras = message.keys() - _KEYS.get(str(message.get("role")), message.keys())
    yield from (f"{place}.{key}: Extra inputs are not permitted" for key in sorted(extras))
    if message.get("role") == "system":
        if not first:
            return
        yield 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter.'
    elif message.get("role") not in {"user", "assistant"}:
        yield f"{place}.role: Input should be 'user' or 'assistant'"


def _content_mistakes(place: str, message: dict[str, Any], *, last: bool) -> Iterator[str]:
    content = message.get("content")
    if not isinstance(content, str | list):
        yield f"{place}.content: Input should be a valid list"
    elif isinstance(content, str) and content.isspace():
        yield "messages: text content blocks must contain non-whitespace text"
    elif last and message.get("role") == "assistant" and _text_of(content) != _text_of(content).rstrip():
        yield "messages: final assistant content cannot end with trailing whitespace"
    elif not content and not (last and message.get("role") == "assistant"):
        yield f"{place}: {_EMPTY}"
    for index, block in enumerate(content if isinstance(content, list) else ()):
        yield from _block_mistakes(f"{place}.content.{index}", block)


def _text_of(content: Any) -> str:
    """Return the text that the content ends with."""
    if isinstance(content, list) and content and isinstance(content[-1], dict):
        content = content[-1].get("text")
    return content if isinstance(content, str) else ""


def _block_mistakes(place: str, block: Any) -> Iterator[str]:
    if not isinstance(block, dict):
        yield f"{place}: Input should be a valid dictionary"
        return
    if (block.get("cache_control") or {}).get("ttl", "5m") not in _LIFETIMES:
        yield f"{place}.{block.get('type')}.cache_control.ephemeral.ttl: Input should be '5m' or '1h'"
    if "type" not in block:
        yield f"{place}.type: Field required"
    elif block["type"] == "text":
        text = block.get("text")
        if not isinstance(text, str):
            yield f"{place}.text.text: " + ("Field required" if text is None else "Input should be a valid string")
        elif not text:
            yield "messages: text content blocks must be non-empty"
        elif text.isspace():
            yield "messages: text content blocks must contain non-whitespace text"
    elif block["type"] not in _BLOCK_TYPES:
        yield f"{place}: Input tag '{block['type']}' found using 'type' does not match any of the expected tags"
    elif missing := [key for key in _REQUIRED.get(block["type"], {}) if key not in block]:
        yield f"{place}.{block['type']}.{missing[0]}: Field required"
    elif wrong := [key for key, kind in _REQUIRED.get(block["type"], {}).items() if not isinstance(block[key], kind)]:
        yield f"{place}.{block['type']}.{wrong[0]}: Input should be of another type"
    elif mistake := find_attachment_mistake(block):
        yield f"{place}.{block['type']}.{mistake}"
    elif block["type"] == "tool_result" and isinstance(block.get("content"), list):
        for index, inner in enumerate(block["content"]):
            yield from _block_mistakes(f"{place}.tool_result.content.{index}", inner)
    elif _cannot_be_fetched(block.get("source")):
        yield f"{place}.{block['type']}.source.url: Unable to download the file. Please verify the URL and try again."


_BLOCK_TYPES = frozenset(
    {
        "advisor_tool_result",
        "bash_code_execution_tool_result",
        "code_execution_tool_result",
        "compaction",
        "container_upload",
        "document",
        "fallback",
        "image",
        "mcp_tool_listing",
        "mcp_tool_result",
        "mcp_tool_use",
        "redacted_thinking",
        "search_result",
        "server_tool_use",
        "text",
        "text_editor_code_execution_tool_result",
        "thinking",
        "tool_addition",
        "tool_reference",
        "tool_removal",
        "tool_result",
        "tool_search_tool_result",
        "tool_use",
        "web_fetch_tool_result",
        "web_search_tool_result",
    }
)
"""Content blocks of the official SDK 2.14, plain and beta."""


def _cannot_be_fetched(source: Any) -> bool:
    """Return whether an address counts as unreachable: not https, or ending in `.invalid`. Nothing is fetched."""
    if not isinstance(source, dict) or source.get("type") != "url":
        return False
    address = urlsplit(str(source.get("url")))
    return address.scheme != "https" or (address.hostname or "invalid").endswith("invalid")


def _newest_mistakes(place: str, message: dict[str, Any]) -> Iterator[str]:
    content = message.get("content")
    for index, block in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(block, dict):
            continue
        if message.get("role") == "assistant" and block.get("type") == "document":
            yield f"{place}.content.{index}: document blocks are not allowed in assistant turns"
        if message.get("role") == "user" and block.get("type") == "text" and block.get("citations"):
            yield f"{place}.content.{index}.text.citations: Extra inputs are not permitted"
