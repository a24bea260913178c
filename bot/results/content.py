"""The content of an answer: its text, its tool calls, and which blocks are neither (docs.anthropic.com, Messages)."""

import json
import re
from collections import Counter
from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from bot.results.lines import NOT_JSON, is_too_intricate

_NULL = Raw(b"null")
_MAX_NAME = 60
_MAX_KINDS = 20

QUOTE = ord('"')
_CONTENT_KEY = b'"content":'
_SEARCHED = 600
"""Bytes from the start of a line in which the content is looked for. Only ids and the model come before it."""
THOUGHT = _CONTENT_KEY + b'[{"type":"thinking","thinking":"'
_BEGINS_WITH_TEXT = re.compile(
    rb'(?P<opening>"content":\s*\[\s*(?P<block>\{\s*(?:"citations":\s*null,\s*)?"type":\s*"text",\s*"text":\s*"))[^"]'
)


class ContentBlock(Struct, gc=False):
    """One block, whose values are decoded only when they are needed, and may have any type."""

    type: Raw = _NULL
    text: Raw = _NULL
    citations: Raw = _NULL
    id: Raw = _NULL
    name: Raw = _NULL
    input: Raw = _NULL


class _MessageContent(Struct, gc=False):
    content: Raw = _NULL


class _ResultContent(Struct, gc=False):
    message: _MessageContent


class _LineContent(Struct, gc=False):
    result: _ResultContent


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


_LINE_DECODER = msgspec.json.Decoder(_LineContent)
_DECODER = msgspec.json.Decoder(list[ContentBlock])
_TEXT_DECODER = msgspec.json.Decoder(str)
_ITEM_DECODER = msgspec.json.Decoder(list[Raw])


class TextDetector:
    """Find out whether answers have text, by how their lines begin; only unusual lines are decoded.

    Every line of a file is asked about, so the caller looks at most lines itself. The content begins at `offset` plus
    the lengths of the custom_id and the model, which come before. An answer has text if `opening` is there, or if
    `THOUGHT` is there and the next brace begins `block`, and no `QUOTE` follows. All but `THOUGHT` is learned from the
    lines before.
    """

    def __init__(self) -> None:
        self.block = b'{"type":"text","text":"'
        self.opening = _CONTENT_KEY + b"[" + self.block
        self.offset = 0

    def has_text(self, line: bytes, names_length: int) -> bool:
        """Return whether the answer of a line has text. `names_length`: of its custom_id and its model together."""
        at = self.offset + names_length
        if not (begins_with_thought := line.startswith(THOUGHT, at)) and not line.startswith(_CONTENT_KEY, at):
            at = max(0, line.find(_CONTENT_KEY, 0, _SEARCHED))
            self.offset = at - names_length
            begins_with_thought = line.startswith(THOUGHT, at)
        if begins_with_thought:
            # A thought has no blocks of its own, so a text block behind the next brace is the next block.
            after = line.find(b"{", at + len(THOUGHT))
            if line.startswith(self.block, after) and line[after + len(self.block)] != QUOTE:
                return True
        elif found := _BEGINS_WITH_TEXT.match(line, at):
            self.opening, self.block = found["opening"], found["block"]
            return True
        return _has_decoded_text(line)


def _has_decoded_text(line: bytes) -> bool:
    try:
        content = _LINE_DECODER.decode(line).result.message.content
    except NOT_JSON:  # it has half of a surrogate pair, so it has text
        return True
    return bool(read_content(content).text)


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
