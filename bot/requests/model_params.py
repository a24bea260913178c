"""Find parameters that a model refuses, or that exclude each other, in params whose shapes are right."""

from collections.abc import Iterator
from typing import Any

from bot.requests.model_rules import ModelRules, Verdict
from bot.requests.problems import ProblemKind, RequestFault, WarningKind

_LEAST_TOP_P_WITH_THINKING = 0.95
_HIGHEST_EFFORTS = ("xhigh", "max")
_SAMPLING = ("temperature", "top_p", "top_k")


def find_model_params_faults(
    params: dict[str, Any], name: str, rules: ModelRules, *, newest: bool
) -> Iterator[RequestFault]:
    """Yield what the model `name` refuses; `newest` is the API version that refuses sampling on every model."""
    thinking = params.get("thinking") or {}
    effort = (params.get("output_config") or {}).get("effort")
    if not newest and any(params.get(key) is not None for key in _SAMPLING):
        yield from _find_sampling_faults(params, thinking.get("type"), name, rules)
    if thinking:
        yield from _find_thinking_faults(thinking["type"], effort, name, rules)
    if effort:
        yield from _find_effort_faults(effort, name, rules)
    if (choice := (params.get("tool_choice") or {}).get("type")) in ("any", "tool"):
        yield from _find_forced_tool_faults(str(choice), thinking.get("type"), name, rules)
    if rules.region is not Verdict.ACCEPTED and (region := params.get("inference_geo")):
        yield RequestFault(WarningKind.MODEL_MAY_REFUSE, "params.inference_geo", region, model=name)
    if rules.structured_outputs is not Verdict.ACCEPTED and (params.get("output_config") or {}).get("format"):
        yield RequestFault(WarningKind.MODEL_MAY_REFUSE, "params.output_config.format", model=name)


def _find_sampling_faults(
    params: dict[str, Any], thinking: str | None, name: str, rules: ModelRules
) -> Iterator[RequestFault]:
    sent = {key: params[key] for key in _SAMPLING if params.get(key) is not None}
    if rules.sampling == "default":
        for key, value in sent.items():
            if key == "top_k" or value != 1:
                yield RequestFault(ProblemKind.MODEL_SAMPLING, f"params.{key}", value, model=name)
        return
    if sent.get("top_k", 1) < 1:
        yield RequestFault(WarningKind.MAY_BE_REFUSED, "params.top_k", sent["top_k"])
    if "temperature" in sent and "top_p" in sent:
        if rules.both.is_refused:
            yield RequestFault(ProblemKind.MODEL_SAMPLING_BOTH, "params.top_p", sent["top_p"], model=name)
        elif rules.both is Verdict.UNCERTAIN:
            yield RequestFault(WarningKind.MODEL_MAY_REFUSE, "params.top_p", sent["top_p"], model=name)
    if thinking in ("enabled", "adaptive") and rules.thinking.get(thinking) is Verdict.ACCEPTED and rules.is_in_table:
        yield from _find_sampling_with_thinking(sent)


def _find_sampling_with_thinking(sent: dict[str, Any]) -> Iterator[RequestFault]:
    """Yield what models up to 4.6 refuse while they think (docs.anthropic.com, Extended thinking)."""
    if sent.get("temperature", 1) != 1:
        yield RequestFault(ProblemKind.WITH_THINKING, "params.temperature", sent["temperature"])
    if "top_k" in sent:
        yield RequestFault(ProblemKind.WITH_THINKING, "params.top_k", sent["top_k"])
    if sent.get("top_p", 1) < _LEAST_TOP_P_WITH_THINKING:
        yield RequestFault(ProblemKind.WITH_THINKING, "params.top_p", sent["top_p"])


def _find_thinking_faults(kind: str, effort: str | None, name: str, rules: ModelRules) -> Iterator[RequestFault]:
    verdict = rules.thinking.get(kind, Verdict.ACCEPTED)
    if verdict.is_refused:
        accepted = ", ".join(one for one, found in rules.thinking.items() if found is Verdict.ACCEPTED)
        yield RequestFault(ProblemKind.MODEL_THINKING, "params.thinking.type", kind, model=name, instead=accepted)
    elif verdict is Verdict.UNCERTAIN:
        yield RequestFault(WarningKind.MODEL_MAY_REFUSE, "params.thinking.type", kind, model=name)
    elif kind in ("disabled", "between_tools") and effort in _HIGHEST_EFFORTS and not rules.off_at_xhigh:
        yield RequestFault(
            ProblemKind.MODEL_THINKING_EFFORT, "params.thinking.type", kind, model=name, instead=str(effort)
        )


def _find_effort_faults(effort: str, name: str, rules: ModelRules) -> Iterator[RequestFault]:
    place = "params.output_config.effort"
    if rules.effort is not Verdict.ACCEPTED:
        yield RequestFault(WarningKind.MODEL_MAY_REFUSE, place, effort, model=name)
    elif rules.efforts and effort not in rules.efforts:
        yield RequestFault(ProblemKind.MODEL_EFFORT, place, effort, model=name, instead=", ".join(rules.efforts))


def _find_forced_tool_faults(choice: str, thinking: str | None, name: str, rules: ModelRules) -> Iterator[RequestFault]:
    place = "params.tool_choice.type"
    if rules.forced_tools.is_refused:
        yield RequestFault(ProblemKind.MODEL_TOOL_CHOICE, place, choice, model=name, instead="auto")
    elif rules.forced_tools is Verdict.UNCERTAIN:
        yield RequestFault(WarningKind.MODEL_MAY_REFUSE, place, choice, model=name)
    elif thinking == "enabled" and rules.is_in_table and rules.thinking.get("enabled") is Verdict.ACCEPTED:
        yield RequestFault(ProblemKind.WITH_THINKING, place, choice)
