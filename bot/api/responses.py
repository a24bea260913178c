"""Translate HTTP answers and transport failures into models, or errors with facts."""

import json
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from bot.api.bounded_transport import AnswerTooLarge
from bot.api.errors import (
    SPEND_LIMITS,
    ApiError,
    ApiRejected,
    ApiUnavailable,
    BatchNotFound,
    KeyRefused,
    RateLimited,
    RequestTooLarge,
    SpendLimitReached,
)
from bot.api.ids import BatchId, InvalidBatchId, check_batch_id
from bot.api.models import BatchPage, ErrorEnvelope, MessageBatch
from bot.api.retry_policy import read_retry_after

MAX_MESSAGE_LENGTH = 2000
_SHORTEST_SECRET = 16  # a shorter key is not real, and may be an ordinary word of the message
_SHOULD_RETRY = {"true": True, "false": False}
# Raised before any byte of the request was sent, so the API certainly did nothing.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_NOT_STARTED = frozenset({"overloaded_error"})
"""Error types with which the API turns a call away before it begins it (docs.anthropic.com, Errors)."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def parse_model(model: type[ModelT], response: httpx.Response) -> ModelT:
    """Return the body of a successful answer as `model`.

    Raises:
        ApiUnavailable: the body is not JSON (`not_json`), or JSON of another shape (`unexpected_shape`).
    """
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        kind = "not_json" if first["type"] == "json_invalid" else "unexpected_shape"
        place = ".".join(str(step) for step in first["loc"])
        raise ApiUnavailable(
            kind=kind,
            message=_redact(f"{place}: {first['msg']}" if place else first["msg"], response.request),
            status=response.status_code,
            request_id=response.headers.get("request-id"),
        ) from None  # the validation error quotes the body, which may be anything


def parse_page(response: httpx.Response) -> BatchPage:
    """Return the body of a successful answer as a page. One batch of another shape does not spoil the others.

    Raises:
        ApiUnavailable: as `parse_model`; it is not a page.
    """
    try:
        return parse_model(BatchPage, response)
    except ApiUnavailable as error:
        body = None if error.kind == "not_json" else json.loads(response.content)
        if not isinstance(body, dict) or not isinstance(body.get("data"), list):
            raise
    data, unreadable = [], []
    for entry in body["data"]:
        try:
            data.append(MessageBatch.model_validate(entry))
        except ValidationError:
            batch_id = entry.get("id") if isinstance(entry, dict) else None
            unreadable.append(batch_id if isinstance(batch_id, str) else None)
    return BatchPage(
        data=tuple(data),
        has_more=bool(body.get("has_more")),
        first_id=_read_cursor(body.get("first_id")),
        last_id=_read_cursor(body.get("last_id")),
        unreadable=tuple(unreadable),
    )


def _read_cursor(value: object) -> BatchId | None:
    try:
        return check_batch_id(value) if isinstance(value, str) else None
    except InvalidBatchId:
        return None


def translate_refusal(response: httpx.Response, batch_id: BatchId | None) -> ApiError:
    """Return the error for an answer other than 2xx, whose body has been read."""
    envelope = _read_envelope(response)
    facts = vars(_collect_facts(response, envelope))
    match response.status_code:
        # Only the API can refuse a key, or say that a batch is gone. A proxy's page cannot.
        case 401 | 403 if envelope:
            return KeyRefused(**facts)
        case 404 if batch_id and envelope:
            return BatchNotFound(**facts, batch_id=batch_id)
        case 413:
            return RequestTooLarge(**facts, sent=_parse_length(response.request))
        case 429 if envelope and envelope.error.error_code in SPEND_LIMITS:
            return SpendLimitReached(**facts)
        case 429:
            return RateLimited(**facts)
        case status if status == 408 or status >= 500:
            is_unstarted = envelope is not None and envelope.error.type in _NOT_STARTED
            return ApiUnavailable(**facts, may_have_happened=not is_unstarted)
        case _:
            return ApiRejected(**facts)


def translate_failure(error: httpx.RequestError, request: httpx.Request) -> ApiUnavailable:
    """Return the error for a call without a whole answer."""
    if isinstance(error, AnswerTooLarge):
        return ApiUnavailable("too_large", str(error), should_retry=False)
    return ApiUnavailable(
        kind="timeout" if isinstance(error, httpx.TimeoutException) else "connection",
        message=_redact(f"{type(error).__name__}: {error}".removesuffix(": "), request),
        may_have_happened=not isinstance(error, _NEVER_SENT),
    )


def _collect_facts(response: httpx.Response, envelope: ErrorEnvelope | None) -> ApiError:
    """Return the facts that every refusal has."""
    headers = response.headers
    return ApiError(
        kind=envelope.error.type if envelope else f"http_{response.status_code}",
        message=_redact(envelope.error.message if envelope else _read_opening(response), response.request),
        status=response.status_code,
        request_id=headers.get("request-id") or (envelope.request_id if envelope else None),
        retry_after=read_retry_after(headers),
        should_retry=_SHOULD_RETRY.get(headers.get("x-should-retry", "").lower()),
        code=envelope.error.error_code if envelope else None,
    )


def _read_envelope(response: httpx.Response) -> ErrorEnvelope | None:
    """Return the API's error, or None if a proxy answered: its 413 or 502 is a page of its own."""
    try:
        return ErrorEnvelope.model_validate_json(response.content)
    except ValidationError:
        return None


def _parse_length(request: httpx.Request) -> int | None:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _read_opening(response: httpx.Response) -> str:
    """Return the beginning of a text; the status line for a web page, which says nothing to people, or for no body.

    `response.text` would trust whatever charset the answer names.
    """
    opening = response.content[: 4 * MAX_MESSAGE_LENGTH].decode("utf-8", "replace").strip()
    is_page = "html" in response.headers.get("content-type", "").lower() or opening.startswith("<")
    return opening if opening and not is_page else f"HTTP {response.status_code} {response.reason_phrase}".strip()


def _redact(text: str, request: httpx.Request) -> str:
    """Return `text` without the key, in case an answer or exception repeats it, and cut to the longest message."""
    key = request.headers.get("x-api-key", "") or request.headers.get("authorization", "").removeprefix("Bearer ")
    return (text.replace(key, "[key]") if len(key) >= _SHORTEST_SECRET else text)[:MAX_MESSAGE_LENGTH]
