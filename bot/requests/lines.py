"""One line of a file of requests: read strictly, in either of its two forms."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from bot.requests.problems import ProblemKind, RequestFault

MAX_DEPTH = 100
"""Levels of brackets in a line; an own limit, far above what a request needs and below what breaks a parser."""

MAX_CUSTOM_ID_LENGTH = 64
"""Characters of a `custom_id` (docs.anthropic.com, Message Batches: ^[a-zA-Z0-9_-]{1,64}$)."""

_ENVELOPE = frozenset({"custom_id", "params"})
_BARE = frozenset({"model", "messages", "max_tokens"})


class RequestLine(Struct, frozen=True):
    """A line as it was understood: keys beside the two that belong there are in `others`.

    `has_id` is False for a bare params object; `raw_params` are the bytes as they stood in the file.
    """

    has_id: bool
    custom_id: Any
    params: Any
    raw_params: bytes
    others: tuple[str, ...] = ()


def read_line(text: bytes) -> RequestLine | RequestFault:
    """The line, or the reason why it is none.

    Read with the standard parser, which alone tells of keys that stand twice; msgspec cuts the bytes of `params` out.
    """
    if b"\0" in text:
        return RequestFault(ProblemKind.NUL_BYTE, value=text)
    try:
        value = _DECODER.decode(text.decode())
        _refuse_half_surrogates(text, value)
    except UnicodeDecodeError:
        return RequestFault(ProblemKind.NOT_UTF8, value=text)
    except _DuplicateKeyError as error:
        return RequestFault(ProblemKind.DUPLICATE_KEY, value=error.key)
    except ValueError:
        return RequestFault(ProblemKind.NOT_JSON, value=text)
    except RecursionError:
        return RequestFault(ProblemKind.TOO_DEEP, value=text, limit=MAX_DEPTH)
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        return RequestFault(ProblemKind.TOO_DEEP, value=text, limit=MAX_DEPTH)
    return _form_of(value, text) if isinstance(value, dict) else RequestFault(ProblemKind.WRONG_TYPE, value=text)


def find_envelope_faults(line: RequestLine) -> Iterator[RequestFault]:
    """What refuses the whole create: a missing or unknown key, a `custom_id` or `params` of the wrong kind."""
    if line.custom_id is _MISSING:
        yield RequestFault(ProblemKind.MISSING_KEY, "custom_id")
    elif not isinstance(line.custom_id, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, "custom_id", line.custom_id)
    elif not line.custom_id:
        yield RequestFault(ProblemKind.EMPTY, "custom_id")
    elif len(line.custom_id) > MAX_CUSTOM_ID_LENGTH:
        yield RequestFault(ProblemKind.CUSTOM_ID_TOO_LONG, "custom_id", line.custom_id, MAX_CUSTOM_ID_LENGTH)
    elif not _SIGNS.issuperset(line.custom_id):
        yield RequestFault(ProblemKind.CUSTOM_ID_CHARACTERS, "custom_id", line.custom_id)
    if line.params is _MISSING:
        yield RequestFault(ProblemKind.MISSING_KEY, "params")
    elif not isinstance(line.params, dict):
        yield RequestFault(ProblemKind.WRONG_TYPE, "params", line.params)
    for key in line.others:
        yield RequestFault(ProblemKind.UNKNOWN_KEY, key[:_LONGEST_PLACE])


def format_line(custom_id: str, raw_params: bytes) -> bytes:
    """The request as it will be sent, with its newline: `params` byte for byte as they came."""
    return b'{"custom_id":"%b","params":%b}\n' % (custom_id.encode(), raw_params)


def read_custom_id(spooled: bytes) -> str:
    """The `custom_id` of a line of a spool."""
    return spooled[_ID_STARTS : spooled.index(b'"', _ID_STARTS)].decode()


_ID_STARTS = len('{"custom_id":"')
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_LONGEST_PLACE = 80
_MISSING = object()


class _Enveloped(msgspec.Struct):
    params: msgspec.Raw


_PARAMS = msgspec.json.Decoder(_Enveloped)


def _form_of(value: dict[str, Any], text: bytes) -> RequestLine:
    if not value.keys() & _ENVELOPE and value.keys() & _BARE:
        return RequestLine(False, None, value, text)
    raw = bytes(_PARAMS.decode(text).params) if "params" in value else b""
    others = tuple(key for key in value if key not in _ENVELOPE)
    return RequestLine(True, value.get("custom_id", _MISSING), value.get("params", _MISSING), raw, others)


class _DuplicateKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DuplicateKeyError(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return value


def _refuse_half_surrogates(text: bytes, value: object) -> None:
    """Half a surrogate pair is let through by the standard parser, and can be carried by no UTF-8."""
    if b"\\u" in text and (b"\\ud" in text or b"\\uD" in text):
        json.dumps(value, ensure_ascii=False).encode()


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


_DECODER = json.JSONDecoder(object_pairs_hook=_object_of, parse_constant=_refuse_constant)


def _depth(value: object) -> int:
    """How many brackets are open at most, counted without recursion."""
    deepest, level = 0, [value]
    while level := [one for one in level if isinstance(one, Mapping | list)]:
        deepest += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, Mapping) else one)]
    return deepest
