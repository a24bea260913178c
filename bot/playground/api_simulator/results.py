"""The results of a batch: one JSON line a request, made one after the other, the same ones every time."""

import json
import random
from collections.abc import Iterator
from typing import Any

from bot.playground.api_simulator.answers import made_up_message
from bot.playground.api_simulator.batch import Batch
from bot.playground.api_simulator.ids import made_id
from bot.playground.api_simulator.lifecycle import finishing_order
from bot.playground.api_simulator.requests import Failure, Request

_PROCESSED, _CANCELED, _EXPIRED = range(3)


def result_lines(batch: Batch) -> Iterator[bytes]:
    """The lines of the results file of an ended batch, each with its newline, in an order of the batch's own."""
    fates = _fates(batch)
    order = list(range(len(fates)))
    random.Random(f"{batch.id} results").shuffle(order)
    for index in order:
        request = batch.requests[index]
        line = {"custom_id": request.custom_id, "result": _result(batch.id, request, fates[index])}
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def _fates(batch: Batch) -> bytearray:
    """What became of each request, by its index: the first in the finishing order were processed, the rest were not."""
    counts = batch.ending.counts
    order = finishing_order(batch.id, len(batch.requests))
    processed = counts.succeeded + counts.errored
    fates = bytearray(len(order))
    for rank in range(processed, len(order)):
        fates[order[rank]] = _CANCELED if rank < processed + counts.canceled else _EXPIRED
    return fates


def _result(batch_id: str, request: Request, fate: int) -> dict[str, Any]:
    if fate != _PROCESSED:
        return {"type": "canceled" if fate == _CANCELED else "expired"}
    if request.failure is not None:
        return {"type": "errored", "error": _error(batch_id, request.custom_id, request.failure)}
    return {"type": "succeeded", "message": made_up_message(batch_id, request)}


def _error(batch_id: str, custom_id: str, failure: Failure) -> dict[str, Any]:
    """The whole error envelope, `details` and all, as captured: no request id for params that did not pass."""
    request_id = made_id("workerreq", batch_id, custom_id) if failure.while_running else None
    details = {"error_visibility": "user_facing"}
    error = {"details": details, "type": failure.type, "message": failure.message}
    return {"type": "error", "error": error, "request_id": request_id}
