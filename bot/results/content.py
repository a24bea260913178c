"""The content of an answer: its text, its tool calls, and which blocks are neither (docs.anthropic.com, Messages)."""

import json
import re
from collections import Counter
from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from bot.results.lines import is_too_intricate

_NULL = Raw(b"null")
_MAX_NAME = 60
_MAX_KINDS = 20
# How nearly every answer begins. Anything else is decoded, which takes longer.
_BEGINS_WITH_TEXT = re.compile(
    rb'\[\s*\{\s*(?:"citations"\s*:\s*null\s*,\s*)?"type"\s*:\s*"text"\s*,\s*"text"\s*:\s*"[^"\\\s]'
)


class ContentBlock(Struct, gc=False):
    """One block, whose values are decoded only when they are needed. Any of them may have another type."""

    type: Raw = _NULL
    text: Raw = _NULL
    citations: Raw = _NULL
    id: Raw = _NULL
    name: Raw = _NULL
    input: Raw = _NULL


class ToolCall(Struct, frozen=True):
    """A call of a tool of the client. `input` is JSON, as the API wrote it."""

    id: str
    name: str
    input: Raw


class AnswerContent(Struct, frozen=True):
    """What an answer says: its text blocks joined, and its tool calls.

    `left_out`: what the content has besides, such as `thinking`, and how often.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    left_out: Mapping[str, int] = {}

    @property
    def is_blank(self) -> bool:
        """Whether there is no text, or only blanks."""
        return not self.text or self.text.isspace()


_DECODER = msgspec.json.Decoder(list[ContentBlock])
_TEXT_DECODER = msgspec.json.Decoder(str)
_ITEM_DECODER = msgspec.json.Decoder(list[Raw])


def has_text(content: Raw) -> bool:
    """Return whether an answer's content has text other than blanks."""
    return _BEGINS_WITH_TEXT.match(content) is not None or not read_content(content).is_blank


def read_content(content: Raw) -> AnswerContent:
    """Read `message.content`. Nothing raises: what has another shape is named in `left_out`."""
    if not content or content == _NULL:
        return AnswerContent()
    if is_too_intricate(content):
        return AnswerContent(left_out={"unreadable content": 1})
    if (text := decode_text(content)) is not None:
        return AnswerContent(text)
    return _read_blocks(_decode_blocks(content))


def _read_blocks(blocks: list[ContentBlock]) -> AnswerContent:
    texts: list[str] = []
    calls: list[ToolCall] = []
    left_out = Counter[str]()
    for block in blocks:
        kind = bytes(block.type)
        if kind == b'"text"' and (text := decode_text(block.text)) is not None:
            texts.append(text)
            if bytes(block.citations) not in (b"null", b"[]"):
                left_out["citations"] += 1
        elif kind == b'"tool_use"':
            calls.append(ToolCall(decode_text(block.id) or "", decode_text(block.name) or "", block.input))
        else:
            name = (decode_text(block.type) or "unreadable block")[:_MAX_NAME]
            left_out[name if name in left_out or len(left_out) < _MAX_KINDS else "other blocks"] += 1
    return AnswerContent("".join(texts), tuple(calls), left_out)


def _decode_blocks(content: Raw) -> list[ContentBlock]:
    try:
        return _DECODER.decode(content)
    except msgspec.DecodeError:
        pass
    try:
        return [_decode_block(item) for item in _ITEM_DECODER.decode(content)]
    except msgspec.DecodeError:  # it is no array
        return [ContentBlock()]


def _decode_block(item: Raw) -> ContentBlock:
    try:
        return msgspec.json.decode(item, type=ContentBlock)
    except msgspec.DecodeError:
        return ContentBlock()


def decode_text(value: Raw) -> str | None:
    """Return a JSON string, with a replacement for what no UTF-8 can hold; None for any other value."""
    try:
        return _TEXT_DECODER.decode(value)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        text = json.loads(bytes(value).decode("utf-8", "replace"), strict=False)
    except ValueError:
        return None
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else None
