"""Find what the API refuses in `tools` and `tool_choice` (docs.anthropic.com, Tool use)."""

import re
from collections.abc import Iterator
from typing import Any

from bot.requests.model_rules import ModelRules, undated
from bot.requests.params_shapes import CACHE_CONTROL
from bot.requests.problems import ProblemKind, RequestFault, WarningKind

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_BUILT_IN = re.compile(r"[a-z0-9_]+_\d{8}|mcp_toolset|tool_search_tool_(?:bm25|regex)")
_FOREIGN_KEYS = ("function", "functionDeclarations", "function_declarations", "toolSpec")


def find_tools_faults(tools: list[Any], name: str, rules: ModelRules) -> Iterator[RequestFault]:
    """Yield the faults of each tool; `name` is the model's."""
    seen: set[str] = set()
    for index, tool in enumerate(tools):
        place = f"params.tools.{index}"
        if not isinstance(tool, dict):
            continue  # its type is a fault of the shape
        if tool.get("type") == "function" or any(key in tool for key in _FOREIGN_KEYS):
            yield RequestFault(ProblemKind.FOREIGN_TOOL, place)
            continue
        yield from _find_tool_faults(place, tool, name, rules)
        own_name = tool.get("name")
        if isinstance(own_name, str):
            if own_name in seen:
                yield RequestFault(ProblemKind.TOOL_TWICE, f"{place}.name", own_name)
            seen.add(own_name)


def _find_tool_faults(place: str, tool: dict[str, Any], name: str, rules: ModelRules) -> Iterator[RequestFault]:
    kind = tool.get("type")
    if kind is None or kind == "custom":
        yield from _find_custom_tool_faults(place, tool)
    elif not isinstance(kind, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.type", kind)
    elif kind in rules.refused_tools:
        yield RequestFault(ProblemKind.MODEL_TOOL, f"{place}.type", kind, model=name)
    elif not is_built_in(kind):
        yield RequestFault(WarningKind.UNKNOWN_TOOL, f"{place}.type", kind)
    advisor = tool.get("model") if str(kind).startswith("advisor_") else None
    if isinstance(advisor, str) and undated(advisor) in rules.refused_advisors:
        yield RequestFault(ProblemKind.MODEL_TOOL, f"{place}.model", advisor, model=name)
    if (cache := tool.get("cache_control")) is not None:
        yield from CACHE_CONTROL.find(f"{place}.cache_control", cache)


def _find_custom_tool_faults(place: str, tool: dict[str, Any]) -> Iterator[RequestFault]:
    own_name, schema = tool.get("name"), tool.get("input_schema")
    if "name" not in tool:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.name")
    elif not isinstance(own_name, str):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.name", own_name)
    elif not _NAME.fullmatch(own_name):
        yield RequestFault(ProblemKind.TOOL_NAME, f"{place}.name", own_name)
    if "input_schema" not in tool:
        yield RequestFault(ProblemKind.MISSING_KEY, f"{place}.input_schema")
    elif not isinstance(schema, dict):
        yield RequestFault(ProblemKind.WRONG_TYPE, f"{place}.input_schema", schema)


def is_built_in(kind: str) -> bool:
    """Return whether this type of tool has the form of one that the API brings along: a name and a date."""
    return _BUILT_IN.fullmatch(kind) is not None


def find_choice_faults(choice: dict[str, Any], tools: object) -> Iterator[RequestFault]:
    """Yield what the API may refuse in a `tool_choice` of the right shape: no tools, or a tool that is not there."""
    if choice.get("type") == "none":
        return
    if not tools or not isinstance(tools, list):
        yield RequestFault(WarningKind.MAY_BE_REFUSED, "params.tool_choice", choice.get("type", ""))
        return
    wanted = choice.get("name")
    names = [tool.get("name") for tool in tools if isinstance(tool, dict)]
    if isinstance(wanted, str) and None not in names and wanted not in names:
        yield RequestFault(WarningKind.MAY_BE_REFUSED, "params.tool_choice.name", wanted)
