"""The rules that go by model. The API applies them while it processes a request."""

from collections.abc import Iterator
from typing import Any

from bot.playground.api_simulator.models import Model

_SMALL_WINDOW = 200_000
_IMAGES_OF_SMALL, _IMAGES_OF_LARGE = 100, 600
_SAMPLING = ("temperature", "top_p", "top_k")
_ADVICE = "The conversation must end with a user message."
_SERVER_TOOL_WORDS = ("server_tool_use", "mcp_tool_use", "mcp_tool_result")
_INTERLEAVED_BETA = "interleaved-thinking-2025-05-14"
_LARGE_OUTPUT_BETA = "output-300k-2026-03-24"
_LARGE_OUTPUT = 300_000


def find_model_mistakes(params: dict[str, Any], model: Model, betas: frozenset[str]) -> Iterator[str]:
    """Yield what this model refuses in params whose shapes are right."""
    yield from _find_limit_mistakes(params, model, betas)
    yield from _find_thinking_mistakes(params, model, betas)
    yield from _find_sampling_mistakes(params, model)
    yield from _find_effort_mistakes(params, model)
    yield from _find_tool_mistakes(params, model)
    images = _count_images(params["messages"])
    if images > (most := _IMAGES_OF_LARGE if model.context > _SMALL_WINDOW else _IMAGES_OF_SMALL):
        yield f"messages: Too many images and documents: {images} + 0 > {most}"
    if not model.family.sends_region and params.get("inference_geo"):
        yield f"inference_geo: {model.id} does not support `inference_geo`"
    if _ends_with_prefill(params["messages"]) and not (model.family.prefill and not _is_thinking(params)):
        yield f"This model does not support assistant message prefill. {_ADVICE}"


def _count_images(messages: list[dict[str, Any]]) -> int:
    contents = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    return sum(block.get("type") == "image" for content in contents for block in content)


def _find_limit_mistakes(params: dict[str, Any], model: Model, betas: frozenset[str]) -> Iterator[str]:
    limit = params["max_tokens"]
    most = max(model.max_tokens, _LARGE_OUTPUT if _LARGE_OUTPUT_BETA in betas else 0)
    if limit < 1:
        yield "max_tokens: Input should be greater than or equal to 1"
    if limit > most:
        yield f"max_tokens: {limit} > {most}, which is the maximum allowed number of output tokens for {model.id}"


def _find_thinking_mistakes(params: dict[str, Any], model: Model, betas: frozenset[str]) -> Iterator[str]:
    thinking = params.get("thinking") or {}
    kind = thinking.get("type")
    effort = (params.get("output_config") or {}).get("effort")
    if kind is None:
        return
    if kind not in model.family.thinking:
        yield f'"thinking.type.{kind}" is not supported for this model.'
    elif kind == "enabled" and thinking["budget_tokens"] >= params["max_tokens"] and _INTERLEAVED_BETA not in betas:
        yield "`max_tokens` must be greater than `thinking.budget_tokens`."
    elif kind in {"disabled", "between_tools"} and effort in {"xhigh", "max"} and not model.family.off_at_xhigh:
        yield f'"thinking.type.{kind}" is not supported for this model with effort {effort}.'


def _is_thinking(params: dict[str, Any]) -> bool:
    return (params.get("thinking") or {}).get("type") in {"enabled", "adaptive"}


def _find_sampling_mistakes(params: dict[str, Any], model: Model) -> Iterator[str]:
    sent = {key: params[key] for key in _SAMPLING if params.get(key) is not None}
    family = model.family
    if family.sampling == "default":
        yield from (
            f"`{key}` is deprecated for this model." for key, value in sent.items() if not _is_default(key, value)
        )
        return
    if family.sampling == "one of two" and {"temperature", "top_p"} <= sent.keys():
        yield "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    if not _is_thinking(params):
        return
    if sent.get("temperature", 1) != 1:
        yield "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."
    if "top_k" in sent:
        yield "`top_k` must be unset when thinking is enabled or in adaptive mode."
    if sent.get("top_p", 1) < 0.95:
        yield "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode."


def _is_default(key: str, value: float) -> bool:
    return key != "top_k" and value == 1


def _find_effort_mistakes(params: dict[str, Any], model: Model) -> Iterator[str]:
    """Find a level that the model lacks. What happens on a model without levels is not documented: it is ignored."""
    effort = (params.get("output_config") or {}).get("effort")
    if effort and model.family.efforts and effort not in model.family.efforts:
        yield f"output_config.effort: {effort} is not supported for this model."


def _find_tool_mistakes(params: dict[str, Any], model: Model) -> Iterator[str]:
    forced = (params.get("tool_choice") or {}).get("type") in {"any", "tool"}
    if forced and not model.family.forced_tools:
        yield 'tool_choice: type "tool" and "any" are not supported for this model.'
    elif forced and (params.get("thinking") or {}).get("type") == "enabled":
        yield "Thinking may not be enabled when tool_choice forces tool use."
    for tool in params.get("tools") or []:
        if str(tool.get("type")).startswith("advisor_") and tool.get("model") in model.family.refused_advisors:
            yield f"tools: {tool['model']} is not supported as an advisor of this model."
        if tool.get("type") in model.family.refused_tools:
            yield f"tools: {tool['type']} is not supported for this model."


def _ends_with_prefill(messages: list[dict[str, Any]]) -> bool:
    """Return whether the last turn is the assistant's. A paused turn with server tools is sent back as it is."""
    last = messages[-1]
    content = last.get("content")
    blocks = content if isinstance(content, list) else []
    kinds = [str(block.get("type")) for block in blocks]
    paused = any(kind in _SERVER_TOOL_WORDS or kind.endswith("_tool_result") for kind in kinds)
    return last["role"] == "assistant" and not paused
