"""Find what the API refuses in the `params` of a request, before it is sent.

The API itself checks `params` only while it processes the batch. Source: docs.anthropic.com, Message Batches ("not
allowed in a batch"), Messages, the pages of each model, and the migration to 2026-10-21.
"""

from collections.abc import Iterator
from datetime import UTC
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.requests.messages import ContentRules, ContentTally, ends_with_prefill, find_block_faults, find_message_faults
from bot.requests.model_params import find_model_params_faults
from bot.requests.model_rules import (
    LARGE_OUTPUT,
    RETIRED,
    ModelRules,
    Verdict,
    find_rules,
    is_in_table,
    may_be_new,
    undated,
)
from bot.requests.params_shapes import FOREIGN_PARAMS, MAX_BREAKPOINTS, NOT_IN_A_BATCH, SDK_ARGUMENTS, SHAPES
from bot.requests.problems import ProblemKind, RequestFault, WarningKind
from bot.requests.tools import find_choice_faults, find_tools_faults

_REQUIRED = frozenset(("model", "max_tokens", "messages"))
_PLAIN = frozenset(("model", "max_tokens", "messages", "system"))
_SAMPLING = frozenset(("temperature", "top_p", "top_k"))
_PREVIEW = "research_preview_2026_02"
_MAX_MODEL_LENGTH = 256
_NEWEST_VERSION = "2026-10-21"
_LARGE_OUTPUT_BETA = "output-300k-2026-03-24"
_INTERLEAVED_BETA = "interleaved-thinking-2025-05-14"
_MAX_MODELS = 1_000
"""Names of models whose rules are kept."""
_MAX_SUGGESTIONS = 20
"""Names of unknown models for which a similar one is looked for."""


class ApiConstraints(Struct, frozen=True):
    """What the params must fit: the catalog of models (None if the API gave none) and the headers of the create."""

    catalog: ModelCatalog | None = None
    version: str = "2023-06-01"
    betas: frozenset[str] = frozenset()
    user_profile: str | None = None


class _NamedModel(Struct, frozen=True):
    """A model as requests name it: its rules, and what is wrong with naming it."""

    content: ContentRules
    faults: tuple[RequestFault, ...]

    @property
    def rules(self) -> ModelRules:
        return self.content.rules


class ParamsChecker:
    """Check the params of many requests against the same constraints."""

    def __init__(self, constraints: ApiConstraints) -> None:
        self._constraints = constraints
        self._newest = constraints.version >= _NEWEST_VERSION
        self._models: dict[str, _NamedModel] = {}
        self._suggestions = 0

    def find_faults(self, params: dict[str, Any]) -> Iterator[RequestFault]:
        """Yield every fault, the most important keys first; places begin with `params.`."""
        if "params" in params and params.keys().isdisjoint(_REQUIRED):
            yield RequestFault(ProblemKind.NESTED_PARAMS, "params.params")
            return
        name = params.get("model")
        model = self._find_model(name if isinstance(name, str) else "")
        if isinstance(name, str):
            yield from model.faults
        else:
            yield _missing_or_wrong(params, "model")
        yield from self._find_max_tokens_faults(params, model.rules)
        tally = ContentTally()
        if isinstance(messages := params.get("messages"), list):
            yield from find_message_faults(messages, model.content, tally)
        else:
            yield _missing_or_wrong(params, "messages")
        if (system := params.get("system")) is not None:
            yield from _find_system_faults(system, model.content, tally)
        if not params.keys() <= _PLAIN:
            yield from self._find_key_faults(params, model, tally)
        elif self._constraints.user_profile:
            yield from self._find_profile_faults(params)
        if isinstance(messages, list):
            yield from _find_prefill_faults(params, messages, model)
        if tally.breakpoints == MAX_BREAKPOINTS and params.get("cache_control"):
            yield RequestFault(WarningKind.MAY_BE_REFUSED, "params.cache_control")
        elif tally.breakpoints > MAX_BREAKPOINTS:
            yield RequestFault(ProblemKind.TOO_MANY, "params.cache_control", tally.breakpoints, MAX_BREAKPOINTS)
        if tally.images > model.rules.max_images:
            yield RequestFault(ProblemKind.TOO_MANY, "params.messages", tally.images, model.rules.max_images)

    def _find_model(self, name: str) -> _NamedModel:
        if (known := self._models.get(name)) is not None:
            return known
        faults = _find_name_faults(name) or tuple(self._find_listing_faults(name))
        rules = find_rules(name[:_MAX_MODEL_LENGTH], self._constraints.catalog)
        found = _NamedModel(ContentRules(name[:_MAX_MODEL_LENGTH], rules, self._newest), faults)
        if len(self._models) < _MAX_MODELS:
            self._models[name] = found
        return found

    def _find_listing_faults(self, name: str) -> Iterator[RequestFault]:
        """Yield what the API's list of models, or the table of retired ones, says of a name.

        A name of the usual form that the API doesn't list may be newer than its list, so it is only a warning.
        """
        catalog = self._constraints.catalog
        info = catalog.find(name) if catalog else None
        if info is not None:
            yield from _find_lifecycle_faults(name, info)
            if info.capabilities is None and not is_in_table(info.id):
                yield RequestFault(WarningKind.MODEL_RULES_UNKNOWN, "params.model", name)
        elif undated(name) in RETIRED:
            yield RequestFault(ProblemKind.RETIRED_MODEL, "params.model", name)
        elif catalog is None:
            yield RequestFault(WarningKind.MODEL_NOT_CHECKED, "params.model", name)
        else:
            kind = WarningKind.MODEL_NOT_LISTED if may_be_new(name) else ProblemKind.UNKNOWN_MODEL
            yield RequestFault(kind, "params.model", name, instead=self._suggest(name, catalog))

    def _suggest(self, name: str, catalog: ModelCatalog) -> str:
        """Return the listed name that is most similar, or nothing."""
        self._suggestions += 1
        if self._suggestions > _MAX_SUGGESTIONS:
            return ""
        names = [undated(model.id) for model in catalog.models[:_MAX_MODELS] if model.lifecycle != "retired"]
        inside = [one for one in names if one in name]  # as other clouds and gateways write it
        return max(inside, key=len) if inside else next(iter(get_close_matches(name, names, 1, 0.8)), "")

    def _find_max_tokens_faults(self, params: dict[str, Any], rules: ModelRules) -> Iterator[RequestFault]:
        """Yield a fault unless 1 ≤ `max_tokens` ≤ the model's maximum, which a beta raises for batches.

        0 is valid for the Messages API alone.
        """
        asked = params.get("max_tokens")
        if not isinstance(asked, int) or isinstance(asked, bool):
            yield _missing_or_wrong(params, "max_tokens")
            return
        most = max(rules.max_tokens, LARGE_OUTPUT if _LARGE_OUTPUT_BETA in self._constraints.betas else 0)
        if asked < 1:
            yield RequestFault(ProblemKind.OUT_OF_RANGE, "params.max_tokens", asked, 1)
        elif asked > most:
            yield RequestFault(ProblemKind.OUT_OF_RANGE, "params.max_tokens", asked, most)
        elif asked > rules.max_tokens and rules.large_output is Verdict.UNCERTAIN:
            yield RequestFault(WarningKind.MODEL_MAY_REFUSE, "params.max_tokens", asked, model=str(params.get("model")))

    def _find_key_faults(
        self, params: dict[str, Any], model: _NamedModel, tally: ContentTally
    ) -> Iterator[RequestFault]:
        """Yield the faults of the optional keys; an unknown key is a warning, as it may be newer."""
        sound = True
        for key, value in params.items():
            if value is None or key in _PLAIN:
                if key not in SHAPES and key not in NOT_IN_A_BATCH and key not in _PLAIN and key != _PREVIEW:
                    yield _describe_unknown(key)
                continue
            for fault in self._find_value_faults(key, value):
                sound = sound and isinstance(fault.kind, WarningKind)
                yield fault
        yield from self._find_profile_faults(params)
        if isinstance(tools := params.get("tools"), list):
            tally.breakpoints += sum(isinstance(tool, dict) and "cache_control" in tool for tool in tools)
            yield from find_tools_faults(tools, model.content.model, model.rules)
        if not sound:
            return  # the other rules rely on the shapes
        if choice := params.get("tool_choice"):
            yield from find_choice_faults(choice, params.get("tools"))
        yield from self._find_budget_faults(params)
        yield from find_model_params_faults(params, model.content.model, model.rules, newest=self._newest)
        if tally.cites and (params.get("output_config") or {}).get("format"):
            yield RequestFault(ProblemKind.CONFLICT, "params.output_config.format")

    def _find_value_faults(self, key: str, value: object) -> Iterator[RequestFault]:
        place = f"params.{key}"
        if key in _SAMPLING and self._newest:
            yield RequestFault(ProblemKind.FORBIDDEN_IN_VERSION, place, value)
        elif key in NOT_IN_A_BATCH or (key == "stream" and value) or (key == _PREVIEW and value == "active"):
            yield RequestFault(ProblemKind.FORBIDDEN_IN_BATCH, place, value)
        elif (shape := SHAPES.get(key)) is not None:
            yield from shape.find(place, value)
            if key == "billing_policy" and isinstance(value, dict) and value.get("bill_to") == "user_profile":
                yield RequestFault(ProblemKind.FORBIDDEN_IN_BATCH, f"{place}.bill_to", "user_profile")
        elif key != _PREVIEW:
            yield _describe_unknown(key)

    def _find_profile_faults(self, params: dict[str, Any]) -> Iterator[RequestFault]:
        wanted = self._constraints.user_profile
        profile = params.get("user_profile_id", wanted)
        if wanted and profile != wanted:
            yield RequestFault(ProblemKind.OTHER_USER_PROFILE, "params.user_profile_id", profile)

    def _find_budget_faults(self, params: dict[str, Any]) -> Iterator[RequestFault]:
        """Yield a thinking budget that leaves no room for an answer; interleaved thinking may exceed `max_tokens`."""
        budget, most = (params.get("thinking") or {}).get("budget_tokens"), params.get("max_tokens")
        if _INTERLEAVED_BETA in self._constraints.betas or not isinstance(budget, int) or not isinstance(most, int):
            return
        if most <= budget:
            yield RequestFault(ProblemKind.BUDGET_TOO_LARGE, "params.thinking.budget_tokens", budget, most)


def _find_name_faults(name: str) -> tuple[RequestFault, ...]:
    if not name:
        return (RequestFault(ProblemKind.EMPTY, "params.model", name),)
    if len(name) > _MAX_MODEL_LENGTH:
        return (RequestFault(ProblemKind.UNKNOWN_MODEL, "params.model", name),)
    return ()


def _find_lifecycle_faults(name: str, info: ModelInfo) -> Iterator[RequestFault]:
    day = info.retires_at.astimezone(UTC).date().isoformat() if info.retires_at is not None else ""
    if info.lifecycle == "retired":
        yield RequestFault(ProblemKind.RETIRED_MODEL, "params.model", name, day=day)
    elif not info.supports_batches:
        yield RequestFault(ProblemKind.MODEL_WITHOUT_BATCHES, "params.model", name)
    elif info.lifecycle == "deprecated":
        yield RequestFault(WarningKind.DEPRECATED_MODEL, "params.model", name, day=day)


def _describe_unknown(key: str) -> RequestFault:
    """Return the fault of a key that is no parameter: surely refused if it is one of another API or of the SDK."""
    place = f"params.{key[:80]}"
    if key in SDK_ARGUMENTS:
        return RequestFault(ProblemKind.SDK_ARGUMENT, place)
    if key in FOREIGN_PARAMS:
        return RequestFault(ProblemKind.FOREIGN_PARAM, place, instead=FOREIGN_PARAMS[key])
    return RequestFault(WarningKind.UNKNOWN_PARAM, place)


def _find_system_faults(system: object, content: ContentRules, tally: ContentTally) -> Iterator[RequestFault]:
    if isinstance(system, list):
        for index, block in enumerate(system):
            if isinstance(block, dict) and block.get("type", "text") != "text":
                place = f"params.system.{index}.type"
                yield RequestFault(ProblemKind.NOT_ONE_OF, place, block["type"], instead="text")
                return
        yield from find_block_faults("params.system", system, content, tally)
    elif not isinstance(system, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, "params.system", system)


def _find_prefill_faults(params: dict[str, Any], messages: list[Any], model: _NamedModel) -> Iterator[RequestFault]:
    rules = model.rules
    if not ends_with_prefill(messages):
        return
    place = f"params.messages.{len(messages) - 1}.role"
    thinking = params.get("thinking")
    if rules.prefill.is_refused:
        yield RequestFault(ProblemKind.MODEL_PREFILL, place, model=model.content.model)
    elif isinstance(thinking, dict) and thinking.get("type") == "enabled" and rules.is_in_table:
        yield RequestFault(ProblemKind.WITH_THINKING, place, "assistant")


def _missing_or_wrong(params: dict[str, Any], key: str) -> RequestFault:
    if key in params:
        return RequestFault(ProblemKind.WRONG_TYPE, f"params.{key}", params[key])
    return RequestFault(ProblemKind.MISSING_KEY, f"params.{key}")
