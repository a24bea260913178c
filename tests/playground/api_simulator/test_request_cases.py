"""The simulated API errors exactly the requests that the API refuses, with all that it knows of its models."""

import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator
from tests.request_cases import ACCEPTED, REFUSED, Case


async def process(simulator: ApiSimulator, api: httpx.AsyncClient, cases: Iterable[Case]) -> dict[str, str]:
    """Return by name the error message of each request, empty if it succeeded."""
    requests = [{"custom_id": f"case-{number}", "params": case.params} for number, case in enumerate(cases)]
    batch = (await api.post("/v1/messages/batches", json={"requests": requests})).json()
    simulator.advance(86_400)
    lines = (await api.get(f"/v1/messages/batches/{batch['id']}/results")).text.split("\n")
    results: dict[str, Any] = {line["custom_id"]: line["result"] for line in map(json.loads, filter(None, lines))}
    names = [case.name for case in cases]
    return {
        name: results[f"case-{number}"].get("error", {}).get("error", {}).get("message", "")
        for number, name in enumerate(names)
    }


async def test_what_the_api_refuses_errs_while_the_batch_is_processed(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    messages = await process(simulator, api, REFUSED)

    assert [name for name, message in messages.items() if not message] == []


async def test_what_the_api_accepts_is_answered(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    messages = await process(simulator, api, ACCEPTED)

    assert {name: message for name, message in messages.items() if message} == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("betas", "betas: Extra inputs are not permitted"),
        ("cold_opus-5", "`temperature` is deprecated for this model."),
        ("budget_opus-5", '"thinking.type.enabled" is not supported for this model.'),
        ("prefill_opus-5", "This model does not support assistant message prefill."),
        ("forced_opus-5-5", 'tool_choice: type "tool" and "any" are not supported for this model.'),
        ("five_breakpoints", "A maximum of 4 blocks with cache_control may be provided. Found 5."),
        ("blank_text", "messages: text content blocks must contain non-whitespace text"),
        ("budget_small", "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"),
        ("tool_schema_missing", "tools.0.custom.input_schema: Field required"),
        ("tier_batch", "service_tier: Input should be 'auto' or 'standard_only'"),
        (
            "unanswered",
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_a.",
        ),
        ("image_jpg", "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg'"),
    ],
)
async def test_a_refusal_is_in_the_words_of_the_api(
    simulator: ApiSimulator, api: httpx.AsyncClient, name: str, message: str
) -> None:
    found = await process(simulator, api, [case for case in REFUSED if case.name == name])

    assert found[name].startswith(message)


async def test_models_say_what_they_accept(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    models = {model["id"]: model["capabilities"] for model in (await api.get("/v1/models?limit=100")).json()["data"]}

    opus, haiku = models["claude-opus-5"], models["claude-haiku-4-5-20251001"]
    assert {kind: one["supported"] for kind, one in opus["thinking"]["types"].items()} == {
        "adaptive": True,
        "between_tools": False,
        "disabled": True,
        "enabled": False,
    }
    assert (opus["effort"]["xhigh"], haiku["effort"]["supported"]) == ({"supported": True}, False)
    assert opus["pdf_input"] == opus["image_input"] == opus["batch"] == {"supported": True}
