"""The catalog of models, from the simulated API over loopback and from scripted answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from bot.api.client import open_http
from bot.api.errors import ApiUnavailable, KeyRefused
from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.api.models_client import ModelsClient
from bot.api.retry_policy import RetryPolicy
from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator


@pytest.fixture
async def simulator() -> AsyncIterator[ApiSimulator]:
    """Start a simulated API with an empty workspace."""
    async with ApiSimulator(speed=0, key="sk-good") as simulator:
        yield simulator


def scripted(*answers: httpx.Response) -> tuple[ModelsClient, list[httpx.Request]]:
    left = list(answers)
    sent = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return left.pop(0)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="https://api.test")
    return ModelsClient(http, policy=RetryPolicy(tries=1)), sent


def page(*ids: str, more: bool = False) -> httpx.Response:
    data = [{"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in ids]
    return httpx.Response(200, json={"data": data, "has_more": more, "first_id": ids[0], "last_id": ids[-1]})


async def test_the_catalog_has_what_a_check_needs(simulator: ApiSimulator) -> None:
    async with open_http("sk-good", base_url=simulator.base_url) as http:
        catalog = await ModelsClient(http).fetch_catalog()

    known = catalog.find("claude-haiku-4-5")
    retired = catalog.find("claude-opus-4-1")
    assert known is not None
    assert retired is not None
    assert (known.id, known.lifecycle, known.max_tokens, known.supports_batches) == (
        "claude-haiku-4-5-20251001",
        "active",
        64_000,
        True,
    )
    assert (retired.lifecycle, retired.retires_at) == ("retired", datetime(2026, 8, 5, tzinfo=UTC))
    assert catalog.find("gpt-12") is None


async def test_every_page_is_read() -> None:
    client, sent = scripted(page("a", "b", more=True), page("c"))

    catalog = await client.fetch_catalog()

    assert [model.id for model in catalog.models] == ["a", "b", "c"]
    assert [request.url.params.get("after_id") for request in sent] == [None, "b"]
    assert sent[0].url.params.get_list("lifecycle[]") == ["active", "deprecated", "retired"]


async def test_pages_that_lead_nowhere_end_the_reading() -> None:
    client, sent = scripted(page("a", more=True), page("a", more=True))

    await client.fetch_catalog()

    assert len(sent) == 2


async def test_an_api_without_lifecycles_is_asked_without_them() -> None:
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "lifecycle: unknown"}}
    client, sent = scripted(httpx.Response(400, json=error), page("a"))

    catalog = await client.fetch_catalog()

    assert catalog.find("a") is not None
    assert "lifecycle[]" not in sent[1].url.params


async def test_a_bad_key_is_reported(simulator: ApiSimulator) -> None:
    async with open_http("sk-bad", base_url=simulator.base_url) as http:
        with pytest.raises(KeyRefused):
            await ModelsClient(http).fetch_catalog()

    assert len(simulator.requests) == 1


async def test_a_missing_answer_is_reported(simulator: ApiSimulator) -> None:
    simulator.add_fault(ApiFault(path="/v1/models", status=529))

    async with open_http("sk-good", base_url=simulator.base_url) as http:
        with pytest.raises(ApiUnavailable):
            await ModelsClient(http, policy=RetryPolicy(tries=1)).fetch_catalog()


def test_an_alias_stands_for_the_newest_date() -> None:
    catalog = ModelCatalog.from_models([ModelInfo(id="claude-x-20260101"), ModelInfo(id="claude-x-20250101")])

    found = [catalog.find(name) for name in ("claude-x", "claude-x-latest", "claude-x-20250101")]

    assert [model.id for model in found if model] == ["claude-x-20260101", "claude-x-20260101", "claude-x-20250101"]
