"""Partial shapes of a result line: only what a summary or a table needs is decoded, all else is skipped.

Beside the full models of `bot.api.result_models` because skipping is what makes a file of hundreds of megabytes quick
to read. Source of the shapes: docs.anthropic.com, Message Batches.
"""

from enum import Enum
from typing import Annotated, Generic, TypeVar, cast

import msgspec
from msgspec import Meta, Struct

# Bounds, so that no line can make a sum or a table explode; what exceeds them counts as unreadable details.
Count = Annotated[int, Meta(ge=0, le=10**12)]
Name = Annotated[str, Meta(max_length=200)]


class CacheCreationPart(Struct, gc=False):
    """Cache writes by how long they live."""

    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetailsPart(Struct, gc=False):
    """What part of the output was which."""

    thinking_tokens: Count | None = None


class ServerToolPart(Struct, gc=False):
    """Calls to the API's own tools that cost extra."""

    web_search_requests: Count | None = None


class UsagePart(Struct, gc=False):
    """What a message used; every key but the first two may be missing or null."""

    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreationPart | None = None
    output_tokens_details: OutputDetailsPart | None = None
    server_tool_use: ServerToolPart | None = None
    inference_geo: Name | None = None


class MessagePart(Struct, gc=False):
    """A message without what it says."""

    model: Name
    usage: UsagePart
    stop_reason: Name | None = None


class ContentPart(Struct, gc=False):
    """A content block, of which only text is of interest."""

    type: str = ""
    text: str | None = None


class MessageWithText(MessagePart, gc=False, kw_only=True):
    """A message with what it says."""

    content: list[ContentPart] = []


class ErrorPart(Struct, gc=False):
    """An error, or the envelope around it."""

    type: str = ""
    message: str | None = None
    error: "ErrorPart | None" = None
    details: object = None

    @property
    def code(self) -> str:
        """The API's stable name of the cause, where it gives one (`details.error_code`), or empty."""
        code = self.details.get("error_code") if isinstance(self.details, dict) else None
        return code if isinstance(code, str) else ""

    @property
    def real(self) -> "ErrorPart":
        """The error itself: the envelope's own type is always "error"."""
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
    """Of the outcome `succeeded`, but its message could not be read as one.

    Has no tag, because nothing in a file may decode to it: see `decode_line`.
    """


class ResultLine(Struct, Generic[MessageT], gc=False):
    """One line of a results file."""

    custom_id: Annotated[str, Meta(min_length=1)]
    result: Succeeded[MessageT] | Errored | Canceled | Expired
    """As decoded; where `decode_line` made the line, also `Unreadable`."""


class LineFault(Enum):
    """Why a line is no result."""

    NOT_JSON = "not_json"
    NO_CUSTOM_ID = "no_custom_id"
    UNKNOWN_RESULT = "unknown_result"
    TOO_LONG = "too_long"
    CUT_OFF = "cut_off"


class _Named(Struct, gc=False):
    custom_id: Annotated[str, Meta(min_length=1)]


class _Typed(Struct, gc=False):
    type: str


class _NamedAndTyped(_Named, gc=False):
    result: _Typed


NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode_line(text: bytes, decoder: "msgspec.json.Decoder[ResultLine[MessageT]]") -> ResultLine[MessageT] | LineFault:
    """Decode one line; where only its details are odd, its outcome still counts."""
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        return _outcome_only(text)
    except NOT_JSON:
        return LineFault.NOT_JSON


def _outcome_only(text: bytes) -> ResultLine[MessageT] | LineFault:
    try:
        line = msgspec.json.decode(text, type=_NamedAndTyped)
    except msgspec.ValidationError:
        return _fault_of(text)
    except NOT_JSON:
        return LineFault.NOT_JSON
    match line.result.type:
        case "succeeded":
            return ResultLine(line.custom_id, cast(Canceled, Unreadable()))
        case "errored":
            return ResultLine(line.custom_id, Errored(ErrorPart()))
        case _:
            return LineFault.UNKNOWN_RESULT


def _fault_of(text: bytes) -> LineFault:
    try:
        msgspec.json.decode(text, type=_Named)
    except msgspec.ValidationError:
        return LineFault.NO_CUSTOM_ID
    except NOT_JSON:
        return LineFault.NOT_JSON
    return LineFault.UNKNOWN_RESULT
