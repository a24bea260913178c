"""Every answer fits the API's OpenAPI description, where there is one."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from jsonschema.protocols import Validator

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"
_FOLDER = os.environ.get("BATCHDESK_TEST_SCHEMAS")
pytestmark = [
    pytest.mark.schemas,
    pytest.mark.skipif(not _FOLDER, reason="set BATCHDESK_TEST_SCHEMAS to a folder with batches-openapi.json"),
]


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """Load the description of the six operations."""
    text = (Path(_FOLDER or "") / "batches-openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def validator(openapi: dict[str, Any], schema: dict[str, Any]) -> Validator:
    """Return a validator for one schema, whose references point into the document's components."""
    whole = {"components": openapi["components"], **schema}
    return jsonschema.Draft202012Validator(whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def check(openapi: dict[str, Any], answer: httpx.Response, operation: str) -> None:
    """Assert that the description has the answer's status for this operation, and that its body fits."""
    method, path = operation.split(" ")
    described = openapi["paths"][path][method]["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"]
    content = described["content"][kind]
    assert answer.headers["request-id"]
    if kind == "application/json":
        validator(openapi, content["schema"]).validate(answer.json())
        return
    lines = validator(openapi, content["x-line-schema"])
    for line in answer.content.split(b"\n")[:-1][:200]:
        lines.validate(json.loads(line))


async def test_a_whole_life_satisfies_the_description(
    simulator: ApiSimulator, api: httpx.AsyncClient, openapi: dict[str, Any]
) -> None:
    one, listed = f"{BATCHES}/{{message_batch_id}}", f"get {BATCHES}"
    good = {"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
    requests = [{"custom_id": "good", "params": good}, {"custom_id": "bad", "params": {}}]

    created = await api.post(BATCHES, json={"requests": requests})
    check(openapi, created, f"post {BATCHES}")
    address = f"{BATCHES}/{created.json()['id']}"
    check(openapi, await api.get(address), f"get {one}")
    check(openapi, await api.get(f"{address}/results"), f"get {one}/results")
    check(openapi, await api.delete(address), f"delete {one}")
    check(openapi, await api.post(f"{address}/cancel"), f"post {one}/cancel")
    check(openapi, await api.get(BATCHES), listed)
    simulator.advance(86_400)
    check(openapi, await api.get(address), f"get {one}")
    check(openapi, await api.get(f"{address}/results"), f"get {one}/results")
    check(openapi, await api.delete(address), f"delete {one}")
    for call in (api.get(address), api.get(f"{address}/results"), api.get(BATCHES, params={"limit": 0})):
        answer = await call
        check(openapi, answer, f"get {one}" if answer.status_code == 404 else listed)

    assert [one.status for one in simulator.requests] == [200, 200, 404, 400, 200, 200, 200, 200, 200, 404, 404, 400]


async def test_the_seeded_workspace_satisfies_the_description(
    seeded: httpx.AsyncClient, openapi: dict[str, Any]
) -> None:
    page = await seeded.get(BATCHES)

    check(openapi, page, f"get {BATCHES}")
    urls = [batch["results_url"] for batch in page.json()["data"] if sum(batch["request_counts"].values()) < 2_000]
    small = [url for url in urls if url is not None]
    assert len(small) >= 6
    for url in small:
        check(openapi, await seeded.get(url), f"get {BATCHES}/{{message_batch_id}}/results")


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 429, 500, 504, 529])
async def test_every_error_satisfies_the_description(
    simulator: ApiSimulator, api: httpx.AsyncClient, openapi: dict[str, Any], status: int
) -> None:
    simulator.add_fault(ApiFault(status=status))

    answer = await api.get(BATCHES)

    assert answer.status_code == status
    check(openapi, answer, f"get {BATCHES}")


async def test_a_refused_create_is_one_the_description_refuses_too(
    api: httpx.AsyncClient, openapi: dict[str, Any]
) -> None:
    schema = validator(openapi, openapi["components"]["schemas"]["CreateMessageBatchParams"])
    params = {"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
    good = {"custom_id": "a", "params": params}
    envelopes: list[Any] = [
        {"requests": [good]},
        {"requests": []},
        {"requests": [good | {"custom_id": "a b"}]},
        {"requests": [good | {"extra": 1}]},
        {"requests": [{"custom_id": "a"}]},
        {"requests": [good], "extra": 1},
    ]

    for envelope in envelopes:
        answer = await api.post(BATCHES, json=envelope)
        assert (answer.status_code == 200) is schema.is_valid(envelope), envelope
