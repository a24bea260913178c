"""Find what the API refuses in the `params` of a request, before it is sent.

The API itself checks `params` only while it processes the batch. Source: docs.anthropic.com, Message Batches ("not
allowed in a batch"), Messages, and the migration to 2026-10-21.
"""

from collections.abc import Generator, Iterator
from typing import Any

from msgspec import Struct

from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.requests.messages import find_block_faults, find_message_faults
from bot.requests.problems import ProblemKind, RequestFault, WarningKind

_KNOWN = frozenset(
    {
        "cache_control",
        "container",
        "context_management",
        "diagnostics",
        "inference_geo",
        "max_tokens",
        "mcp_servers",
        "messages",
        "metadata",
        "model",
        "output_config",
        "output_format",
        "service_tier",
        "stop_sequences",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
        "user_profile_id",
    }
)
_NOT_IN_A_BATCH = frozenset(
    ("speed", "store", "previous_thread_event_id", "cache_hint", "context_hint", "fallbacks"),
)
_SAMPLING = frozenset(("temperature", "top_p", "top_k"))
_PREVIEW = "research_preview_2026_02"
_TOLERATED = _KNOWN | _NOT_IN_A_BATCH | {"stream", _PREVIEW}
_MAX_MODEL_LENGTH = 256
_NEWEST_VERSION = "2026-10-21"
_LARGE_OUTPUT_BETA = "output-300k-2026-03-24"
_LARGE_OUTPUT = 300_000
_ABOVE_ANY_MODEL = 1_000_000_000
"""Tokens of an answer; an own limit for models whose limit is unknown."""


class ApiConstraints(Struct, frozen=True):
    """What the params must fit: the catalog of models (None if the API gave none) and the headers of the create."""

    catalog: ModelCatalog | None = None
    version: str = "2023-06-01"
    betas: frozenset[str] = frozenset()
    user_profile: str | None = None


def find_params_faults(params: dict[str, Any], constraints: ApiConstraints) -> Iterator[RequestFault]:
    """Yield every fault, the most important keys first; places begin with `params.`."""
    newest = constraints.version >= _NEWEST_VERSION
    model = yield from _find_model_faults(params, constraints.catalog)
    yield from _find_max_tokens_faults(params, model, constraints.betas)
    if isinstance(messages := params.get("messages"), list):
        yield from find_message_faults(messages, newest=newest)
    else:
        yield _missing_or_wrong(params, "messages")
    if not isinstance(params.get("inference_geo"), str | None):
        yield _missing_or_wrong(params, "inference_geo")
    if (system := params.get("system")) is not None:
        yield from _find_system_faults(system)
    if not params.keys() <= _KNOWN or not params.keys().isdisjoint(_SAMPLING):
        yield from _find_key_faults(params, newest=newest)
    profile = params.get("user_profile_id", constraints.user_profile)
    if constraints.user_profile and profile != constraints.user_profile:
        yield RequestFault(ProblemKind.OTHER_USER_PROFILE, "params.user_profile_id", profile)


def _find_model_faults(
    params: dict[str, Any], catalog: ModelCatalog | None
) -> Generator[RequestFault, None, ModelInfo | None]:
    """Yield the faults of the model; return the model as the catalog has it, or None."""
    name = params.get("model")
    if not isinstance(name, str):
        yield _missing_or_wrong(params, "model")
        return None
    if not name or len(name) > _MAX_MODEL_LENGTH:
        yield RequestFault(ProblemKind.UNKNOWN_MODEL if name else ProblemKind.EMPTY, "params.model", name)
        return None
    if catalog is None:
        yield RequestFault(WarningKind.MODEL_NOT_CHECKED, "params.model", name)
        return None
    model = catalog.find(name)
    if kind := _find_model_problem(model):
        yield RequestFault(kind, "params.model", name)
    return model


def _find_model_problem(model: ModelInfo | None) -> ProblemKind | WarningKind | None:
    if model is None:
        return ProblemKind.UNKNOWN_MODEL
    if model.lifecycle == "retired":
        return ProblemKind.RETIRED_MODEL
    if not model.supports_batches:
        return ProblemKind.MODEL_WITHOUT_BATCHES
    return WarningKind.DEPRECATED_MODEL if model.lifecycle == "deprecated" else None


def _find_max_tokens_faults(
    params: dict[str, Any], model: ModelInfo | None, betas: frozenset[str]
) -> Iterator[RequestFault]:
    """Yield a fault unless 1 ≤ `max_tokens` ≤ the model's maximum, which a beta raises for batches.

    0 is valid for the Messages API alone.
    """
    asked = params.get("max_tokens")
    if not isinstance(asked, int) or isinstance(asked, bool):
        yield _missing_or_wrong(params, "max_tokens")
        return
    most = model.max_tokens if model else None
    most = _ABOVE_ANY_MODEL if most is None else most
    if _LARGE_OUTPUT_BETA in betas:
        most = max(most, _LARGE_OUTPUT)
    if asked < 1:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, "params.max_tokens", asked, 1)
    elif asked > most:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, "params.max_tokens", asked, most)


def _find_system_faults(system: object) -> Iterator[RequestFault]:
    if isinstance(system, list):
        yield from find_block_faults("params.system", system)
    elif not isinstance(system, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, "params.system", system)


def _find_key_faults(params: dict[str, Any], *, newest: bool) -> Iterator[RequestFault]:
    """Yield the keys that a batch or the API version forbids; an unknown key is a warning, as it may be newer."""
    if params.get("stream"):
        yield RequestFault(ProblemKind.FORBIDDEN_IN_BATCH, "params.stream", params["stream"])
    if params.get(_PREVIEW) == "active":
        yield RequestFault(ProblemKind.FORBIDDEN_IN_BATCH, f"params.{_PREVIEW}", "active")
    for key, value in params.items():
        if key in _NOT_IN_A_BATCH and value is not None:
            yield RequestFault(ProblemKind.FORBIDDEN_IN_BATCH, f"params.{key}", value)
        elif key in _SAMPLING and value is not None:
            yield from _find_sampling_faults(key, value, newest=newest)
        elif key not in _TOLERATED:
            yield RequestFault(WarningKind.UNKNOWN_PARAM, f"params.{key[:80]}")


def _find_sampling_faults(key: str, value: object, *, newest: bool) -> Iterator[RequestFault]:
    if newest:
        yield RequestFault(ProblemKind.FORBIDDEN_IN_VERSION, f"params.{key}", value)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"params.{key}", value)
    elif key != "top_k" and not 0 <= value <= 1:
        yield RequestFault(ProblemKind.OUT_OF_RANGE, f"params.{key}", value, 0 if value < 0 else 1)


def _missing_or_wrong(params: dict[str, Any], key: str) -> RequestFault:
    if key in params:
        return RequestFault(ProblemKind.WRONG_TYPE, f"params.{key}", params[key])
    return RequestFault(ProblemKind.MISSING_KEY, f"params.{key}")
