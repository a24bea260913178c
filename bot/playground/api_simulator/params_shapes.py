"""The shapes of the parameters besides `messages`, as pydantic models: the API's own words come from pydantic.

Source: the types of the official SDK 2.14, plain and beta. Parts that are open there are open here.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

_Name = Annotated[str, Strict(), Field(pattern="^[a-zA-Z0-9_-]{1,64}$")]
_Number = Annotated[float, Strict()]
_Object = dict[str, Any]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CacheControl(_Closed):
    """A cache breakpoint."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class _SystemText(BaseModel):
    type: Literal["text"]
    text: StrictStr
    cache_control: CacheControl | None = None


class _Enabled(_Closed):
    type: Literal["enabled"]
    budget_tokens: Annotated[int, Strict(), Field(ge=1_024)]
    display: Literal["summarized", "omitted", "updates"] | None = None
    block_binding: Any = None


class _Adaptive(_Closed):
    type: Literal["adaptive"]
    display: Literal["summarized", "omitted", "updates"] | None = None
    block_binding: Any = None


class _Off(_Closed):
    type: Literal["disabled"]


class _BetweenTools(_Closed):
    type: Literal["between_tools"]


class _Choice(_Closed):
    type: Literal["auto", "any"]
    disable_parallel_tool_use: StrictBool | None = None


class _NamedChoice(_Closed):
    type: Literal["tool"]
    name: StrictStr
    disable_parallel_tool_use: StrictBool | None = None


class _NoChoice(_Closed):
    type: Literal["none"]


class _Metadata(_Closed):
    user_id: StrictStr | None = None


class _Format(_Closed):
    type: Literal["json_schema"]
    schema_: _Object = Field(alias="schema")


class _OutputConfig(_Closed):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: _Format | None = None
    task_budget: _Object | None = None


class _McpServer(_Closed):
    type: Literal["url"]
    name: StrictStr
    url: Annotated[str, Strict(), Field(pattern="^https://")]
    authorization_token: StrictStr | None = None
    tool_configuration: _Object | None = None


class _Billing(_Closed):
    type: Literal["billing_policy"]
    bill_to: StrictStr | None = None


class _CustomTool(BaseModel):
    name: _Name
    input_schema: _Object
    type: Literal["custom"] | None = None
    description: StrictStr | None = None
    cache_control: CacheControl | None = None


class _ServerTool(BaseModel):
    type: Annotated[str, Field(pattern=r"^([a-z0-9_]+_\d{8}|mcp_toolset|tool_search_tool_(bm25|regex))$")]
    cache_control: CacheControl | None = None


class Params(BaseModel):
    """The optional parameters, all of them. The keys that a batch requires are checked before."""

    model_config = ConfigDict(extra="ignore")

    billing_policy: _Billing | None = None
    cache_control: CacheControl | None = None
    compaction: _Object | None = None
    container: StrictStr | _Object | None = None
    context_management: _Object | None = None
    diagnostics: _Object | None = None
    fallback_credit_token: StrictStr | None = None
    inference_geo: StrictStr | None = None
    mcp_servers: list[_McpServer] | None = None
    metadata: _Metadata | None = None
    output_config: _OutputConfig | None = None
    output_format: _Format | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    stop_sequences: list[StrictStr] | None = None
    system: StrictStr | list[_SystemText] | None = None
    temperature: _Number | None = None
    thinking: Annotated[_Enabled | _Adaptive | _Off | _BetweenTools, Field(discriminator="type")] | None = None
    thread: _Object | None = None
    tool_choice: Annotated[_Choice | _NamedChoice | _NoChoice, Field(discriminator="type")] | None = None
    tools: list[_Object] | None = None
    top_k: Annotated[int, Strict(), Field(ge=0)] | None = None
    top_p: _Number | None = None
    user_profile_id: StrictStr | None = None


ALLOWED = frozenset(Params.model_fields) | {"model", "max_tokens", "messages"}
_CUSTOM = TypeAdapter(_CustomTool)
_SERVER = TypeAdapter(_ServerTool)
_MOST_BREAKPOINTS = 4


def find_shape_mistakes(params: dict[str, Any]) -> Iterator[str]:
    """Yield the mistakes in the optional parameters, in pydantic's order and words."""
    try:
        Params.model_validate(params)
    except ValidationError as error:
        yield from _words(error)
        return
    for key in ("temperature", "top_p"):
        if not 0 <= (params.get(key) or 0) <= 1:
            yield f"{key}: Input should be between 0 and 1"
    yield from _find_tool_mistakes(params.get("tools") or [])
    breakpoints = _count_breakpoints([params.get(key) for key in ("system", "messages", "tools")])
    if breakpoints > _MOST_BREAKPOINTS:
        yield f"A maximum of {_MOST_BREAKPOINTS} blocks with cache_control may be provided. Found {breakpoints}."
    if (params.get("output_config") or {}).get("format") and _cites(params["messages"]):
        yield "output_config.format: Citations cannot be used with structured outputs."


def _find_tool_mistakes(tools: list[dict[str, Any]]) -> Iterator[str]:
    names = set()
    for index, tool in enumerate(tools):
        is_custom = tool.get("type") in (None, "custom")
        place = ("tools", index, *(("custom",) if is_custom else ()))
        try:
            (_CUSTOM if is_custom else _SERVER).validate_python(tool)
        except ValidationError as error:
            yield from _words(error, *place)
        name = tool.get("name")
        if isinstance(name, str) and name in names:
            yield "tools: Tool names must be unique."
        names.add(name if isinstance(name, str) else None)


def _count_breakpoints(parts: list[Any]) -> int:
    found = 0
    left = list(parts)
    while left:
        value = left.pop()
        if isinstance(value, dict):
            found += isinstance(value.get("cache_control"), dict)
            left += [value[key] for key in ("content", "source") if key in value]
        elif isinstance(value, list):
            left += value
    return found


def _cites(messages: list[dict[str, Any]]) -> bool:
    blocks = [block for message in messages for block in message["content"] if isinstance(block, dict)]
    return any(isinstance(cited := block.get("citations"), dict) and cited.get("enabled") for block in blocks)


def _words(error: ValidationError, *place: object) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        yield f"{'.'.join(map(str, (*place, *one['loc'])))}: {one['msg']}"
