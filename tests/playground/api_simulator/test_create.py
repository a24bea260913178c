"""Create: what refuses a whole batch at once, and what a new batch looks like."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

CREATE = "/v1/messages/batches"
PARAMS = {"model": "claude-haiku-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}


def line(custom_id: Any = "one", **more: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": PARAMS, **more}


async def test_a_new_batch_has_all_ten_keys_in_recorded_order(api: httpx.AsyncClient) -> None:
    answer = await api.post(CREATE, json={"requests": [line("a"), line("b")]})

    batch = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(batch) == [
        "id",
        "type",
        "processing_status",
        "request_counts",
        "ended_at",
        "created_at",
        "expires_at",
        "archived_at",
        "cancel_initiated_at",
        "results_url",
    ]
    assert list(batch["request_counts"]) == ["processing", "succeeded", "errored", "canceled", "expired"]
    assert batch["request_counts"]["processing"] == 2
    assert batch["processing_status"] == "in_progress"
    nullable = ("ended_at", "archived_at", "cancel_initiated_at", "results_url")
    assert [batch[key] for key in nullable] == [None, None, None, None]


async def test_ids_and_times_look_like_the_real_ones(api: httpx.AsyncClient) -> None:
    batch = (await api.post(CREATE, json={"requests": [line()]})).json()

    assert re.fullmatch(r"msgbatch_01[1-9A-HJ-NP-Za-km-z]{22}", batch["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", batch["created_at"])
    assert batch["expires_at"][10:] == batch["created_at"][10:]


async def test_a_create_carries_rate_limit_headers_but_no_polling_hint(api: httpx.AsyncClient) -> None:
    answer = await api.post(CREATE, json={"requests": [line()]})

    assert "anthropic-ratelimit-requests-remaining" in answer.headers
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        ([], "Input should be a valid dictionary"),
        ({}, "requests: Field required"),
        ({"requests": "all"}, "requests: Input should be a valid list"),
        ({"requests": []}, "requests: List should have at least 1 item after validation, not 0"),
        ({"requests": [line()], "name": "x"}, "name: Extra inputs are not permitted"),
        ({"requests": ["x"]}, "requests.0: Input should be a valid dictionary"),
        ({"requests": [{"params": PARAMS}]}, "requests.0.custom_id: Field required"),
        ({"requests": [line(), {"custom_id": "b"}]}, "requests.1.params: Field required"),
        ({"requests": [line(method="POST")]}, "requests.0.method: Extra inputs are not permitted"),
        ({"requests": [line(7)]}, "requests.0.custom_id: Input should be a valid string"),
        ({"requests": [line("")]}, "requests.0.custom_id: String should have at least 1 character"),
        ({"requests": [line("x" * 65)]}, "requests.0.custom_id: String should have at most 64 characters"),
        (
            {"requests": [line("a b")]},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"requests": [line("a\n")]},
            "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        ),
        (
            {"requests": [line("dup"), line("other"), line("dup")]},
            "requests: custom_id's must be unique within a batch. Duplicate custom_id found: dup",
        ),
        ({"requests": [{"custom_id": "a", "params": []}]}, "requests.0.params: Input should be a valid dictionary"),
    ],
)
async def test_a_faulty_envelope_refuses_the_whole_batch(
    simulator: ApiSimulator, api: httpx.AsyncClient, envelope: Any, message: str
) -> None:
    answer = await api.post(CREATE, json=envelope)

    assert answer.status_code == 400
    assert answer.json()["error"] == {"type": "invalid_request_error", "message": message}
    assert simulator.workspace.batches == []


async def test_more_than_100_000_requests_are_refused(api: httpx.AsyncClient) -> None:
    body = '{"requests":[' + ",".join(["{}"] * 100_001) + "]}"

    answer = await api.post(CREATE, content=body)

    expected = "requests: List should have at most 100000 items after validation, not 100001"
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, expected)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"requests": NaN}', b"[" * 100_000])
async def test_a_body_that_is_not_json_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(CREATE, content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("The request body is not valid JSON")


async def test_a_body_over_256_million_bytes_is_refused_by_a_page_before_it_is_sent(simulator: ApiSimulator) -> None:
    host, port = simulator.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {CREATE} HTTP/1.1\r\nhost: {host}\r\nx-api-key: sk-test-key\r\nanthropic-version: 2023-06-01\r\n"

    writer.write(f"{head}content-length: 256000001\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    page = await reader.readuntil(b"</html>")
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"text/html" in answer
    assert b"request-id" not in answer.lower()
    assert b"413 Request Entity Too Large" in page


async def test_custom_ids_of_one_and_of_64_characters_are_good(api: httpx.AsyncClient) -> None:
    answer = await api.post(CREATE, json={"requests": [line("a"), line("Z-_9" * 16)]})

    assert answer.status_code == 200


async def test_a_larger_batch_meets_a_few_accidents_and_the_same_ones_each_time() -> None:
    async def failed() -> list[str]:
        async with ApiSimulator(speed=0) as simulator, httpx.AsyncClient(base_url=simulator.base_url) as client:
            client.headers.update({"x-api-key": "k", "anthropic-version": "2023-06-01"})
            batch = await client.post(CREATE, json={"requests": [line(f"r-{i}") for i in range(1_000)]})
            simulator.advance(86_400)
            results = await client.get(f"{CREATE}/{batch.json()['id']}/results")
        lines = [json.loads(text) for text in results.content.split(b"\n")[:-1]]
        return [one["custom_id"] for one in lines if one["result"]["type"] == "errored"]

    first, second = await failed(), await failed()

    assert first == second
    assert 0 < len(first) < 40
