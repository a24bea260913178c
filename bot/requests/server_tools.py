"""What the tools that the API runs may add to a request's cost (docs.anthropic.com, Server tools, and Pricing)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_CLIENT_TOOLS = ("custom", "bash", "text_editor", "computer", "memory")
"""Tools that the caller runs: their results come in another request."""
_TOOL_PROMPT_TOKENS = 1_000
"""More than the system prompt of any tool use, and than the definition of any client tool."""
_MOST_USES = 1_000_000
_MOST_NAMES = 20
_MAX_NAME_LENGTH = 40


class Advisor(NamedTuple):
    """The calls of an advisor model that a request allows, and the tokens of all its answers."""

    model: str
    calls: int
    max_tokens: int


class ToolUse(NamedTuple):
    """What a request's tools may cost.

    `calls`: how often server tools may run; after each the prompt is billed again. `searches`: those of them that are
    web searches. `prompt_tokens`: what the definitions add to the prompt. `unbounded`: the names of what has no bound.
    """

    calls: int = 0
    searches: int = 0
    prompt_tokens: int = 0
    advisors: tuple[Advisor, ...] = ()
    unbounded: tuple[str, ...] = ()


NO_TOOLS = ToolUse()


def measure_tools(params: Mapping[str, Any]) -> ToolUse:
    """Return what the tools of a request may cost."""
    unbounded = dict.fromkeys(_find_unbounded_params(params))
    tools = params.get("tools")
    if not tools and not unbounded:
        return NO_TOOLS
    calls = searches = prompt_tokens = 0
    advisors: list[Advisor] = []
    for tool in tools if isinstance(tools, list) else ():
        if not isinstance(tool, dict):
            continue
        prompt_tokens += _TOOL_PROMPT_TOKENS if not prompt_tokens else 0
        kind = tool.get("type") or "custom"
        name = _name_tool(kind)
        if name in _CLIENT_TOOLS:
            prompt_tokens += _TOOL_PROMPT_TOKENS if name != "custom" else 0
            continue
        uses = _read_count(tool.get("max_uses"))
        if uses is None or name not in ("web_search", "web_fetch", "advisor"):
            unbounded[name] = None
            continue
        calls += uses
        if name == "web_search":
            searches += uses
        elif name == "advisor":
            answer = _read_count(tool.get("max_tokens"))
            if answer is None or not isinstance(tool.get("model"), str):
                unbounded[name] = None
            else:
                advisors.append(Advisor(tool["model"], uses, uses * answer))
    return ToolUse(calls, searches, prompt_tokens, tuple(advisors), tuple(unbounded)[:_MOST_NAMES])


def _find_unbounded_params(params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what runs on the API besides tools, as often as it likes."""
    if params.get("mcp_servers"):
        yield "mcp_servers"
    if params.get("container"):
        yield "container"
    management = params.get("context_management")
    edits = management.get("edits") if isinstance(management, dict) else None
    kinds = (each.get("type") for each in edits if isinstance(each, dict)) if isinstance(edits, list) else ()
    if any(isinstance(kind, str) and "compact" in kind for kind in kinds):
        yield "compaction"


def _name_tool(kind: object) -> str:
    """Return the name of a tool's type without its date."""
    name = str(kind)[:_MAX_NAME_LENGTH]
    head, _, tail = name.rpartition("_")
    return head if head and tail.isdigit() else name


def _read_count(value: object) -> int | None:
    """Return a number of uses or tokens, or None if the value sets no bound."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_USES else None
