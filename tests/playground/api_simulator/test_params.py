"""Mistakes inside `params` are accepted at create and come back as errored results."""

import json
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

CREATE = "/v1/messages/batches"
GOOD: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


async def outcome(
    simulator: ApiSimulator, api: httpx.AsyncClient, params: dict[str, Any], **headers: str
) -> dict[str, Any]:
    """Return the result of one request with these params."""
    envelope = {"requests": [{"custom_id": "one", "params": params}]}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    batch = (await api.post(CREATE, json=envelope, headers=names)).json()
    simulator.advance(86_400)
    results = await api.get(f"{CREATE}/{batch['id']}/results")
    result: dict[str, Any] = json.loads(results.content)["result"]
    return result


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


def saying(*content: Any) -> dict[str, Any]:
    return GOOD | {"messages": [{"role": "user", "content": one} for one in content]}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "model: Field required"),
        (without("model"), "model: Field required"),
        (without("max_tokens"), "max_tokens: Field required"),
        (without("messages"), "messages: Field required"),
        (GOOD | {"messages": "Hello"}, "messages: Input should be a valid list"),
        (GOOD | {"max_tokens": "64"}, "max_tokens: Input should be a valid integer"),
        (GOOD | {"messages": []}, "messages: at least one message is required"),
        (GOOD | {"messages": ["Hello"]}, "messages.0: Input should be a valid dictionary"),
        (GOOD | {"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        (GOOD | {"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role: Input should be 'user' or"),
        (GOOD | {"messages": [{"role": "system", "content": "x"}]}, 'messages: Unexpected role "system"'),
        (saying(""), "messages.0: all messages must have non-empty content"),
        (saying([]), "messages.0: all messages must have non-empty content"),
        (saying(7), "messages.0.content: Input should be a valid list"),
        (saying(["text"]), "messages.0.content.0: Input should be a valid dictionary"),
        (saying([{"text": "x"}]), "messages.0.content.0.type: Field required"),
        (saying([{"type": "text"}]), "messages.0.content.0.text.text: Field required"),
        (saying([{"type": "text", "text": ""}]), "messages: text content blocks must be non-empty"),
        (
            saying([{"type": "image", "source": {"type": "url", "url": "http://pictures.invalid/a.png"}}]),
            "messages.0.content.0.image.source.url: Unable to download the file.",
        ),
        (GOOD | {"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        (GOOD | {"max_tokens": 64_001}, "max_tokens: 64001 > 64000, which is the maximum allowed number of output"),
        (GOOD | {"temperature": 1.5}, "temperature: Input should be between 0 and 1"),
        (GOOD | {"stream": True}, "stream: Streaming is not supported in a Message Batch"),
        (GOOD | {"speed": "fast"}, "speed: Not supported in a Message Batch"),
        (GOOD | {"fallbacks": []}, "fallbacks: Not supported in a Message Batch"),
        (GOOD | {"research_preview_2026_02": "active"}, "research_preview_2026_02: Not supported"),
        (GOOD | {"prompt": "Hello"}, "prompt: Extra inputs are not permitted"),
        (saying("word " * 170_000), "prompt is too long: 2125"),
    ],
)
async def test_a_mistake_in_params_becomes_an_errored_line(
    simulator: ApiSimulator, api: httpx.AsyncClient, params: dict[str, Any], message: str
) -> None:
    result = await outcome(simulator, api, params)

    assert result["type"] == "errored"
    assert result["error"]["type"] == "error"
    assert result["error"]["error"]["type"] == "invalid_request_error"
    assert result["error"]["error"]["message"].startswith(message)
    assert result["error"]["request_id"] is None


@pytest.mark.parametrize("model", ["gpt-12", "claude-opus-4-1", "claude-3-haiku-20240307"])
async def test_an_unknown_or_retired_model_is_not_found(
    simulator: ApiSimulator, api: httpx.AsyncClient, model: str
) -> None:
    result = await outcome(simulator, api, GOOD | {"model": model})

    assert result["error"]["error"]["type"] == "not_found_error"
    assert result["error"]["error"]["message"] == f"model: {model}"


@pytest.mark.parametrize(
    "params",
    [
        GOOD,
        GOOD | {"stream": False},
        GOOD | {"temperature": 0.5, "top_k": 5},
        GOOD | {"max_tokens": 64_000, "system": "Be brief.", "stop_sequences": ["END"]},
        GOOD | {"messages": [*GOOD["messages"], {"role": "assistant", "content": ""}]},
        saying([{"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}]),
    ],
)
async def test_good_params_succeed(simulator: ApiSimulator, api: httpx.AsyncClient, params: dict[str, Any]) -> None:
    result = await outcome(simulator, api, params)

    assert result["type"] == "succeeded"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (GOOD | {"temperature": 0.5}, "temperature: Not supported"),
        (saying([{"type": "text", "text": "x", "citations": [{}]}]), "messages.0.content.0.text.citations: Extra"),
        (
            GOOD | {"messages": [{"role": "assistant", "content": [{"type": "document", "source": {}}]}]},
            "messages.0.content.0: document blocks are not allowed in assistant turns",
        ),
    ],
)
async def test_the_newest_version_forbids_more(
    simulator: ApiSimulator, api: httpx.AsyncClient, params: dict[str, Any], message: str
) -> None:
    old = await outcome(simulator, api, params)
    new = await outcome(simulator, api, params, anthropic_version="2026-10-21")

    assert old["type"] == "succeeded"
    assert new["error"]["error"]["message"].startswith(message)


async def test_a_beta_lifts_the_limit_of_output_tokens(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    params = GOOD | {"max_tokens": 300_000}

    result = await outcome(simulator, api, params, anthropic_beta="other-2025-01-01, output-300k-2026-03-24")

    assert result["type"] == "succeeded"


async def test_a_contradicting_user_profile_errs_that_line(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    same = await outcome(simulator, api, GOOD | {"user_profile_id": "u1"}, anthropic_user_profile_id="u1")
    other = await outcome(simulator, api, GOOD | {"user_profile_id": "u2"}, anthropic_user_profile_id="u1")

    assert (same["type"], other["type"]) == ("succeeded", "errored")


async def test_answers_stop_at_max_tokens_and_name_the_dated_model(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    result = await outcome(simulator, api, GOOD | {"max_tokens": 3})

    message = result["message"]
    assert message["model"] == "claude-haiku-4-5-20251001"
    assert message["stop_reason"] == "max_tokens"
    assert message["usage"]["output_tokens"] == 3
    assert len(message["content"][0]["text"]) <= 12


async def test_a_cache_breakpoint_shows_in_usage(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    system = [{"type": "text", "text": "Rules. " * 600, "cache_control": {"type": "ephemeral"}}]

    plain = (await outcome(simulator, api, GOOD))["message"]["usage"]
    cached = (await outcome(simulator, api, GOOD | {"system": system}))["message"]["usage"]

    assert plain["cache_read_input_tokens"] + plain["cache_creation_input_tokens"] == 0
    assert cached["cache_read_input_tokens"] + cached["cache_creation_input_tokens"] > 500
    assert plain["service_tier"] == cached["service_tier"] == "batch"
