"""Lines of request files, and what a check finds in them."""

import json
from collections.abc import Iterable
from typing import Any

from bot.api.model_catalog import Capabilities, ModelCatalog, ModelInfo, Support
from bot.requests.check import CheckReport, Limits, RequestChecker
from bot.requests.params import ApiConstraints

GOOD: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}
CATALOG = ModelCatalog.from_models(
    (
        ModelInfo(id="claude-haiku-4-5-20251001", max_tokens=64_000),
        ModelInfo(id="claude-opus-5", max_tokens=128_000),
        ModelInfo(id="claude-sonnet-4-5-20250929", max_tokens=64_000, lifecycle="deprecated"),
        ModelInfo(id="claude-opus-4-1-20250805", max_tokens=32_000, lifecycle="retired"),
        ModelInfo(id="claude-chat-1", capabilities=Capabilities(batch=Support(supported=False))),
    )
)
CONSTRAINTS = ApiConstraints(CATALOG)


def line(custom_id: object = "one", params: object = None, **more: object) -> bytes:
    """Return one line in the API's form, with its newline."""
    return json.dumps({"custom_id": custom_id, "params": GOOD if params is None else params, **more}).encode() + b"\n"


def check(
    file: bytes,
    constraints: ApiConstraints = CONSTRAINTS,
    limits: Limits | None = None,
    pieces: Iterable[bytes] | None = None,
) -> tuple[CheckReport, bytes]:
    """Return what the checker finds in a file, and the checked file that it would write."""
    checker = RequestChecker(constraints, limits or Limits())
    checked_file = (
        b"".join([checker.feed(piece) for piece in ([file] if pieces is None else pieces)]) + checker.finish()
    )
    return checker.result(), checked_file
