"""The results of a batch: one JSON line per request, generated one by one, the same every time."""

import json
import random
from collections.abc import Iterator
from typing import Any

from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.ids import make_id
from bot.playground.api_simulator.lifecycle import plan_finishing_order
from bot.playground.api_simulator.model_messages import make_message, make_usage
from bot.playground.api_simulator.requests import Failure, Request

_PROCESSED, _CANCELED, _EXPIRED = range(3)


def make_result_lines(batch: Batch) -> Iterator[bytes]:
    """Yield the lines of an ended batch's results file, each with its newline, in an order that depends on its id.

    The lines of `batch.missing` requests are left out.
    """
    outcomes = _find_outcomes(batch)
    order = list(range(len(outcomes)))
    random.Random(f"{batch.id} results").shuffle(order)
    for index in order[batch.missing :]:
        request = batch.requests[index]
        line = {"custom_id": request.custom_id, "result": _result(batch.id, request, outcomes[index])}
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def list_usage(batch: Batch) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the model and the usage of each request that succeeded, also of those whose line is missing."""
    for index, outcome in enumerate(_find_outcomes(batch)):
        request = batch.requests[index]
        if outcome == _PROCESSED and request.failure is None:
            yield request.model, make_usage(batch.id, request)


def _find_outcomes(batch: Batch) -> bytearray:
    """Return the outcome of each request by index. The first in the finishing order were processed."""
    counts = batch.ending.counts
    order = plan_finishing_order(batch.id, len(batch.requests))
    processed = counts.succeeded + counts.errored
    outcomes = bytearray(len(order))
    for rank in range(processed, len(order)):
        outcomes[order[rank]] = _CANCELED if rank < processed + counts.canceled else _EXPIRED
    return outcomes


def _result(batch_id: str, request: Request, outcome: int) -> dict[str, Any]:
    if outcome != _PROCESSED:
        return {"type": "canceled" if outcome == _CANCELED else "expired"}
    if request.failure is not None:
        return {"type": "errored", "error": _error(batch_id, request.custom_id, request.failure)}
    return {"type": "succeeded", "message": make_message(batch_id, request)}


def _error(batch_id: str, custom_id: str, failure: Failure) -> dict[str, Any]:
    """Return the whole error envelope, as captured from the live API. Invalid params have no request id."""
    request_id = make_id("workerreq", batch_id, custom_id) if failure.while_running else None
    details = {"error_visibility": "user_facing"}
    error = {"details": details, "type": failure.type, "message": failure.message}
    return {"type": "error", "error": error, "request_id": request_id}
