"""Decode the parts of a result line that a summary or a table needs, and skip the rest.

Skipping makes a file of hundreds of megabytes fast to read, which the full models of `bot.api.result_models` are not.
Source of the shapes: docs.anthropic.com, Message Batches.
"""

import re
from enum import Enum
from typing import Annotated, Generic, Literal, TypeVar, cast

import msgspec
from msgspec import Meta, Struct

from bot.api.json_lines import has_more_values

# Bounds, so that no line can make a sum or table too large; a value beyond them makes the message unreadable.
Count = Annotated[int, Meta(ge=0, le=10**12)]
Name = Annotated[str, Meta(max_length=200)]


_MAX_VALUES = 200_000
"""Values in a line from which its details are not decoded: each may become an object."""
_MAX_ESCAPES = 200_000
"""Escaped characters in a line in which half pairs are replaced."""


_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>u[dD][89a-fA-F]..)|.)", re.DOTALL)


class CacheCreationPart(Struct, gc=False, forbid_unknown_fields=True):
    """Tokens written to the cache by lifetime; `decode_line` names the lifetimes that are not known."""

    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetailsPart(Struct, gc=False):
    """Output tokens by purpose."""

    thinking_tokens: Count | None = None


class UsagePart(Struct, gc=False, forbid_unknown_fields=True):
    """The tokens of a message; every key but the first two may be missing or null.

    A key without a field may be billed. Such a line is decoded a second time, and `unknown_classes` has the names.
    """

    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreationPart | None = None
    output_tokens_details: OutputDetailsPart | None = None
    server_tool_use: object = None
    inference_geo: Name | None = None
    iterations: object = None
    speed: Literal["standard"] | None = None
    service_tier: Literal["batch", "standard", "priority"] | None = None
    fallback_credit: object = None
    unknown_classes: list[Name] | None = None


class IterationPart(UsagePart, gc=False, kw_only=True):
    """One entry of `usage.iterations`: a call of a model for this message. Compaction entries name no model."""

    type: Name
    model: Name | None = None


class MessagePart(Struct, gc=False):
    """A message without its content."""

    model: Name
    usage: UsagePart
    stop_reason: Name | None = None
    container: object = None
    """Where code was executed, or None. `usage` does not show the time, by which it is billed."""


class MessageWithContent(MessagePart, gc=False, kw_only=True):
    """A message with its content, which `bot.results.content` reads. It holds the whole line in memory."""

    content: msgspec.Raw = msgspec.Raw(b"null")


class ErrorPart(Struct, gc=False):
    """An error, or the envelope around it."""

    type: str = ""
    message: str | None = None
    error: "ErrorPart | None" = None
    details: object = None

    @property
    def code(self) -> str:
        """The API's stable code of the cause (`details.error_code`), or an empty string."""
        code = self.details.get("error_code") if isinstance(self.details, dict) else None
        return code if isinstance(code, str) else ""

    @property
    def inner(self) -> "ErrorPart":
        """The error itself; the envelope's own type is always "error"."""
        return self.error or self


MessageT = TypeVar("MessageT", bound=MessagePart)


class Succeeded(Struct, Generic[MessageT], tag_field="type", tag="succeeded", gc=False):
    """The request was answered."""

    message: MessageT


class Errored(Struct, tag_field="type", tag="errored", gc=False):
    """The request failed."""

    error: ErrorPart


class Canceled(Struct, tag_field="type", tag="canceled", gc=False):
    """The batch was canceled before this request began."""


class Expired(Struct, tag_field="type", tag="expired", gc=False):
    """The batch expired before this request began."""


class Unreadable(Struct, gc=False):
    """The request succeeded, but its message could not be read.

    It has no tag, because no line may decode to it; `decode_line` makes it.
    """


class ResultLine(Struct, Generic[MessageT], gc=False):
    """One line of a results file."""

    custom_id: Annotated[str, Meta(min_length=1)]
    result: Succeeded[MessageT] | Errored | Canceled | Expired
    """The decoded result; if `decode_line` made the line, it may also be `Unreadable`."""


class LineFault(Enum):
    """Why a line is no result."""

    NOT_JSON = "not_json"
    NO_CUSTOM_ID = "no_custom_id"
    UNKNOWN_RESULT = "unknown_result"
    TOO_LONG = "too_long"
    CUT_OFF = "cut_off"


class _IdOnly(Struct, gc=False):
    custom_id: Annotated[str, Meta(min_length=1)]


class _TypeOnly(Struct, gc=False):
    type: str


class _IdAndType(_IdOnly, gc=False):
    result: _TypeOnly


class _AnyMessage(Struct, gc=False):
    type: str
    message: dict[str, msgspec.Raw]


class _AnyAnswer(_IdOnly, gc=False):
    result: _AnyMessage


_MAX_NAME = 200
_MAX_UNKNOWN = 20
_TIERS = ("batch", "standard", "priority")
_CACHE_KEYS = frozenset(CacheCreationPart.__struct_fields__)

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for a line that is not JSON; a ValidationError is a DecodeError, so catch it first."""


def decode_line(text: bytes, decoder: "msgspec.json.Decoder[ResultLine[MessageT]]") -> ResultLine[MessageT] | LineFault:
    """Decode one line, or say why it is no result; if only its details cannot be read, its outcome still counts."""
    if is_too_intricate(text):
        return decode_outcome(text)
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        return _decode_unknown_usage(text, decoder) or decode_outcome(text)
    except NOT_JSON:
        repaired = _replace_half_pairs(text)
        return LineFault.NOT_JSON if repaired == text else decode_line(repaired, decoder)


def _replace_half_pairs(text: bytes) -> bytes:
    """Return JSON with U+FFFD for each half of a surrogate pair without its other half, which msgspec refuses."""
    if text.count(b"\\u") > _MAX_ESCAPES:
        return text
    return _ESCAPE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], text)


def is_too_intricate(text: bytes | msgspec.Raw) -> bool:
    """Return whether JSON may become so many objects that it is not decoded."""
    return len(memoryview(text)) > _MAX_VALUES and has_more_values(bytes(text), _MAX_VALUES)


def separate_unknown(usage: object, kind: type[UsagePart] = UsagePart) -> object:
    """Return `usage` without the keys that have no field, and their names in `unknown_classes` if they are billed."""
    if not isinstance(usage, dict):
        return usage
    names: list[str] = []
    kept = _keep_known(usage, frozenset(kind.__struct_fields__) - {"unknown_classes"}, names)
    if isinstance(writes := kept.get("cache_creation"), dict):
        kept["cache_creation"] = _keep_known(writes, _CACHE_KEYS, names)
    if isinstance(speed := kept.get("speed"), str) and speed != "standard":
        names.append(f"{speed} speed")
        del kept["speed"]
    if kept.get("service_tier") not in _TIERS:  # no tier has tokens of its own
        kept.pop("service_tier", None)
    return kept | {"unknown_classes": [name[:_MAX_NAME] for name in names[:_MAX_UNKNOWN]]}


def _keep_known(values: dict[str, object], known: frozenset[str], names: list[str]) -> dict[str, object]:
    names += [name for name, value in values.items() if name not in known and has_amount(value)]
    return {name: value for name, value in values.items() if name in known}


def has_amount(value: object) -> bool:
    """Return whether a JSON value is or contains a number other than 0."""
    match value:
        case bool():
            return False
        case int() | float():
            return value != 0
        case dict():
            return any(map(has_amount, value.values()))
        case list():
            return any(map(has_amount, value))
        case _:
            return False


def _decode_unknown_usage(
    text: bytes, decoder: "msgspec.json.Decoder[ResultLine[MessageT]]"
) -> ResultLine[MessageT] | None:
    """Decode a line whose usage has keys that are not known; None if that is not what is wrong with it."""
    try:
        line = msgspec.json.decode(text, type=_AnyAnswer)
        message = line.result.message
        usage = separate_unknown(msgspec.json.decode(message["usage"]))
        message["usage"] = msgspec.Raw(msgspec.json.encode(usage))
        return decoder.decode(msgspec.json.encode(line))
    except (msgspec.ValidationError, KeyError, *NOT_JSON):
        return None


def decode_outcome(text: bytes) -> ResultLine[MessageT] | LineFault:
    """Decode the custom_id and the type of a result alone, or say why the line is no result."""
    try:
        line = msgspec.json.decode(text, type=_IdAndType)
    except msgspec.ValidationError:
        return _find_fault(text)
    except NOT_JSON:
        return LineFault.NOT_JSON
    match line.result.type:
        case "succeeded":
            return ResultLine(line.custom_id, cast(Canceled, Unreadable()))
        case "errored":
            return ResultLine(line.custom_id, Errored(ErrorPart()))
        case _:
            return LineFault.UNKNOWN_RESULT


def _find_fault(text: bytes) -> LineFault:
    try:
        msgspec.json.decode(text, type=_IdOnly)
    except msgspec.ValidationError:
        return LineFault.NO_CUSTOM_ID
    except NOT_JSON:
        return LineFault.NOT_JSON
    return LineFault.UNKNOWN_RESULT
