"""Lines of results for tests of retries and merged results."""

import json
from typing import Any

OUTCOMES: dict[str, dict[str, Any]] = {
    "succeeded": {
        "type": "succeeded",
        "message": {"model": "m", "content": [], "usage": {"input_tokens": 1, "output_tokens": 1}},
    },
    "expired": {"type": "expired"},
    "canceled": {"type": "canceled"},
}


def errored(kind: str, message: str = "text") -> dict[str, Any]:
    """Return the outcome of a request that errored."""
    error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": None}
    return {"type": "errored", "error": error}


def result(custom_id: str, outcome: str, note: str = "") -> bytes:
    """Return one line; an unknown outcome is taken as a type of error."""
    value = OUTCOMES.get(outcome) or errored(outcome)
    return json.dumps({"custom_id": custom_id, "result": value, "note": note}).encode() + b"\n"
