"""Requests that the API refuses while it processes a batch, and requests that it accepts."""

from typing import Any, NamedTuple

OLD = "claude-haiku-4-5"
MIDDLE = "claude-opus-4-6"
NEW = "claude-opus-5"
ASKED = {"role": "user", "content": "Which river is the longest?"}
PNG = "iVBORw0KGgo="
JPEG = "/9j/4AAQ"
TOOL = {"name": "look_up", "input_schema": {"type": "object"}}
BREAKPOINT = {"type": "ephemeral"}
CALL = {"type": "tool_use", "id": "toolu_a", "name": "look_up", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_a", "content": "6,650 km"}
SCHEMA = {"type": "json_schema", "schema": {"type": "object"}}


class Case(NamedTuple):
    """Params, and the kind and place of what the check finds: empty for nothing."""

    name: str
    params: dict[str, Any]
    kind: str = ""
    place: str = ""


def request(model: str = OLD, **params: object) -> dict[str, Any]:
    """Return sound params with these changes."""
    return {"model": model, "max_tokens": 2_000, "messages": [ASKED]} | params


def saying(*blocks: object, model: str = OLD, **params: object) -> dict[str, Any]:
    """Return params with one message of these content blocks."""
    return request(model, messages=[{"role": "user", "content": list(blocks)}], **params)


def turns(*contents: object, model: str = OLD, **params: object) -> dict[str, Any]:
    """Return params with turns of the user and the assistant by turns."""
    roles = ("user", "assistant")
    return request(model, messages=[{"role": roles[i % 2], "content": one} for i, one in enumerate(contents)], **params)


def image(data: str, media_type: str = "image/png") -> dict[str, Any]:
    """Return an image block in base64."""
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def pdf(data: str = "JVBERi0xLjc=", media_type: str = "application/pdf", **more: object) -> dict[str, Any]:
    """Return a document block in base64."""
    return {"type": "document", "source": {"type": "base64", "media_type": media_type, "data": data}, **more}


def cached(count: int) -> list[dict[str, Any]]:
    """Return so many text blocks with a cache breakpoint each."""
    return [{"type": "text", "text": f"Rule {n}", "cache_control": BREAKPOINT} for n in range(count)]


def thinking(kind: str, model: str = OLD, budget: int | None = None, **params: object) -> dict[str, Any]:
    """Return params with a thinking configuration."""
    return request(model, thinking={"type": kind} | ({} if budget is None else {"budget_tokens": budget}), **params)


REFUSED = (
    # keys that no version of the API has
    Case("betas", request(betas=["files-api-2025-04-14"]), "sdk_argument", "params.betas"),
    Case("extra_headers", request(extra_headers={"x": "y"}), "sdk_argument", "params.extra_headers"),
    Case("extra_body", request(extra_body={"k": 1}), "sdk_argument", "params.extra_body"),
    Case("extra_query", request(extra_query={"k": 1}), "sdk_argument", "params.extra_query"),
    Case("timeout", request(timeout=60), "sdk_argument", "params.timeout"),
    Case("workspace_id", request(workspace_id="wrkspc_1"), "sdk_argument", "params.workspace_id"),
    Case("max_completion_tokens", request(max_completion_tokens=9), "foreign_param", "params.max_completion_tokens"),
    Case("response_format", request(response_format={"type": "text"}), "foreign_param", "params.response_format"),
    Case("n", request(n=1), "foreign_param", "params.n"),
    Case("stop", request(stop=["END"]), "foreign_param", "params.stop"),
    Case("functions", request(functions=[]), "foreign_param", "params.functions"),
    Case("stream_options", request(stream_options={}), "foreign_param", "params.stream_options"),
    Case(
        "anthropic_version",
        request(anthropic_version="bedrock-2023-05-31"),
        "foreign_param",
        "params.anthropic_version",
    ),
    Case(
        "user_pays",
        request(billing_policy={"type": "billing_policy", "bill_to": "user_profile"}),
        "forbidden_in_batch",
        "params.billing_policy.bill_to",
    ),
    # shapes
    Case("metadata_text", request(metadata="job-7"), "wrong_type", "params.metadata"),
    Case("metadata_key", request(metadata={"job": "7"}), "unknown_key", "params.metadata.job"),
    Case("tier_batch", request(service_tier="batch"), "not_one_of", "params.service_tier"),
    Case("tier_priority", request(service_tier="priority"), "not_one_of", "params.service_tier"),
    Case("stop_text", request(stop_sequences="END"), "wrong_type", "params.stop_sequences"),
    Case("stop_number", request(stop_sequences=["END", 7]), "wrong_type", "params.stop_sequences.1"),
    Case("system_object", request(system={"type": "text", "text": "x"}), "wrong_type", "params.system"),
    Case("temperature_text", request(temperature="0.2"), "wrong_type", "params.temperature"),
    Case("temperature_two", request(temperature=2), "out_of_range", "params.temperature"),
    Case("choice_text", request(tools=[TOOL], tool_choice="any"), "wrong_type", "params.tool_choice"),
    Case(
        "choice_required",
        request(tools=[TOOL], tool_choice={"type": "required"}),
        "not_one_of",
        "params.tool_choice.type",
    ),
    Case(
        "choice_no_name", request(tools=[TOOL], tool_choice={"type": "tool"}), "missing_key", "params.tool_choice.name"
    ),
    Case("output_text", request(output_config="high"), "wrong_type", "params.output_config"),
    Case(
        "effort_word", request(MIDDLE, output_config={"effort": "extreme"}), "not_one_of", "params.output_config.effort"
    ),
    Case(
        "format_no_schema",
        request(output_config={"format": {"type": "json_schema"}}),
        "missing_key",
        "params.output_config.format.schema",
    ),
    Case(
        "format_object",
        request(output_config={"format": {"type": "json_object"}}),
        "not_one_of",
        "params.output_config.format.type",
    ),
    Case(
        "format_cites",
        saying(pdf(citations={"enabled": True}), output_config={"format": SCHEMA}),
        "conflict",
        "params.output_config.format",
    ),
    Case(
        "mcp_http",
        request(mcp_servers=[{"type": "url", "url": "http://tools.example.org", "name": "x"}]),
        "not_https",
        "params.mcp_servers.0.url",
    ),
    Case("mcp_no_url", request(mcp_servers=[{"type": "url", "name": "x"}]), "missing_key", "params.mcp_servers.0.url"),
    Case("geo_list", request(MIDDLE, inference_geo=["us"]), "wrong_type", "params.inference_geo"),
    # thinking
    Case("thinking_text", request(thinking="on"), "wrong_type", "params.thinking"),
    Case("thinking_word", thinking("auto"), "not_one_of", "params.thinking.type"),
    Case("budget_missing", thinking("enabled"), "missing_key", "params.thinking.budget_tokens"),
    Case("budget_small", thinking("enabled", budget=1_000), "out_of_range", "params.thinking.budget_tokens"),
    Case("budget_equal", thinking("enabled", budget=2_000), "budget_too_large", "params.thinking.budget_tokens"),
    Case("budget_above", thinking("enabled", budget=9_000), "budget_too_large", "params.thinking.budget_tokens"),
    Case("cold_thinking", thinking("enabled", budget=1_024, temperature=0), "with_thinking", "params.temperature"),
    Case("top_k_thinking", thinking("enabled", budget=1_024, top_k=9), "with_thinking", "params.top_k"),
    Case("top_p_thinking", thinking("adaptive", MIDDLE, top_p=0.5), "with_thinking", "params.top_p"),
    Case(
        "forced_thinking",
        thinking("enabled", budget=1_024, tools=[TOOL], tool_choice={"type": "any"}),
        "with_thinking",
        "params.tool_choice.type",
    ),
    Case(
        "prefill_thinking",
        turns("Which?", "The", thinking={"type": "enabled", "budget_tokens": 1_024}),
        "with_thinking",
        "params.messages.1.role",
    ),
    # text
    Case(
        "blank_text",
        request(messages=[{"role": "user", "content": " \n\t"}]),
        "blank_text",
        "params.messages.0.content",
    ),
    Case("blank_block", saying({"type": "text", "text": "  "}), "blank_text", "params.messages.0.content.0.text"),
    Case("blank_later", turns("Hello", " ", "And?"), "blank_text", "params.messages.1.content"),
    Case("no_message", request(messages=[None]), "wrong_type", "params.messages.0"),
    Case(
        "role_tool",
        request(messages=[ASKED, {"role": "tool", "content": "x"}]),
        "unknown_role",
        "params.messages.1.role",
    ),
    Case(
        "role_developer",
        request(messages=[{"role": "developer", "content": "x"}, ASKED]),
        "unknown_role",
        "params.messages.0.role",
    ),
    # images and documents
    Case("image_jpg", saying(image(JPEG, "image/jpg")), "not_one_of", "params.messages.0.content.0.source.media_type"),
    Case(
        "image_bmp", saying(image("Qk0=", "image/bmp")), "not_one_of", "params.messages.0.content.0.source.media_type"
    ),
    Case(
        "image_svg",
        saying(image("PHN2Zz4=", "image/svg+xml")),
        "not_one_of",
        "params.messages.0.content.0.source.media_type",
    ),
    Case(
        "png_as_jpeg",
        saying(image(PNG, "image/jpeg")),
        "media_mismatch",
        "params.messages.0.content.0.source.media_type",
    ),
    Case("jpeg_as_png", saying(image(JPEG)), "media_mismatch", "params.messages.0.content.0.source.media_type"),
    Case(
        "data_url", saying(image(f"data:image/png;base64,{PNG}")), "data_url", "params.messages.0.content.0.source.data"
    ),
    Case(
        "text_as_pdf", saying(pdf("eA==", "text/plain")), "not_one_of", "params.messages.0.content.0.source.media_type"
    ),
    Case("png_as_pdf", saying(pdf(PNG)), "media_mismatch", "params.messages.0.content.0.source.media_type"),
    Case(
        "image_large",
        saying(image(PNG[:-1] + "A" * (10 * 1024 * 1024))),
        "out_of_range",
        "params.messages.0.content.0.source.data",
    ),
    Case(
        "image_wide",
        saying(image("iVBORw0KGgoAAAANSUhEUgAAJxAAAAAQCAIAAAA=")),
        "out_of_range",
        "params.messages.0.content.0.source.data",
    ),
    Case(
        "image_inside",
        saying({"type": "text", "text": "?"}, image("Qk0=", "image/bmp")),
        "not_one_of",
        "params.messages.0.content.1.source.media_type",
    ),
    Case(
        "image_url",
        saying({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}),
        "foreign_block",
        "params.messages.0.content.0.type",
    ),
    Case(
        "input_text", saying({"type": "input_text", "text": "x"}), "foreign_block", "params.messages.0.content.0.type"
    ),
    Case("many_images", saying(*[image(PNG)] * 101), "too_many", "params.messages"),
    Case("no_source", saying({"type": "image"}), "missing_key", "params.messages.0.content.0.source"),
    Case(
        "source_form",
        saying({"type": "image", "source": {"type": "path", "path": "a.png"}}),
        "not_one_of",
        "params.messages.0.content.0.source.type",
    ),
    Case(
        "source_no_form",
        saying({"type": "image", "source": {"media_type": "image/png", "data": PNG}}),
        "missing_key",
        "params.messages.0.content.0.source.type",
    ),
    Case(
        "no_file_id",
        saying({"type": "document", "source": {"type": "file"}}),
        "missing_key",
        "params.messages.0.content.0.source.file_id",
    ),
    Case(
        "markdown",
        saying({"type": "document", "source": {"type": "text", "media_type": "text/markdown", "data": "x"}}),
        "not_one_of",
        "params.messages.0.content.0.source.media_type",
    ),
    Case("system_image", request(system=[image(PNG)]), "not_one_of", "params.system.0.type"),
    # caching
    Case("five_breakpoints", request(system=cached(5)), "too_many", "params.cache_control"),
    Case("breakpoints_apart", saying(*cached(3), system=cached(2)), "too_many", "params.cache_control"),
    Case(
        "cached_tools",
        request(system=cached(4), tools=[TOOL | {"cache_control": BREAKPOINT}]),
        "too_many",
        "params.cache_control",
    ),
    Case(
        "ttl",
        saying({"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "24h"}}),
        "not_one_of",
        "params.messages.0.content.0.cache_control.ttl",
    ),
    Case(
        "cache_type",
        request(system=[{"type": "text", "text": "x", "cache_control": {"type": "persistent"}}]),
        "not_one_of",
        "params.system.0.cache_control.type",
    ),
    Case(
        "cached_message",
        request(messages=[ASKED | {"cache_control": BREAKPOINT}]),
        "unknown_key",
        "params.messages.0.cache_control",
    ),
    # tools
    Case("tool_schema_missing", request(tools=[{"name": "a"}]), "missing_key", "params.tools.0.input_schema"),
    Case(
        "tool_schema_text",
        request(tools=[{"name": "a", "input_schema": "{}"}]),
        "wrong_type",
        "params.tools.0.input_schema",
    ),
    Case(
        "tool_function",
        request(tools=[{"type": "function", "function": {"name": "a"}}]),
        "foreign_tool",
        "params.tools.0",
    ),
    Case(
        "tool_flat",
        request(tools=[{"type": "function", "name": "a", "parameters": {}}]),
        "foreign_tool",
        "params.tools.0",
    ),
    Case("tool_name", request(tools=[TOOL | {"name": "look up"}]), "tool_name", "params.tools.0.name"),
    Case("tool_twice", request(tools=[TOOL, TOOL]), "tool_twice", "params.tools.1.name"),
    Case("tools_object", request(tools={"look_up": TOOL}), "wrong_type", "params.tools"),
    Case(
        "unanswered", turns("Go", [CALL], "And?", tools=[TOOL]), "tool_use_unanswered", "params.messages.1.content.0.id"
    ),
    Case(
        "half_answered",
        turns("Go", [CALL, CALL | {"id": "toolu_b"}], [RESULT], tools=[TOOL]),
        "tool_use_unanswered",
        "params.messages.1.content.1.id",
    ),
    Case(
        "call_no_id",
        turns("Go", [{"type": "tool_use", "name": "look_up", "input": {}}], "And?", tools=[TOOL]),
        "missing_key",
        "params.messages.1.content.0.id",
    ),
    Case(
        "call_text_input",
        turns("Go", [CALL | {"input": "{}"}], [RESULT], tools=[TOOL]),
        "wrong_type",
        "params.messages.1.content.0.input",
    ),
    Case(
        "result_no_id",
        saying({"type": "tool_result", "content": "x"}),
        "missing_key",
        "params.messages.0.content.0.tool_use_id",
    ),
    Case(
        "tool_calls",
        request(messages=[ASKED, {"role": "assistant", "content": "x", "tool_calls": []}, ASKED]),
        "unknown_key",
        "params.messages.1.tool_calls",
    ),
    Case("nested", {"params": request()}, "nested_params", "params.params"),
    Case("blank_end", turns("Which?", "The "), "blank_end", "params.messages.1.content"),
    Case(
        "blank_end_block",
        turns("Which?", [{"type": "text", "text": "The\n"}]),
        "blank_end",
        "params.messages.1.content",
    ),
    Case("orphan", saying(RESULT), "tool_result_orphan", "params.messages.0.content.0.tool_use_id"),
    Case(
        "orphan_id",
        turns("Go", [CALL], [RESULT, RESULT | {"tool_use_id": "toolu_z"}], tools=[TOOL]),
        "tool_result_orphan",
        "params.messages.2.content.1.tool_use_id",
    ),
    Case(
        "answered_second",
        turns("Go", [CALL], [{"type": "text", "text": "So:"}, RESULT], tools=[TOOL]),
        "tool_result_not_first",
        "params.messages.2.content.1",
    ),
    # models
    *(
        Case(f"cold_{model}", request(f"claude-{model}", temperature=0), "model_sampling", "params.temperature")
        for model in ("opus-4-7", "opus-4-8", "sonnet-5", "opus-5", "fable-5", "fable-5-2", "opus-5-5", "haiku-5-5")
    ),
    Case("top_k", request("claude-sonnet-5", top_k=5), "model_sampling", "params.top_k"),
    Case("top_p", request("claude-sonnet-5-5", top_p=0.9), "model_sampling", "params.top_p"),
    Case("both", request(temperature=0.5, top_p=0.9), "model_sampling_both", "params.top_p"),
    *(
        Case(f"budget_{model}", thinking("enabled", f"claude-{model}", 1_024), "model_thinking", "params.thinking.type")
        for model in ("opus-4-7", "opus-4-8", "sonnet-5", "opus-5", "mythos-5-1", "sonnet-5-5", "haiku-5-5")
    ),
    *(
        Case(f"off_{model}", thinking("disabled", f"claude-{model}"), "model_thinking", "params.thinking.type")
        for model in ("fable-5", "fable-5-1", "fable-5-2", "opus-5-5", "sonnet-5-5")
    ),
    *(
        Case(
            f"off_at_{effort}",
            thinking("disabled", model, output_config={"effort": effort}),
            "model_thinking_effort",
            "params.thinking.type",
        )
        for model, effort in ((NEW, "max"), ("claude-haiku-5-5", "xhigh"))
    ),
    Case("between_tools", thinking("between_tools", OLD), "model_thinking", "params.thinking.type"),
    *(
        Case(
            f"prefill_{model}", turns("Which?", "{", model=f"claude-{model}"), "model_prefill", "params.messages.1.role"
        )
        for model in ("opus-4-6", "sonnet-4-6", "opus-4-7", "sonnet-5", "opus-5", "opus-5-5", "haiku-5-5", "fable-5-1")
    ),
    Case("xhigh", request(MIDDLE, output_config={"effort": "xhigh"}), "model_effort", "params.output_config.effort"),
    Case(
        "max_4_5",
        request("claude-opus-4-5", output_config={"effort": "max"}),
        "model_effort",
        "params.output_config.effort",
    ),
    *(
        Case(
            f"forced_{model}",
            request(f"claude-{model}", tools=[TOOL], tool_choice={"type": "any"}),
            "model_tool_choice",
            "params.tool_choice.type",
        )
        for model in ("fable-5-1", "opus-5-5", "sonnet-5-5")
    ),
    Case(
        "computer",
        request("claude-opus-5-5", tools=[{"type": "computer_20251124", "name": "computer"}]),
        "model_tool",
        "params.tools.0.type",
    ),
    Case(
        "weak_advisor",
        request("claude-opus-5-5", tools=[{"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-4-8"}]),
        "model_tool",
        "params.tools.0.model",
    ),
    Case("long_answer", request(max_tokens=64_001), "out_of_range", "params.max_tokens"),
)
"""The simulated API errors each of them."""

WARNED = (
    Case(
        "five_with_the_top",
        request(system=cached(4), cache_control=BREAKPOINT),
        "may_be_refused",
        "params.cache_control",
    ),
    Case("adaptive_4_5", thinking("adaptive", OLD), "model_may_refuse", "params.thinking.type"),
    Case("geo_4_5", request(inference_geo="us"), "model_may_refuse", "params.inference_geo"),
    Case("effort_4_5", request(output_config={"effort": "low"}), "model_may_refuse", "params.output_config.effort"),
    Case("both_4_6", request(MIDDLE, temperature=1, top_p=1), "model_may_refuse", "params.top_p"),
    Case(
        "forced_fable_5",
        request("claude-fable-5", tools=[TOOL], tool_choice={"type": "any"}),
        "model_may_refuse",
        "params.tool_choice.type",
    ),
    Case("top_k_negative", request(top_k=-1), "may_be_refused", "params.top_k"),
    Case("message_name", request(messages=[ASKED | {"name": "reader"}]), "unknown_key", "params.messages.name"),
    Case("new_block", saying({"type": "hologram", "data": "x"}), "unknown_block", "params.messages.content.type"),
    Case("new_tool", request(tools=[{"type": "telepathy", "name": "t"}]), "unknown_tool", "params.tools.type"),
    Case("new_param", request(verbosity_level=3), "unknown_param", "params.verbosity_level"),
    Case("choice_without_tools", request(tool_choice={"type": "auto"}), "may_be_refused", "params.tool_choice"),
)
"""The API's answer to these is not documented for certain, or may change."""

ACCEPTED = (
    Case("plain", request()),
    Case("temperature_1", request(NEW, temperature=1)),
    Case("temperature_1.0", request("claude-sonnet-5", temperature=1.0)),
    Case("top_p_1", request(NEW, top_p=1)),
    Case("cold_old", request(temperature=0)),
    Case("top_k_old", request(temperature=0, top_k=5)),
    Case("top_p_4_6", request(MIDDLE, top_p=0.5)),
    Case("budget_old", thinking("enabled", budget=1_024)),
    Case("budget_most", thinking("enabled", budget=1_999)),
    Case("budget_4_6", thinking("enabled", MIDDLE, budget=1_024)),
    Case("budget_mythos", thinking("enabled", "claude-mythos-preview", budget=1_024)),
    Case("warm_thinking", thinking("enabled", budget=1_024, temperature=1)),
    Case("thinking_shown", request(NEW, thinking={"type": "adaptive", "display": "omitted"})),
    Case("adaptive_new", thinking("adaptive", NEW)),
    Case("off_new", thinking("disabled", NEW, output_config={"effort": "high"})),
    Case("off_sonnet_5", thinking("disabled", "claude-sonnet-5", output_config={"effort": "max"})),
    Case("between_sonnet_5_5", thinking("between_tools", "claude-sonnet-5-5", output_config={"effort": "low"})),
    Case("thinking_null", request(NEW, thinking=None)),
    Case("prefill_old", turns("Which?", "{")),
    Case("prefill_empty", turns("Which?", "")),
    Case(
        "paused",
        turns(
            "Which?",
            [
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
                {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
            ],
            model=NEW,
            tools=[{"type": "web_search_20250305", "name": "web_search"}],
        ),
    ),
    Case("forced_old", request(tools=[TOOL], tool_choice={"type": "tool", "name": "look_up"})),
    Case("forced_new", request(NEW, tools=[TOOL], tool_choice={"type": "any", "disable_parallel_tool_use": True})),
    Case("forced_adaptive", thinking("adaptive", MIDDLE, tools=[TOOL], tool_choice={"type": "any"})),
    *(
        Case(f"effort_{one}", request(NEW, output_config={"effort": one}))
        for one in ("low", "medium", "high", "xhigh", "max")
    ),
    Case("max_4_6", request(MIDDLE, output_config={"effort": "max"})),
    Case("task_budget", request(NEW, output_config={"task_budget": {"type": "tokens", "total": 90_000}})),
    Case("format", request(output_config={"format": SCHEMA, "effort": None})),
    Case("format_and_pdf", saying(pdf(citations={"enabled": False}), output_config={"format": SCHEMA})),
    Case("output_format", request(output_format=SCHEMA)),
    Case("user", request(metadata={"user_id": "u-7"})),
    Case("user_null", request(metadata={"user_id": None})),
    Case("tier", request(service_tier="auto")),
    Case(
        "nulls",
        request(
            speed=None,
            inference_geo=None,
            thread=None,
            fallbacks=None,
            billing_policy=None,
            cache_control=None,
            container=None,
            context_management=None,
        ),
    ),
    Case("self_billed", request(billing_policy={"type": "billing_policy", "bill_to": "self"})),
    Case("thread", request(thread={"type": "create"})),
    Case("compaction", request(compaction={"type": "summarize"})),
    Case("credit", request(fallback_credit_token="token-1")),
    Case("diagnostics", request(diagnostics={"previous_message_id": None})),
    Case("container", request(container={"id": "container_1", "skills": [{"type": "anthropic", "skill_id": "pptx"}]})),
    Case("container_id", request(container="container_1")),
    Case("edits", request(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]})),
    Case("geo", request(NEW, inference_geo="eu")),
    Case("profile", request(user_profile_id="uprof_1")),
    Case("not_streamed", request(stream=False)),
    Case("stops", request(stop_sequences=["\n\nHuman:", "END"])),
    Case("no_stops", request(stop_sequences=[])),
    Case("system", request(system="Be brief.")),
    Case("system_empty", request(system="")),
    Case("system_no_blocks", request(system=[])),
    Case(
        "system_cached",
        request(system=[{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]),
    ),
    Case("four_breakpoints", saying(*cached(2), system=cached(2))),
    Case("top_breakpoint", request(cache_control={"type": "ephemeral"})),
    Case(
        "tool_turns",
        turns(
            "Go", [{"type": "text", "text": "Looking."}, CALL], [RESULT, {"type": "text", "text": "So?"}], tools=[TOOL]
        ),
    ),
    Case("tool_result_bare", turns("Go", [CALL], [{"type": "tool_result", "tool_use_id": "toolu_a"}], tools=[TOOL])),
    Case("tool_result_image", turns("Go", [CALL], [RESULT | {"content": [image(PNG)]}], tools=[TOOL])),
    Case(
        "two_results",
        request(
            tools=[TOOL],
            messages=[
                ASKED,
                {"role": "assistant", "content": [CALL, CALL | {"id": "toolu_b"}]},
                {"role": "user", "content": [RESULT]},
                {"role": "user", "content": [RESULT | {"tool_use_id": "toolu_b"}]},
            ],
        ),
    ),
    Case(
        "advisor",
        request(
            "claude-haiku-5-5", tools=[{"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-5-5"}]
        ),
    ),
    Case(
        "tool_search", request(tools=[TOOL | {"defer_loading": True}, {"type": "tool_search_tool_regex", "name": "s"}])
    ),
    Case(
        "custom_tool",
        request(
            tools=[TOOL | {"type": "custom", "strict": True, "input_examples": [{}], "allowed_callers": ["direct"]}]
        ),
    ),
    Case(
        "server_tools",
        request(
            tools=[
                {"type": "web_search_20260318", "name": "web_search", "max_uses": 3},
                {"type": "code_execution_20260521", "name": "code_execution"},
                {"type": "bash_20250124", "name": "bash"},
            ]
        ),
    ),
    Case(
        "mcp",
        request(
            tools=[{"type": "mcp_toolset", "mcp_server_name": "x"}],
            mcp_servers=[
                {"type": "url", "url": "https://tools.example.org/sse", "name": "x", "authorization_token": "t"}
            ],
        ),
    ),
    Case(
        "computer_old",
        request(
            "claude-opus-4-8",
            tools=[
                {"type": "computer_20251124", "name": "computer", "display_width_px": 1024, "display_height_px": 768}
            ],
        ),
    ),
    Case("many_images_new", saying(*[image(PNG)] * 101, model=NEW)),
    Case("png", saying(image(PNG), {"type": "text", "text": "What is it?"})),
    Case("jpeg", saying(image(JPEG, "image/jpeg"))),
    Case("gif", saying(image("R0lGODlh", "image/gif"))),
    Case("webp", saying(image("UklGRgAAAABXRUJQ", "image/webp"))),
    Case("image_by_url", saying({"type": "image", "source": {"type": "url", "url": "https://example.org/a.jpg"}})),
    Case("image_by_id", saying({"type": "image", "source": {"type": "file", "file_id": "file_1"}})),
    Case("pdf", saying(pdf(title="T", context=None, citations={"enabled": True}, cache_control=BREAKPOINT))),
    Case(
        "text_document",
        saying({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}),
    ),
    Case(
        "block_document",
        saying({"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}}),
    ),
    Case(
        "search_result",
        saying(
            {
                "type": "search_result",
                "source": "https://example.org",
                "title": "T",
                "content": [{"type": "text", "text": "x"}],
            }
        ),
    ),
    Case("upload", saying({"type": "container_upload", "file_id": "file_1"})),
    Case(
        "thought",
        turns("Go", [{"type": "thinking", "thinking": "", "signature": "s"}, {"type": "text", "text": "Yes."}], "And?"),
    ),
    Case("two_users", request(messages=[ASKED, ASKED])),
)
"""The simulated API answers each of them, and the check finds nothing."""
