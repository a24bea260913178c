"""Headers: keys, versions, workspaces, and what every answer carries."""

from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

LIST = "/v1/messages/batches"


async def call(simulator: ApiSimulator, headers: dict[str, str], path: str = LIST) -> httpx.Response:
    async with httpx.AsyncClient(base_url=simulator.base_url) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    "key_headers",
    [
        {"x-api-key": "sk-test-key"},
        {"authorization": "Bearer sk-test-key"},
        {"x-api-key": "sk-test-key", "authorization": "Bearer sk-test-key"},
    ],
)
async def test_the_key_is_taken_in_either_header(simulator: ApiSimulator, key_headers: dict[str, str]) -> None:
    answer = await call(simulator, {**key_headers, "anthropic-version": "2023-06-01"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("key_headers", "message"),
    [
        ({}, "x-api-key header is required"),
        ({"x-api-key": ""}, "x-api-key header is required"),
        ({"x-api-key": "sk-wrong"}, "API key is invalid."),
        ({"authorization": "Bearer sk-wrong"}, "API key is invalid."),
        ({"authorization": "Basic c2s6dGVzdA=="}, "Authorization header is invalid: expected `Bearer` and a key."),
        (
            {"x-api-key": "sk-test-key", "authorization": "Bearer sk-other"},
            "The x-api-key and Authorization headers hold different credentials.",
        ),
    ],
)
async def test_a_missing_wrong_or_contradictory_key_is_refused(
    simulator: ApiSimulator, key_headers: dict[str, str], message: str
) -> None:
    answer = await call(simulator, {**key_headers, "anthropic-version": "2023-06-01"})

    assert answer.status_code == 401
    assert answer.json()["error"] == {"type": "authentication_error", "message": message}


async def test_one_header_sent_twice_must_say_the_same(simulator: ApiSimulator) -> None:
    headers = [("x-api-key", "sk-test-key"), ("x-api-key", "sk-other"), ("anthropic-version", "2023-06-01")]

    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers) as client:
        answer = await client.get(LIST)

    assert answer.status_code == 401


async def test_without_a_named_key_any_key_is_good() -> None:
    async with ApiSimulator(speed=0) as simulator:
        answer = await call(simulator, {"x-api-key": "whatever", "anthropic-version": "2023-06-01"})

    assert answer.status_code == 200


@pytest.mark.parametrize("version", ["2023-01-01", "2023-06-01", "2026-10-21"])
async def test_every_published_version_is_spoken(simulator: ApiSimulator, version: str) -> None:
    answer = await call(simulator, {"x-api-key": "sk-test-key", "anthropic-version": version})

    assert answer.status_code == 200


@pytest.mark.parametrize("version", [{}, {"anthropic-version": "2031-01-01"}, {"anthropic-version": "latest"}])
async def test_a_missing_or_unknown_version_is_a_400(simulator: ApiSimulator, version: dict[str, str]) -> None:
    answer = await call(simulator, {"x-api-key": "sk-test-key", **version})

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert "anthropic-version" in answer.json()["error"]["message"]


async def test_the_workspace_header_must_match(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    own = await api.get(LIST, headers={"anthropic-workspace-id": simulator.workspace.id})
    other = await api.get(LIST, headers={"anthropic-workspace-id": "wrkspc_01Other"})

    assert own.status_code == 200
    assert (other.status_code, other.json()["error"]["type"]) == (403, "permission_error")


async def test_every_answer_has_a_request_id_of_its_own(api: httpx.AsyncClient) -> None:
    answers = [await api.get(LIST), await api.get(f"{LIST}/msgbatch_01x"), await api.get("/v1/nothing")]

    ids = [answer.headers["request-id"] for answer in answers]
    assert all(request_id.startswith("req_01") for request_id in ids)
    assert len(set(ids)) == 3
    assert [answer.json().get("request_id", ids[i]) for i, answer in enumerate(answers)] == ids


async def test_only_admitted_calls_learn_organization_and_workspace(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    admitted = await api.get(LIST)
    refused = await api.get(LIST, headers={"x-api-key": "sk-wrong"})

    assert admitted.headers["anthropic-workspace-id"] == simulator.workspace.id
    assert admitted.headers["anthropic-organization-id"]
    assert "anthropic-workspace-id" not in refused.headers


async def test_what_clients_add_to_their_calls_is_ignored(api: httpx.AsyncClient) -> None:
    extras = {"x-stainless-lang": "python", "x-stainless-retry-count": "0"}

    answer = await api.get(f"{LIST}?beta=true&colour=blue", headers=extras)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "error_type"),
    [
        ("GET", "/v1/nothing", 404, "not_found_error"),
        ("GET", "/", 404, "not_found_error"),
        ("PUT", LIST, 405, "invalid_request_error"),
        ("PATCH", f"{LIST}/msgbatch_01x", 405, "invalid_request_error"),
        ("GET", f"{LIST}/msgbatch_01x/cancel", 405, "invalid_request_error"),
        ("DELETE", f"{LIST}/msgbatch_01x/results", 405, "invalid_request_error"),
    ],
)
async def test_unknown_paths_and_methods_answer_in_the_error_envelope(
    api: httpx.AsyncClient, method: str, path: str, status: int, error_type: str
) -> None:
    answer = await api.request(method, path)

    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["type"], body["error"]["type"]) == (status, "error", error_type)


async def test_rate_limit_headers_count_down_within_a_minute(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=1)

    first = await api.get(f"{LIST}/{batch.id}")
    second = await api.get(f"{LIST}/{batch.id}")
    simulator.advance(61)
    later = await api.get(f"{LIST}/{batch.id}")

    left = [int(answer.headers["anthropic-ratelimit-requests-remaining"]) for answer in (first, second, later)]
    assert left[1] == left[0] - 1
    assert left[2] == left[0]
    assert first.headers["anthropic-ratelimit-requests-reset"].endswith(":00Z")
    assert "anthropic-ratelimit-requests-limit" not in (await api.get(LIST)).headers
