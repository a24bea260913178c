"""Read one line of a file of requests strictly, in either of its two forms."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from bot.api.json_lines import STRING, has_more_values
from bot.requests.json_faults import find_json_fault
from bot.requests.problems import ProblemKind, RequestFault

MAX_DEPTH = 100
"""Levels of brackets in a line; an own limit, far above what a request needs and below what breaks a parser."""

MAX_VALUES = 200_000
"""Values in a line, counted by their commas and opening brackets; an own limit. A long conversation has a tenth."""

_LARGE_LINE = 1024 * 1024
"""Bytes from which a line is parsed without a copy of it as text, which could take four times its size."""

MAX_CUSTOM_ID_LENGTH = 64
"""Characters of a `custom_id` (docs.anthropic.com, Message Batches: ^[a-zA-Z0-9_-]{1,64}$)."""

_CUSTOM_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_CUSTOM_ID_START = len('{"custom_id":"')
_ENVELOPE_KEYS = frozenset({"custom_id", "params"})
_BARE_KEYS = frozenset({"model", "messages", "max_tokens"})
_MAX_PLACE_LENGTH = 80
_SHOWN_BYTES = 40
_MISSING = object()
_SHORT_STRING = 200
_KEY_END = re.compile(rb'"[ \t\r]*+:')
_ESCAPED_KEY_END = re.compile(rb'\\"[ \t\r]*+:')


class _RawParams(Struct):
    params: msgspec.Raw


_PARAMS_DECODER = msgspec.json.Decoder(_RawParams)


class RequestLine(Struct):
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
    raw_params: bytes | memoryview
    others: tuple[str, ...] = ()


def read_line(text: bytes) -> RequestLine | RequestFault:
    """Return the line, or the reason why it is no request.

    msgspec reads it, four times as fast as the standard parser. It reports no repeated keys, so the standard parser
    reads lines that may have some, and all that msgspec refuses. msgspec also cuts out the bytes of `params`.
    """
    if has_more_values(text, MAX_VALUES):
        return RequestFault(ProblemKind.TOO_COMPLEX, value=text, limit=MAX_VALUES)
    try:
        value = msgspec.json.decode(text)
        keys, depth = _measure(value)
        if _may_have_more_keys(text, keys):
            return _read_slowly(text)
    except (ValueError, RecursionError) as error:
        return _read_slowly(text, str(error))
    return _read_value(value, text, depth)


def _read_slowly(text: bytes, reason: str = "") -> RequestLine | RequestFault:
    """Return a line that msgspec refuses, or the reason. msgspec refuses a number that is too large for a float."""
    if b"\0" in text:
        return RequestFault(ProblemKind.NUL_BYTE, value=text)
    try:
        value = _decode(text)
    except UnicodeDecodeError as error:
        column = len(text[: error.start].decode()) + 1
        return RequestFault(ProblemKind.NOT_UTF8, value=text[error.start :][:_SHOWN_BYTES], column=column)
    except _DuplicateKeyError as error:
        return RequestFault(ProblemKind.DUPLICATE_KEY, value=error.key)
    except ValueError:
        return find_json_fault(text, reason)
    except RecursionError:
        return RequestFault(ProblemKind.TOO_DEEP, value=text, limit=MAX_DEPTH)
    return _read_value(value, text, _measure(value)[1])


def _read_value(value: Any, text: bytes, depth: int) -> RequestLine | RequestFault:
    if depth > MAX_DEPTH:
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


def format_line(custom_id: str, raw_params: bytes | memoryview) -> bytes:
    """Return a request as a line of a checked file, with its newline and with `raw_params` unchanged."""
    return b"".join((b'{"custom_id":"', custom_id.encode(), b'","params":', raw_params, b"}\n"))  # copies them once


def read_custom_id(line: bytes) -> str:
    """Return the `custom_id` of a line of a checked file."""
    return line[_CUSTOM_ID_START : line.index(b'"', _CUSTOM_ID_START)].decode()


def _read_object(value: dict[str, Any], text: bytes) -> RequestLine | RequestFault:
    if "params" not in value and (kind := _identify_foreign_line(value)) is not None:
        return RequestFault(kind)
    if not value.keys() & _ENVELOPE_KEYS and value.keys() & _BARE_KEYS:
        return RequestLine(False, None, value, text)
    raw = memoryview(_PARAMS_DECODER.decode(text).params) if "params" in value else b""
    others = tuple(key for key in value if key not in _ENVELOPE_KEYS)
    return RequestLine(True, value.get("custom_id", _MISSING), value.get("params", _MISSING), raw, others)


def _identify_foreign_line(value: dict[str, Any]) -> ProblemKind | None:
    """Return what a line without `params` is if it has the form of another API's request, or of a result."""
    if isinstance(value.get("requests"), list):
        return ProblemKind.CREATE_BODY_LINE
    if "modelInput" in value:
        return ProblemKind.BEDROCK_LINE
    if isinstance(value.get("body"), dict):
        return ProblemKind.OPENAI_LINE
    if isinstance(value.get("request"), dict):
        return ProblemKind.VERTEX_LINE
    is_result = "custom_id" in value and ("result" in value or "response" in value)
    return ProblemKind.RESULT_LINE if is_result or "modelOutput" in value else None


def _may_have_more_keys(text: bytes, keys: int) -> bool:
    r"""Return False only if there are no more than `keys` keys in the text. A value has fewer if an object repeats one.

    A key ends with `":`. Inside strings only `\":` looks the same, unless the quote ends a string after a backslash.
    """
    ends = len(_KEY_END.findall(text))
    if ends == keys:
        return False
    return b'\\\\"' in text or ends - len(_ESCAPED_KEY_END.findall(text)) != keys


def _decode(text: bytes) -> Any:  # Any: JSON from outside
    """Return the value of a line. Raises ValueError, RecursionError, _DuplicateKeyError."""
    if len(text) < _LARGE_LINE:
        return _decode_text(text)
    _DECODER.decode(STRING.sub(_shorten_string, text).decode())  # finds repeated keys, and what is no JSON
    try:
        return msgspec.json.decode(text)
    except ValueError:  # the standard parser says what is wrong; it also accepts a number too large for a float
        return _decode_text(text)


def _decode_text(text: bytes) -> Any:
    value = _DECODER.decode(text.decode())
    _refuse_half_surrogates(text, value)
    return value


def _shorten_string(found: re.Match[bytes]) -> bytes:
    """Return a string in place of a long one, different for each, so that no two keys become equal."""
    start, end = found.span()
    return found[0] if end - start <= _SHORT_STRING else b'"%d"' % start


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


def _measure(value: object) -> tuple[int, int]:
    """Return the number of keys, and how many brackets are open at most. It takes no recursion."""
    keys = depth = 0
    level = [value]
    while level:
        inner: list[object] = []
        found = False
        for one in level:
            if isinstance(one, dict):
                found = True
                keys += len(one)
                inner += one.values()
            elif isinstance(one, list):
                found = True
                inner += one
        depth += found
        level = inner
    return keys, depth
