"""The rules for `params`. A create does not check them: a mistake makes an errored result later."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.api_simulator.message_rules import find_message_mistakes
from bot.playground.api_simulator.model_rules import find_model_mistakes
from bot.playground.api_simulator.models import Model, find_model
from bot.playground.api_simulator.params_shapes import ALLOWED, find_shape_mistakes
from bot.playground.api_simulator.requests import Failure, Request

_NOT_IN_A_BATCH = ("speed", "store", "previous_thread_event_id", "cache_hint", "context_hint", "fallbacks")
_SAMPLING = ("temperature", "top_p", "top_k")
_PROFILE_BILLING = "user_profile"


@dataclass(frozen=True, slots=True)
class CreateHeaders:
    """The headers of a create that change the rules for its params."""

    version: str
    betas: frozenset[str]
    user_profile: str | None = None


def read_params(custom_id: str, params: dict[str, Any], headers: CreateHeaders) -> Request:
    """Return the request as it will be processed, with the first of its mistakes as its failure."""
    tokens, cached = _tokens(params)
    name = params.get("model")
    limit = params.get("max_tokens")
    model = find_model(name) if isinstance(name, str) else None
    failure = next(_mistakes(params, model, tokens, headers), None)
    asked = limit if isinstance(limit, int) else 1
    return Request(custom_id, model.id if model else str(name), asked, tokens - cached, cached, failure)


def _mistakes(params: dict[str, Any], model: Model | None, tokens: int, headers: CreateHeaders) -> Iterator[Failure]:
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _missing(params),
        lambda: _forbidden(params, headers),
        lambda: _unknown_keys(params),
        lambda: find_message_mistakes(params["messages"], newest=headers.version >= "2026-10-21"),
        lambda: find_shape_mistakes(params),
    )
    for check in checks:
        yield from (Failure("invalid_request_error", message) for message in check())
    if model is None:
        yield Failure("not_found_error", f"model: {params['model']}")
        return
    for message in find_model_mistakes(params, model, headers.betas):
        yield Failure("invalid_request_error", message)
    if tokens > model.context:
        yield Failure("invalid_request_error", f"prompt is too long: {tokens} tokens > {model.context} maximum")


def _missing(params: dict[str, Any]) -> Iterator[str]:
    for key, kind, word in (("model", str, "string"), ("max_tokens", int, "integer"), ("messages", list, "list")):
        if key not in params:
            yield f"{key}: Field required"
        elif not isinstance(params[key], kind) or isinstance(params[key], bool):
            yield f"{key}: Input should be a valid {word}"


def _forbidden(params: dict[str, Any], headers: CreateHeaders) -> Iterator[str]:
    """Find what params may not hold (docs.anthropic.com, Message Batches and the 2026-10-21 migration)."""
    if params.get("stream"):
        yield "stream: Streaming is not supported in a Message Batch"
    keys = (*_NOT_IN_A_BATCH, *(_SAMPLING if headers.version >= "2026-10-21" else ()))
    yield from (f"{key}: Not supported in a Message Batch" for key in keys if params.get(key) is not None)
    billing = params.get("billing_policy")
    if isinstance(billing, dict) and billing.get("bill_to") == _PROFILE_BILLING:
        yield "billing_policy.bill_to: Not supported in a Message Batch"
    if params.get("research_preview_2026_02") == "active":
        yield "research_preview_2026_02: Not supported in a Message Batch"
    if headers.user_profile and params.get("user_profile_id", headers.user_profile) != headers.user_profile:
        yield "user_profile_id: Does not match the anthropic-user-profile-id header"


def _unknown_keys(params: dict[str, Any]) -> Iterator[str]:
    tolerated = {"stream", "research_preview_2026_02", *_NOT_IN_A_BATCH}
    yield from (f"{key}: Extra inputs are not permitted" for key in params if key not in ALLOWED | tolerated)


def count_prompt_tokens(params: dict[str, Any]) -> int:
    """Estimate the input tokens, about one for four characters."""
    return 8 + len(_prompt(params)) // 4


def _tokens(params: dict[str, Any]) -> tuple[int, int]:
    """Return the input tokens, and how many of them a cache breakpoint covers."""
    tokens = count_prompt_tokens(params)
    caches = '"cache_control"' in _prompt(params) or params.get("cache_control")
    return tokens, int(tokens * 0.8) if caches else 0


def _prompt(params: dict[str, Any]) -> str:
    return json.dumps(
        {key: params[key] for key in ("system", "messages", "tools") if key in params}, ensure_ascii=False
    )
