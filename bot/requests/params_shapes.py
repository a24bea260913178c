"""The parameters of a request besides model, max_tokens and messages: their shapes, and names from elsewhere.

Source: docs.anthropic.com, Messages, and the types of the official SDK 2.14, plain and beta (`make sdk-check` finds
parameters that are missing here). Where the documentation leaves a part open, any value passes.
"""

from bot.requests.model_rules import EFFORTS
from bot.requests.problems import ProblemKind, WarningKind
from bot.requests.shapes import Anything, Flag, HttpsAddress, Items, Number, Record, Shape, Text, TextOr, Variants

LEAST_THINKING_BUDGET = 1_024
MAX_BREAKPOINTS = 4
"""Blocks with `cache_control` in a request (docs.anthropic.com, Prompt caching)."""

_UNKNOWN_KEY = ProblemKind.UNKNOWN_KEY
_OBJECT = Record()
_DISPLAY = Text(("summarized", "omitted", "updates"))

CACHE_CONTROL = Record({"type": Text(("ephemeral",)), "ttl": Text(("5m", "1h"))}, frozenset({"type"}))
_FORMAT = Variants({"json_schema": Record({"schema": _OBJECT}, frozenset({"schema"}))})
THINKING = Variants(
    {
        "enabled": Record(
            {"budget_tokens": Number(least=LEAST_THINKING_BUDGET, whole=True), "display": _DISPLAY},
            frozenset({"budget_tokens"}),
        ),
        "disabled": _OBJECT,
        "adaptive": Record({"display": _DISPLAY}),
        "between_tools": _OBJECT,
    }
)
_MCP_SERVER = Record(
    {
        "type": Text(("url",)),
        "name": Text(),
        "url": HttpsAddress(),
        "authorization_token": Text(),
        "tool_configuration": _OBJECT,
    },
    frozenset({"type", "name", "url"}),
)
TOOL_CHOICE = Variants(
    {
        "auto": Record({"disable_parallel_tool_use": Flag()}),
        "any": Record({"disable_parallel_tool_use": Flag()}),
        "tool": Record({"disable_parallel_tool_use": Flag(), "name": Text()}, frozenset({"name"})),
        "none": _OBJECT,
    }
)

SHAPES: dict[str, Shape] = {
    "billing_policy": Record({"type": Text(("billing_policy",)), "bill_to": Text()}),
    "cache_control": CACHE_CONTROL,
    "compaction": _OBJECT,
    "container": TextOr(Record({"id": Text(), "skills": Items(_OBJECT)})),
    "context_management": Record({"edits": Items(_OBJECT)}),
    "diagnostics": _OBJECT,
    "fallback_credit_token": Text(),
    "inference_geo": Text(),
    "mcp_servers": Items(_MCP_SERVER),
    "metadata": Record({"user_id": Text()}, unknown=_UNKNOWN_KEY),
    "output_config": Record(
        {"effort": Text(EFFORTS), "format": _FORMAT, "task_budget": _OBJECT}, unknown=WarningKind.UNKNOWN_KEY
    ),
    "output_format": _FORMAT,
    "service_tier": Text(("auto", "standard_only")),
    "stop_sequences": Items(Text()),
    "stream": Anything(),  # true is refused as the batch's own rule
    "temperature": Number(least=0, most=1),
    "thinking": THINKING,
    "thread": _OBJECT,
    "tool_choice": TOOL_CHOICE,
    "tools": Items(_OBJECT),
    "top_k": Number(whole=True),
    "top_p": Number(least=0, most=1),
    "user_profile_id": Text(),
}
"""Each optional parameter of the API."""

NOT_IN_A_BATCH = frozenset(
    ("speed", "store", "previous_thread_event_id", "cache_hint", "context_hint", "fallbacks"),
)
"""Parameters of the Messages API that a batch refuses with any value but null (docs.anthropic.com, Message Batches)."""

SDK_ARGUMENTS = frozenset(
    ("betas", "extra_body", "extra_headers", "extra_query", "max_retries", "timeout", "workspace_id"),
)
"""Arguments of the official SDK's methods, which never are part of the body."""

FOREIGN_PARAMS: dict[str, str] = {
    "anthropic_beta": "",
    "anthropic_version": "",
    "contents": "messages",
    "frequency_penalty": "",
    "function_call": "tool_choice",
    "functions": "tools",
    "generationConfig": "",
    "generation_config": "",
    "inferenceConfig": "",
    "logit_bias": "",
    "logprobs": "",
    "max_completion_tokens": "max_tokens",
    "max_new_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_tokens_to_sample": "max_tokens",
    "n": "",
    "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
    "params": "",
    "presence_penalty": "",
    "reasoning_effort": "output_config.effort",
    "response_format": "output_config.format",
    "seed": "",
    "stop": "stop_sequences",
    "stream_options": "",
    "systemInstruction": "system",
    "system_instruction": "system",
    "top_logprobs": "",
}
"""Parameters of other APIs, and this API's parameter for the same purpose, if it has one."""
