"""Find what the API refuses in the `messages` of a request, before it is sent (docs.anthropic.com, Messages)."""

from collections.abc import Iterator
from typing import Any

from bot.requests.problems import ProblemKind, RequestFault, WarningKind

MAX_MESSAGES = 100_000
"""In a single request (docs.anthropic.com, Messages)."""

_MESSAGES = "params.messages"


def find_message_faults(messages: list[Any], *, newest: bool) -> Iterator[RequestFault]:
    """Yield the faults of all messages; `newest` applies the rules of API version 2026-10-21."""
    if not messages:
        yield RequestFault(ProblemKind.EMPTY, _MESSAGES, messages)
    elif len(messages) > MAX_MESSAGES:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, _MESSAGES, len(messages), MAX_MESSAGES)
    last = len(messages) - 1
    for index, message in enumerate(messages):
        place = f"{_MESSAGES}.{index}"
        if not isinstance(message, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, place, message)
            continue
        role = message.get("role")
        if role != "user" and role != "assistant":
            yield _find_role_fault(place, message)
        yield from _find_content_faults(place, message, may_be_empty=index == last and role == "assistant")
        if newest:
            yield from _find_newest_faults(place, message)


def _find_role_fault(place: str, message: dict[str, Any]) -> RequestFault:
    """Return the fault of a role; a system message is a warning, because no API says which models accept it."""
    if "role" not in message:
        return RequestFault(ProblemKind.MISSING_KEY, f"{place}.role")
    role = message["role"]
    kind = WarningKind.SYSTEM_ROLE if role == "system" else ProblemKind.UNKNOWN_ROLE
    return RequestFault(kind, "params.messages.role" if role == "system" else f"{place}.role", role)


def _find_content_faults(place: str, message: dict[str, Any], *, may_be_empty: bool) -> Iterator[RequestFault]:
    content = message.get("content")
    if "content" not in message:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.content")
    elif not isinstance(content, str | list):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.content", content)
    elif not content and not may_be_empty:
        yield RequestFault(ProblemKind.EMPTY, f"{place}.content", content)
    if isinstance(content, list):
        yield from find_block_faults(f"{place}.content", content)


def find_block_faults(place: str, blocks: list[Any]) -> Iterator[RequestFault]:
    """Yield the faults of content blocks, of a message or of a system prompt."""
    for index, block in enumerate(blocks):
        here = f"{place}.{index}"
        if not isinstance(block, dict):
            yield RequestFault(ProblemKind.WRONG_TYPE, here, block)
        elif not isinstance(block.get("type"), str):
            kind = ProblemKind.WRONG_TYPE if "type" in block else ProblemKind.MISSING_KEY
            yield RequestFault(kind, f"{here}.type", block.get("type", ""))
        elif block["type"] == "text":
            yield from _find_text_faults(here, block)
        elif isinstance(source := block.get("source"), dict) and source.get("type") == "url":
            yield from _find_source_faults(f"{here}.source.url", source)


def _find_text_faults(place: str, block: dict[str, Any]) -> Iterator[RequestFault]:
    text = block.get("text")
    if "text" not in block:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.text")
    elif not isinstance(text, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.text", text)
    elif not text:
        yield RequestFault(ProblemKind.EMPTY, f"{place}.text", text)


def _find_source_faults(place: str, source: dict[str, Any]) -> Iterator[RequestFault]:
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
