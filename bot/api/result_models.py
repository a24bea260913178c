"""The lines of a results file: one `BatchResult` a request, in no particular order."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from bot.api.models import ApiModel, ErrorEnvelope


class CacheCreation(ApiModel):
    """Tokens written to the cache by lifetime; the two are priced differently."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class OutputTokensDetails(ApiModel):
    """Output tokens by purpose."""

    thinking_tokens: int | None = None


class ServerToolUse(ApiModel):
    """Calls of the API's own tools, which cost extra."""

    web_search_requests: int | None = None
    web_fetch_requests: int | None = None


class Usage(ApiModel):
    """Tokens of one message. None means that the API did not say, which is not 0.

    `input_tokens` counts only what follows the last cache breakpoint; `output_tokens` includes thinking.
    """

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputTokensDetails | None = None
    server_tool_use: ServerToolUse | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None


class Message(ApiModel):
    """The model's answer. `model` is the resolved id, not the alias of the request; `content` may be empty."""

    id: str
    type: str = "message"
    role: str = "assistant"
    model: str
    content: list[dict[str, object]]
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Usage
    container: Mapping[str, object] | None = None
    stop_details: Mapping[str, object] | None = None
    diagnostics: object = None


class SucceededResult(ApiModel):
    """The request was answered (and billed)."""

    type: Literal["succeeded"]
    message: Message


class ErroredResult(ApiModel):
    """The request failed (not billed): the cause is `error.error.type`.

    `error.request_id` is None if the parameters failed validation.
    """

    type: Literal["errored"]
    error: ErrorEnvelope


class CanceledResult(ApiModel):
    """The batch was canceled before this request began."""

    type: Literal["canceled"]


class ExpiredResult(ApiModel):
    """The batch expired before this request began."""

    type: Literal["expired"]


class UnknownResult(ApiModel):
    """A result whose type or contents this version does not know; all its keys are kept."""

    type: str


class BatchResult(ApiModel):
    """One line: the `custom_id` of the request, and its result."""

    custom_id: str
    # UnknownResult comes last: one odd result must not break the 99,999 others of its file.
    result: Annotated[
        SucceededResult | ErroredResult | CanceledResult | ExpiredResult | UnknownResult,
        Field(union_mode="left_to_right"),
    ]
