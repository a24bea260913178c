"""Find what the API refuses in the `messages` of a request, before it is sent (docs.anthropic.com, Messages)."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from bot.requests.attachments import find_attachment_faults, find_source_faults
from bot.requests.model_rules import ModelRules
from bot.requests.params_shapes import CACHE_CONTROL
from bot.requests.problems import ProblemKind, RequestFault, WarningKind
from bot.requests.shapes import Record, Text
from bot.requests.tool_turns import find_tool_turn_faults

MAX_MESSAGES = 100_000
"""In a single request (docs.anthropic.com, Messages)."""

_MESSAGES = "params.messages"
_ROLES = ("user", "assistant")
_SYSTEM_KEYS = frozenset(("role", "content", "clear_at", "output_config"))
_MESSAGE_KEYS = frozenset(("role", "content"))
_NEVER_BESIDE_ROLE = frozenset(("cache_control", "function_call", "tool_call_id", "tool_calls"))
"""Keys that are documented as refused, or that are another API's form of tool calls."""
_TOOL_BLOCKS = {
    "tool_use": Record({"id": Text(), "name": Text(), "input": Record()}, frozenset(("id", "name", "input"))),
    "tool_result": Record({"tool_use_id": Text()}, frozenset(("tool_use_id",))),
}
_UNCHECKED_BLOCKS = frozenset(
    {
        "advisor_tool_result",
        "bash_code_execution_tool_result",
        "code_execution_tool_result",
        "compaction",
        "container_upload",
        "fallback",
        "mcp_tool_listing",
        "mcp_tool_result",
        "mcp_tool_use",
        "redacted_thinking",
        "search_result",
        "server_tool_use",
        "text_editor_code_execution_tool_result",
        "thinking",
        "tool_addition",
        "tool_reference",
        "tool_removal",
        "tool_search_tool_result",
        "tool_use",
        "web_fetch_tool_result",
        "web_search_tool_result",
    }
)
"""Content blocks of the official SDK 2.14, plain and beta, that no rule looks into."""
KNOWN_BLOCKS = _UNCHECKED_BLOCKS | {"text", "image", "document", "tool_result"}
_FOREIGN_BLOCKS = {
    "image_url": "image",
    "input_audio": "",
    "input_file": "document",
    "input_image": "image",
    "input_text": "text",
    "output_text": "text",
    "refusal": "text",
}
"""Content blocks of other APIs, and this API's block for the same purpose, if it has one."""


class ContentTally(Struct):
    """What is counted over all content of a request."""

    breakpoints: int = 0
    images: int = 0
    cites: bool = False
    has_tool_turns: bool = False


class ContentRules(Struct, frozen=True):
    """What content must fit: the model, by its name in the request and its rules, and the API version."""

    model: str
    rules: ModelRules
    newest: bool = False


def find_message_faults(
    messages: list[Any], content_rules: ContentRules, tally: ContentTally
) -> Iterator[RequestFault]:
    """Yield the faults of all messages, and count what they contain."""
    if not messages:
        yield RequestFault(ProblemKind.EMPTY, _MESSAGES, messages)
    elif len(messages) > MAX_MESSAGES:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, _MESSAGES, len(messages), MAX_MESSAGES)
    last = len(messages) - 1
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, f"{_MESSAGES}.{index}", message)
            continue
        role = message.get("role")
        content = message.get("content")
        is_plain = len(message) == 2 and isinstance(content, str) and content and not content.isspace()
        if is_plain and (role == "user" or (role == "assistant" and index < last)):
            continue  # most messages
        place = f"{_MESSAGES}.{index}"
        if role not in _ROLES:
            yield _find_role_fault(place, message)
        if len(message) > 2:
            yield from _find_key_faults(place, message)
        yield from _find_content_faults(place, message, content_rules, tally, is_last=index == last)
        if content_rules.newest:
            yield from _find_newest_faults(place, message)
    if tally.has_tool_turns:
        yield from find_tool_turn_faults(messages)


def _find_role_fault(place: str, message: dict[str, Any]) -> RequestFault:
    """Return the fault of a role; a system message is a warning, because no API says which models accept it."""
    if "role" not in message:
        return RequestFault(ProblemKind.MISSING_KEY, f"{place}.role")
    role = message["role"]
    kind = WarningKind.SYSTEM_ROLE if role == "system" else ProblemKind.UNKNOWN_ROLE
    return RequestFault(kind, f"{place}.role", role)


def _find_key_faults(place: str, message: dict[str, Any]) -> Iterator[RequestFault]:
    """Yield keys that a message does not have; a warning, as they may be newer, except for one that is documented."""
    for key in message.keys() - (_SYSTEM_KEYS if message.get("role") == "system" else _MESSAGE_KEYS):
        kind = ProblemKind.UNKNOWN_KEY if key in _NEVER_BESIDE_ROLE else WarningKind.UNKNOWN_KEY
        yield RequestFault(kind, f"{place}.{key[:80]}")


def _find_content_faults(
    place: str, message: dict[str, Any], content_rules: ContentRules, tally: ContentTally, *, is_last: bool
) -> Iterator[RequestFault]:
    content = message.get("content")
    may_be_empty = is_last and message.get("role") == "assistant"
    if "content" not in message:
        if message.get("role") != "system" or "output_config" not in message:
            yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.content")
    elif not isinstance(content, str | list):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.content", content)
    elif not content and not may_be_empty:
        yield RequestFault(ProblemKind.EMPTY, f"{place}.content", content)
    elif isinstance(content, str) and content.isspace():
        yield RequestFault(ProblemKind.BLANK_TEXT, f"{place}.content")
    elif may_be_empty and (end := _find_last_text(content))[-1:].isspace() and not end.isspace():
        yield RequestFault(ProblemKind.BLANK_END, f"{place}.content", end[-20:])
    if isinstance(content, list):
        yield from find_block_faults(f"{place}.content", content, content_rules, tally)


def _find_last_text(content: str | list[Any]) -> str:
    """Return the text that the content ends with."""
    last = content[-1] if isinstance(content, list) and content else content
    text = last.get("text") if isinstance(last, dict) else last
    return text if isinstance(text, str) else ""


def find_block_faults(
    place: str, blocks: list[Any], content_rules: ContentRules, tally: ContentTally
) -> Iterator[RequestFault]:
    """Yield the faults of content blocks, of a message, a system prompt or the result of a tool."""
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.{index}", block)
            continue
        kind = block.get("type")
        text = block.get("text")
        if kind == "text" and len(block) == 2 and isinstance(text, str) and text and not text.isspace():
            continue  # most blocks
        yield from _find_block_faults(f"{place}.{index}", block, content_rules, tally)


def _find_block_faults(
    place: str, block: dict[str, Any], content_rules: ContentRules, tally: ContentTally
) -> Iterator[RequestFault]:
    kind = block.get("type")
    if (cache := block.get("cache_control")) is not None:
        tally.breakpoints += 1
        yield from CACHE_CONTROL.find(f"{place}.cache_control", cache)
    if not isinstance(kind, str):
        wrong = ProblemKind.WRONG_TYPE if "type" in block else ProblemKind.MISSING_KEY
        yield RequestFault(wrong, f"{place}.type", block.get("type", ""))
    elif kind == "text":
        yield from _find_text_faults(place, block)
    elif kind in ("image", "document"):
        yield from _find_attachment_faults(place, kind, block, content_rules, tally)
    elif kind in _FOREIGN_BLOCKS:
        yield RequestFault(ProblemKind.FOREIGN_BLOCK, f"{place}.type", kind, instead=_FOREIGN_BLOCKS[kind])
    elif kind in _UNCHECKED_BLOCKS or kind == "tool_result":
        if (shape := _TOOL_BLOCKS.get(kind)) is not None:
            tally.has_tool_turns = True
            yield from shape.find(place, block)
        if kind == "tool_result" and isinstance(content := block.get("content"), list):
            yield from find_block_faults(f"{place}.content", content, content_rules, tally)
    else:
        yield RequestFault(WarningKind.UNKNOWN_BLOCK, f"{place}.type", kind)


def _find_text_faults(place: str, block: dict[str, Any]) -> Iterator[RequestFault]:
    text = block.get("text")
    if "text" not in block:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.text")
    elif not isinstance(text, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.text", text)
    elif not text:
        yield RequestFault(ProblemKind.EMPTY, f"{place}.text", text)
    elif text.isspace():
        yield RequestFault(ProblemKind.BLANK_TEXT, f"{place}.text")


def _find_attachment_faults(
    place: str, kind: str, block: dict[str, Any], content_rules: ContentRules, tally: ContentTally
) -> Iterator[RequestFault]:
    source = block.get("source")
    if not isinstance(source, dict):
        wrong = ProblemKind.WRONG_TYPE if "source" in block else ProblemKind.MISSING_KEY
        yield RequestFault(wrong, f"{place}.source", source or "")
        return
    yield from find_source_faults(f"{place}.source", kind, source)
    tally.images += kind == "image"
    tally.cites |= isinstance(cited := block.get("citations"), dict) and cited.get("enabled") is True
    form = source.get("type")
    rules = content_rules.rules
    is_pdf = kind == "document" and form in ("base64", "url")
    if (kind == "image" and not rules.images) or (is_pdf and not rules.pdfs):
        yield RequestFault(ProblemKind.MODEL_INPUT, f"{place}.type", kind, model=content_rules.model)
    elif form == "base64":
        yield from find_attachment_faults(f"{place}.source", kind, source, rules.max_images)
    elif form == "url":
        yield from _find_address_faults(f"{place}.source.url", source)
    elif form == "content" and isinstance(content := source.get("content"), list):
        yield from find_block_faults(f"{place}.source.content", content, content_rules, tally)


def _find_address_faults(place: str, source: dict[str, Any]) -> Iterator[RequestFault]:
    url = source.get("url")
    if not isinstance(url, str):
        yield RequestFault(ProblemKind.WRONG_TYPE if "url" in source else ProblemKind.MISSING_KEY, place, url)
    elif not url.lower().startswith("https://"):
        yield RequestFault(ProblemKind.NOT_HTTPS, place, url)


def _find_newest_faults(place: str, message: dict[str, Any]) -> Iterator[RequestFault]:
    """Yield what API version 2026-10-21 forbids (docs.anthropic.com, migration to 2026-10-21)."""
    content = message.get("content")
    role = message.get("role")
    for index, block in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(block, dict):
            continue
        here = f"{place}.content.{index}"
        if role == "assistant" and block.get("type") == "document":
            yield RequestFault(ProblemKind.FORBIDDEN_IN_VERSION, f"{here}.type", "document")
        if role == "user" and block.get("type") == "text" and block.get("citations"):
            yield RequestFault(ProblemKind.FORBIDDEN_IN_VERSION, f"{here}.citations", block["citations"])


def ends_with_prefill(messages: list[Any]) -> bool:
    """Return whether the last turn is the assistant's own words.

    A turn that paused with a server tool is sent back as it is (docs.anthropic.com, Stop reasons), so it is none.
    """
    last = messages[-1] if messages else None
    if not isinstance(last, dict) or last.get("role") != "assistant":
        return False
    content = last.get("content")
    kinds = [block.get("type") for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return not any(
        kind in ("server_tool_use", "mcp_tool_use") or (isinstance(kind, str) and kind.endswith("_tool_result"))
        for kind in kinds
    )
