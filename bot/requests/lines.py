"""Read one line of a file of requests strictly, in either of its two forms."""

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

_CUSTOM_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_CUSTOM_ID_START = len('{"custom_id":"')
_ENVELOPE_KEYS = frozenset({"custom_id", "params"})
_BARE_KEYS = frozenset({"model", "messages", "max_tokens"})
_MAX_PLACE_LENGTH = 80
_MISSING = object()


class _RawParams(Struct):
    params: msgspec.Raw


_PARAMS_DECODER = msgspec.json.Decoder(_RawParams)


class RequestLine(Struct, frozen=True):
    """A line that is a request.

    Attributes:
        has_id: False for a bare params object.
        custom_id: whatever value the key has; checked by `find_envelope_faults`.
        params: whatever value the key has.
        raw_params: the bytes of `params` as they are in the file.
        others: keys besides the two that belong in a line.
    """

    has_id: bool
    custom_id: Any
    params: Any
    raw_params: bytes
    others: tuple[str, ...] = ()


def read_line(text: bytes) -> RequestLine | RequestFault:
    """Return the line, or the reason why it is no request.

    The standard parser reads it, because msgspec does not report repeated keys; msgspec cuts out the bytes of `params`.
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
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _measure_depth(value) > MAX_DEPTH:
        return RequestFault(ProblemKind.TOO_DEEP, value=text, limit=MAX_DEPTH)
    if not isinstance(value, dict):
        return RequestFault(ProblemKind.WRONG_TYPE, value=text)
    return _read_object(value, text)


def find_envelope_faults(line: RequestLine) -> Iterator[RequestFault]:
    """Yield what makes the API refuse the whole create: a wrong, missing or unknown key of the line."""
    if line.custom_id is _MISSING:
        yield RequestFault(ProblemKind.MISSING_KEY, "custom_id")
    elif not isinstance(line.custom_id, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, "custom_id", line.custom_id)
    elif not line.custom_id:
        yield RequestFault(ProblemKind.EMPTY, "custom_id")
    elif len(line.custom_id) > MAX_CUSTOM_ID_LENGTH:
        yield RequestFault(ProblemKind.CUSTOM_ID_TOO_LONG, "custom_id", line.custom_id, MAX_CUSTOM_ID_LENGTH)
    elif not _CUSTOM_ID_CHARACTERS.issuperset(line.custom_id):
        yield RequestFault(ProblemKind.CUSTOM_ID_CHARACTERS, "custom_id", line.custom_id)
    if line.params is _MISSING:
        yield RequestFault(ProblemKind.MISSING_KEY, "params")
    elif not isinstance(line.params, dict):
        yield RequestFault(ProblemKind.WRONG_TYPE, "params", line.params)
    for key in line.others:
        yield RequestFault(ProblemKind.UNKNOWN_KEY, key[:_MAX_PLACE_LENGTH])


def format_line(custom_id: str, raw_params: bytes) -> bytes:
    """Return a request as a line of a checked file, with its newline and with `raw_params` unchanged."""
    return b'{"custom_id":"%b","params":%b}\n' % (custom_id.encode(), raw_params)


def read_custom_id(line: bytes) -> str:
    """Return the `custom_id` of a line of a checked file."""
    return line[_CUSTOM_ID_START : line.index(b'"', _CUSTOM_ID_START)].decode()


def _read_object(value: dict[str, Any], text: bytes) -> RequestLine:
    if not value.keys() & _ENVELOPE_KEYS and value.keys() & _BARE_KEYS:
        return RequestLine(False, None, value, text)
    raw = bytes(_PARAMS_DECODER.decode(text).params) if "params" in value else b""
    others = tuple(key for key in value if key not in _ENVELOPE_KEYS)
    return RequestLine(True, value.get("custom_id", _MISSING), value.get("params", _MISSING), raw, others)


class _DuplicateKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _DuplicateKeyError(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return value


def _refuse_half_surrogates(text: bytes, value: object) -> None:
    """Raise UnicodeEncodeError for half a surrogate pair, which the standard parser accepts and UTF-8 cannot encode."""
    if b"\\u" in text and (b"\\ud" in text or b"\\uD" in text):
        json.dumps(value, ensure_ascii=False).encode()


def _refuse_constant(word: str) -> NoReturn:
    """Raise ValueError for NaN and the infinities, which the standard parser accepts and JSON does not have."""
    raise ValueError(word)


_DECODER = json.JSONDecoder(object_pairs_hook=_build_object, parse_constant=_refuse_constant)


def _measure_depth(value: object) -> int:
    """Return how many brackets are open at most, counted without recursion."""
    depth = 0
    level = [value]
    while level := [one for one in level if isinstance(one, Mapping | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, Mapping) else one)]
    return depth
