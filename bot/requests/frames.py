"""Recognize lines that differ in their texts alone from a line that was checked: most lines of most files.

One program writes a file, so its lines repeat everything but the `custom_id` and the texts of the prompts. What
repeats, byte for byte, is a *frame*: the pieces of a line around its texts. A frame is checked once, as a line with
short texts in it. A line of the same frame then needs its texts decoded and nothing else:

- The frame was read as JSON with a string at each place of a text. With other strings there it is JSON with the same
  keys, nesting and number of values.
- Only texts are left out at which no rule looks, except whether they are blank (`_list_texts`). So the rules find in
  each line what they found in the frame. Frames with problems are not kept, and blank texts are checked the long way.
- A prompt is longer by the characters and bytes of its texts (`measure_request`).
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from bot.api.json_lines import BLANKS, STRING
from bot.requests.lines import RequestLine, read_line
from bot.requests.params import ParamsChecker
from bot.requests.problems import RequestFault, WarningKind
from bot.requests.sizes import RequestSize, measure_request

MAX_LINE_BYTES = 2 * 1024 * 1024
"""Bytes of a longer line are not copied: it is checked the long way, which needs less memory."""
_MAX_TEXTS = 1_000
_MAX_BRANCHES = 64
_MAX_TRIES = 16
"""Pieces that are looked for in a line and are not there."""
_MAX_FRAME_BYTES = 128 * 1024
_MAX_BYTES = 4 * 1024 * 1024
"""Bytes of all frames."""
_MAX_VAIN = 1_000
"""Lines without a known frame, beyond those with one, after which none is looked for."""
_MANY_FRAMES = 50
"""Frames after which the system prompt counts as a text too: it seems to differ from line to line."""

_HEAD = re.compile(rb'[ \t]*\{[ \t]*"custom_id"[ \t]*:[ \t]*"([a-zA-Z0-9_-]{1,64})"')
_TEXT_KEY = re.compile(rb'"(?:content|text)"[ \t]*:[ \t]*(?=")')
_TEXT_OR_SYSTEM_KEY = re.compile(rb'"(?:content|text|system)"[ \t]*:[ \t]*(?=")')
_decode_text = msgspec.json.Decoder(str).decode


class Frame(Struct, frozen=True):
    """What is the same for all lines of a frame.

    Attributes:
        size: of a request whose texts are empty.
        warnings: of each line.
        start: bytes between the `custom_id` and the `params`.
        end: bytes after the `params`.
    """

    size: RequestSize
    warnings: tuple[RequestFault, ...]
    start: int
    end: int


class FramedLine(NamedTuple):
    """A line that has a frame: a sound request. `characters` and `size` are those of its texts, `size` in UTF-8."""

    frame: Frame
    custom_id: str
    raw_params: bytes
    characters: int
    size: int


_Node = list[tuple[bytes, "Frame | _Node"]]
"""The pieces that may follow a text: each ends the line, or leads to the next text."""


class Frames:
    """The frames of one file, as a tree: frames that begin alike share their first pieces.

    A system prompt is a part of the frame, because most files repeat it, and comparing is faster than decoding.
    """

    def __init__(self, params: ParamsChecker) -> None:
        self._params = params
        self._root: _Node = []  # after the custom_id
        self._text_key = _TEXT_KEY
        self._bytes = 0
        self._learned = 0
        self._vain = 0
        self._mark = secrets.token_hex(8)

    def match(self, line: bytes) -> FramedLine | None:
        """Return a line with its newline, if it has a known frame and no problem."""
        if self._vain >= _MAX_VAIN or len(line) > MAX_LINE_BYTES or (head := _HEAD.match(line)) is None:
            return None
        start = position = head.end()
        for branch in self._root:
            if line.startswith(branch[0], position):
                break
        else:
            return None
        piece, following = branch
        tries = characters = size = 0
        while not isinstance(following, Frame):
            position += len(piece)
            text = ""
            for piece, after in following:
                if isinstance(after, Frame):
                    stop = len(line) - len(piece) if line.endswith(piece) else 0
                else:
                    stop = line.find(piece, position)
                try:
                    if stop > position and (text := _decode_text(line[position:stop])):
                        break
                except ValueError:
                    pass
                tries += 1
            if tries > _MAX_TRIES or not text or text.isspace():
                return None
            characters += len(text)
            size += len(text) if text.isascii() else len(text.encode())
            following = after
            position = stop
        self._vain -= self._vain > 0
        raw_params = line[start + following.start : -following.end]
        return FramedLine(following, head[1].decode(), raw_params, characters, size)

    def learn(self, line: bytes) -> None:
        """Keep the frame of a line that `match` did not find, if it has one. The line itself may have problems."""
        if self._vain >= _MAX_VAIN or len(line) > MAX_LINE_BYTES:
            return
        self._vain += 1
        if (head := _HEAD.match(line)) is None:
            return
        pieces: list[bytes] = []
        position = head.end()
        for found in self._text_key.finditer(line, position):
            if (text := STRING.match(line, found.end())) is not None and found.start() > position:
                pieces.append(line[position : found.end()])
                position = text.end()
                if len(pieces) > _MAX_TEXTS:
                    return
        pieces.append(line[position:])
        length = sum(map(len, pieces))
        if length > min(_MAX_FRAME_BYTES, _MAX_BYTES - self._bytes) or len(pieces) < 2 or not pieces[-1]:
            return
        if (frame := self._check_frame(head[0], pieces)) is not None:
            self._bytes += length
            self._learned += 1
            self._add(pieces, frame)
            if self._learned == _MANY_FRAMES:
                self._text_key = _TEXT_OR_SYSTEM_KEY
                self._root.clear()

    def _add(self, pieces: list[bytes], frame: Frame) -> None:
        node = self._root
        for piece in pieces[:-1]:
            following = next((one for known, one in node if known == piece and isinstance(one, list)), None)
            if following is None:
                following = []
                _add_piece(node, piece, following)
            node = following
        _add_piece(node, pieces[-1], frame)

    def _check_frame(self, head: bytes, pieces: list[bytes]) -> Frame | None:
        """Return the frame with these pieces, or None if a line of it may have problems."""
        texts = [f"{self._mark}-{index:04}" for index in range(len(pieces) - 1)]
        line = head + pieces[0]
        for text, piece in zip(texts, pieces[1:], strict=True):
            line += b'"' + text.encode() + b'"' + piece
        read = read_line(line.strip(BLANKS))
        if not isinstance(read, RequestLine) or read.others or not isinstance(read.params, dict):
            return None
        if not set(texts) <= set(_list_texts(read.params)):
            return None
        faults = tuple(self._params.find_faults(read.params))
        if not all(isinstance(fault.kind, WarningKind) for fault in faults):
            return None
        raw_params = bytes(read.raw_params)
        start = line.index(raw_params)
        size = measure_request(read.params)
        length = sum(map(len, texts))
        return Frame(
            size._replace(characters=size.characters - length, tokens=size.tokens - length),
            faults,
            start - len(head),
            len(line) - start - len(raw_params),
        )


def _add_piece(node: _Node, piece: bytes, following: Frame | _Node) -> None:
    """Add a piece, the longest first, as a piece may begin or end with another one; those that end a line last."""
    if len(node) < _MAX_BRANCHES:
        node.append((piece, following))
        node.sort(key=lambda branch: (isinstance(branch[1], Frame), -len(branch[0])))


def _list_texts(params: dict[str, Any]) -> Iterator[str]:
    """Yield the texts at which no rule looks, except whether they are blank: of an assistant's last turn, none."""
    messages = params.get("messages")
    if not isinstance(messages, list) or not messages or not _is_turn(messages[-1], ("user",)):
        return
    for content in (
        params.get("system"),
        *(one["content"] for one in messages if _is_turn(one, ("user", "assistant"))),
    ):
        if isinstance(content, str):
            yield content
        elif isinstance(content, list):
            yield from (block["text"] for block in content if _is_text(block))


def _is_turn(message: object, roles: tuple[str, ...]) -> bool:
    return isinstance(message, dict) and message.get("role") in roles and "content" in message


def _is_text(block: object) -> bool:
    return isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
