"""Say why a line is not JSON: the reason, and the column where it is."""

import json
import re
from typing import NoReturn

from bot.requests.problems import ProblemKind, RequestFault

_SHOWN = 40
_LARGEST = 1024 * 1024
"""Bytes up to which the reason is looked for; a longer line gets the column alone, which the parser says."""

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_CONSTANT = re.compile(r"-?(?:NaN|Infinity)")
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)  # a pair, half of one, or any other escape
_MARK = "\ufeff".encode()
_BYTE = re.compile(r"\(byte (\d+)\)")
_PYTHON_WORD = re.compile(r"(?:True|False|None)\b")
_COMMENT = re.compile(r"//|/\*|#")
_QUOTES = "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}" + (
    "\N{RIGHT DOUBLE QUOTATION MARK}`"
)
_LITERALS = ("true", "false", "null")
_ESCAPE = 6  # characters of an escape such as \ud83d


class _ConstantError(Exception):
    pass


def _refuse_constant(word: str) -> NoReturn:
    raise _ConstantError(word)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def find_json_fault(text: bytes, reason: str) -> RequestFault:
    """Return what is wrong with a line that is no JSON; `reason` is what msgspec said.

    A line that only ends too early is `UNFINISHED_LINE`. The column counts characters from 1, in a line of more than
    1 MiB bytes.
    """
    if text.startswith(_MARK):
        return RequestFault(ProblemKind.BYTE_ORDER_MARK, column=1)
    if text.startswith(b"\x1e"):
        return RequestFault(ProblemKind.RECORD_SEPARATOR, column=1)
    if len(text) > _LARGEST:
        return _describe_long(text, reason)
    line = text.decode()
    try:
        _, end = _DECODER.raw_decode(line)
    except _ConstantError as error:
        return RequestFault(ProblemKind.NOT_A_NUMBER, value=str(error), column=_find_constant(line))
    except json.JSONDecodeError as error:
        if _is_unfinished(line[error.pos :], error):
            return RequestFault(ProblemKind.UNFINISHED_LINE, value=line[-_SHOWN:], column=len(line))
        stop = error.pos
        if error.msg.startswith("Illegal trailing comma"):  # since Python 3.13 at the comma, before it after the comma
            stop += len(line[stop:]) - len(line[stop + 1 :].lstrip())
        return _describe_place(line[:stop], line[stop:], stop)
    if line[end:].strip():
        return _describe_rest(line[end:], end)
    return _find_half(text) or RequestFault(ProblemKind.NOT_JSON, value=text)


def _describe_long(text: bytes, reason: str) -> RequestFault:
    if "truncated" in reason:
        return _find_half(text) or RequestFault(ProblemKind.UNFINISHED_LINE, value=text[-_SHOWN:], column=len(text))
    found = _BYTE.search(reason)
    position = int(found[1]) if found else 0
    before = text[max(position - _SHOWN, 0) : position].decode(errors="replace")
    rest = text[position : position + _SHOWN].decode(errors="replace")
    return _describe_rest(rest, position) if "trailing" in reason else _describe_place(before, rest, position)


def _describe_place(before: str, rest: str, position: int) -> RequestFault:
    """Return what is wrong where the parser stopped: after `before`, at `position`, with `rest` still to come."""
    column = position + 1
    if rest[:1] < " ":
        return RequestFault(ProblemKind.CONTROL_CHARACTER, value=rest[:_SHOWN], column=column)
    if before.rstrip().endswith(",") and rest.lstrip()[:1] in ("}", "]"):
        return RequestFault(ProblemKind.TRAILING_COMMA, value=rest[:_SHOWN], column=len(before.rstrip()))
    if (word := _CONSTANT.match(rest) or _PYTHON_WORD.match(rest)) is not None:
        kind = ProblemKind.PYTHON_WORD if word.re is _PYTHON_WORD else ProblemKind.NOT_A_NUMBER
        return RequestFault(kind, value=word[0], column=column)
    kind = ProblemKind.NOT_JSON
    if rest[:1] and rest[0] in _QUOTES:
        kind = ProblemKind.OTHER_QUOTES
    elif _COMMENT.match(rest):
        kind = ProblemKind.COMMENT
    return RequestFault(kind, value=rest[:_SHOWN], column=column)


def _is_unfinished(rest: str, error: json.JSONDecodeError) -> bool:
    """Return whether more text could still have made the line JSON."""
    if error.msg.startswith("Unterminated string"):
        return True
    if error.msg.startswith("Invalid \\") and len(rest) < _ESCAPE:
        return True
    word = rest.strip()
    return not word or (word == "-") or any(len(word) < len(one) and one.startswith(word) for one in _LITERALS)


def _describe_rest(rest: str, end: int) -> RequestFault:
    """Return what follows a complete value on the same line, whose end this is."""
    follows = rest.strip()
    column = end + len(rest) - len(rest.lstrip()) + 1
    kind = ProblemKind.NOT_JSON
    if follows == ",":
        kind = ProblemKind.TRAILING_COMMA
    elif follows.lstrip(",").lstrip()[:1] in ("{", "["):
        kind = ProblemKind.CR_LINE_ENDS if "\r" in rest[: column - end] else ProblemKind.SEVERAL_ON_LINE
    elif _COMMENT.match(follows):
        kind = ProblemKind.COMMENT
    return RequestFault(kind, value=follows[:_SHOWN], column=column)


def _find_constant(line: str) -> int:
    without_strings = _STRING.sub(lambda found: "." * len(found[0]), line)
    found = _CONSTANT.search(without_strings)
    return found.start() + 1 if found else 1


def _find_half(text: bytes) -> RequestFault | None:
    """Return half of a surrogate pair, if there is one."""
    for found in _ESCAPES.finditer(text):
        if found[1]:
            start = found.start()
            column = (start if len(text) > _LARGEST else len(text[:start].decode())) + 1
            return RequestFault(ProblemKind.HALF_SURROGATE, value=found[1], column=column)
    return None
