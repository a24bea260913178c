"""The API's objects, with their nulls and with keys and values that this version does not know."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from bot.api.models import BatchPage, ErrorBody, MessageBatch
from bot.api.result_models import (
    BatchResult,
    CanceledResult,
    ErroredResult,
    ExpiredResult,
    SucceededResult,
    UnknownResult,
    Usage,
)

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "4"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 2},
}


def line(result: dict[str, object]) -> BatchResult:
    return BatchResult.model_validate_json(json.dumps({"custom_id": "a", "result": result}))


def test_a_batch_in_progress_keeps_its_nulls(batch_json: Callable[..., dict[str, object]]) -> None:
    batch = MessageBatch.model_validate_json(json.dumps(batch_json()))

    assert (batch.ended_at, batch.archived_at, batch.cancel_initiated_at, batch.results_url) == (None,) * 4
    assert not batch.has_ended
    assert batch.request_counts.total == 3


@pytest.mark.parametrize("written", ["2026-11-20T10:00:00.123456Z", "2026-11-20T10:00:00.123456+00:00"])
def test_both_ways_to_write_utc_are_the_same_moment(written: str, batch_json: Callable[..., dict[str, object]]) -> None:
    batch = MessageBatch.model_validate_json(json.dumps(batch_json(created_at=written)))

    assert batch.created_at == datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)
    assert batch.created_at.astimezone(timezone(timedelta(hours=1))).hour == 11


def test_the_total_counts_all_five_outcomes(batch_json: Callable[..., dict[str, object]]) -> None:
    counts = {"processing": 1, "succeeded": 20, "errored": 300, "canceled": 4000, "expired": 50000}

    batch = MessageBatch.model_validate(batch_json(processing_status="ended", request_counts=counts))

    assert batch.request_counts.total == 54321
    assert batch.has_ended


def test_an_unknown_status_and_an_unknown_key_are_kept_as_they_came(
    batch_json: Callable[..., dict[str, object]],
) -> None:
    batch = MessageBatch.model_validate(batch_json(processing_status="paused", priority="low"))

    assert batch.processing_status == "paused"
    assert batch.model_extra == {"priority": "low"}


def test_an_empty_page_has_no_cursors() -> None:
    page = BatchPage.model_validate_json(b'{"data":[],"has_more":false,"first_id":null,"last_id":null}')

    assert (page.data, page.has_more, page.first_id, page.last_id) == ((), False, None, None)


def test_a_succeeded_line_needs_only_the_tokens_of_its_usage() -> None:
    result = line({"type": "succeeded", "message": MESSAGE}).result

    assert isinstance(result, SucceededResult)
    assert result.message.content == [{"type": "text", "text": "4"}]
    assert result.message.usage == Usage(input_tokens=10, output_tokens=2)
    assert result.message.usage.cache_read_input_tokens is None


def test_every_optional_key_of_usage_is_read() -> None:
    full = {
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 4,
        "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2},
        "output_tokens_details": {"thinking_tokens": 1},
        "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0},
        "service_tier": "batch",
        "inference_geo": "not_available",
        "speed": "standard",
    }

    usage = Usage.model_validate(full)

    assert usage.model_dump() == full
    assert usage.model_extra == {}
    assert set(full) == set(Usage.model_fields)


def test_an_errored_line_tells_its_cause_from_the_inner_error() -> None:
    inner = {"type": "invalid_request_error", "message": "bad", "details": {"error_code": "x", "more": 1}}

    result = line({"type": "errored", "error": {"type": "error", "error": inner, "request_id": None}}).result

    assert isinstance(result, ErroredResult)
    assert (result.error.type, result.error.error.type) == ("error", "invalid_request_error")
    assert (result.error.error.message, result.error.error.error_code) == ("bad", "x")
    assert result.error.request_id is None


@pytest.mark.parametrize("details", [None, "text", [], {}, {"error_code": 7}])
def test_details_of_any_shape_give_no_code_rather_than_an_exception(details: object) -> None:
    body = ErrorBody(type="api_error", details=details)

    assert body.error_code is None


@pytest.mark.parametrize(("name", "kind"), [("canceled", CanceledResult), ("expired", ExpiredResult)])
def test_a_line_without_an_answer_still_has_its_custom_id(name: str, kind: type) -> None:
    read = line({"type": name})

    assert read.custom_id == "a"
    assert isinstance(read.result, kind)


@pytest.mark.parametrize("came", [{"type": "paused", "until": 5}, {"type": "succeeded", "message": "not an object"}])
def test_an_unknown_result_is_kept_whole(came: dict[str, object]) -> None:
    result = line(came).result

    assert isinstance(result, UnknownResult)
    assert result.model_dump() == came


def test_the_apis_objects_are_immutable(batch_json: Callable[..., dict[str, object]]) -> None:
    batch = MessageBatch.model_validate(batch_json())

    with pytest.raises(ValidationError):
        batch.processing_status = "ended"  # type: ignore[misc]  # the point of the test
