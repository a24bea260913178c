"""Control of the simulator over HTTP: time, faults, batches, and the calls it received."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"


async def test_time_is_pushed_ahead_without_a_key(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", processing=1, ends_in=100)

    async with httpx.AsyncClient(base_url=simulator.base_url) as anyone:
        answer = await anyone.post("/_simulator/advance", json={"seconds": 100})

    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["now"]) >= batch.ending.at
    assert (await api.get(f"{BATCHES}/{batch.id}")).json()["processing_status"] == "ended"


async def test_a_fault_is_ordered(api: httpx.AsyncClient) -> None:
    order = {"method": "GET", "path": f"{BATCHES}/*", "times": 1, "status": 429, "retry_after": 3}

    accepted = await api.post("/_simulator/fault", json=order)
    met = await api.get(f"{BATCHES}/msgbatch_01x")

    assert accepted.status_code == 200
    assert accepted.json().items() >= order.items()
    assert (met.status_code, met.headers["retry-after"]) == (429, "3")


async def test_a_batch_is_put_in_any_state(api: httpx.AsyncClient) -> None:
    wish = {"succeeded": 5, "errored": 2, "canceled": 3, "age": 7_200, "took": 600, "id": "msgbatch_01mine"}

    answer = await api.post("/_simulator/batch", json=wish)

    batch = answer.json()
    assert answer.status_code == 200
    assert batch == (await api.get(f"{BATCHES}/msgbatch_01mine")).json()
    assert batch["request_counts"] == {"processing": 0, "succeeded": 5, "errored": 2, "canceled": 3, "expired": 0}
    assert batch["cancel_initiated_at"] < batch["ended_at"]


async def test_the_results_of_created_batches_are_as_unusual_as_ordered(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    params = {"model": "claude-opus-5", "max_tokens": 900, "messages": [{"role": "user", "content": "Hello"}]}
    requests = [{"custom_id": f"r-{number}", "params": params} for number in range(9)]

    ordered = await api.post("/_simulator/answers", json={"answers": {"refusal": 2, "pause_turn": 99}, "missing": 1})
    batch = (await api.post(BATCHES, json={"requests": requests})).json()
    simulator.advance(86_400)
    lines = (await api.get(f"{BATCHES}/{batch['id']}/results")).text.splitlines()

    assert ordered.status_code == 200
    stops = [json.loads(line)["result"]["message"]["stop_reason"] for line in lines]
    assert len(stops) == 8
    assert set(stops) == {"refusal", "pause_turn"}


@pytest.mark.parametrize(
    ("path", "order", "words"),
    [
        ("answers", {"answers": {"song": 1}}, "unknown answers ['song']"),
        ("answers", {"missing": -1}, "missing: Input should be greater than or equal to 0"),
        ("batch", {"succeeded": 1, "answers": {"song": 1}}, "unknown answers ['song']"),
        ("batch", {"succeeded": 1, "answers": {"refusal": 2}}, "there are not so many answers"),
        ("batch", {"succeeded": 1, "missing": 2}, "not so many results can be missing"),
        ("advance", {}, "seconds: Field required"),
        ("advance", {"seconds": -1}, "seconds: Input should be greater than or equal to 0"),
        ("advance", {"seconds": "soon"}, "seconds: Input should be a valid number"),
        ("advance", {"seconds": 1e300}, "beyond the end of the calendar"),
        ("fault", {"path": "/x"}, "give exactly one of status, delay, cut, body and bomb"),
        ("fault", {"status": 600}, "status: Input should be less than or equal to 599"),
        ("batch", {}, "a batch has 1 to 100,000 requests, not 0"),
        ("batch", {"succeeded": 100_001}, "a batch has 1 to 100,000 requests, not 100001"),
        ("batch", {"processing": 1}, "an ended batch has no requests in processing"),
        ("batch", {"processing_status": "failed", "succeeded": 1}, "processing_status: Input should be"),
        ("batch", {"processing_status": "in_progress", "processing": 1, "age": 90_000}, "younger than 24 hours"),
        ("batch", {"expired": 1, "age": 60}, "requests expire only 24 hours after creation"),
        ("batch", {"succeeded": 1, "age": 60, "took": 90}, "the batch would end in the future"),
        ("batch", {"canceled": 1, "age": 600, "took": 60, "cancel_ago": 500}, "cancellation came after the end"),
        ("batch", {"succeeded": 1, "age": 600, "cancel_ago": 700}, "cancellation cannot come before creation"),
        ("batch", {"errored": 1, "causes": {"bad luck": 1}}, "unknown causes ['bad luck']; known are"),
        ("batch", {"errored": 1, "causes": {}}, "causes need a share above 0"),
        ("batch", {"succeeded": 1, "id": "../x"}, "id: String should match pattern"),
        ("batch", {"succeeded": 1, "id": "msgbatch_01taken"}, "there is a batch msgbatch_01taken already"),
        ("batch", {"colour": "blue"}, "colour: Extra inputs are not permitted"),
    ],
)
async def test_a_mistaken_order_is_a_400_that_says_why(
    simulator: ApiSimulator, api: httpx.AsyncClient, path: str, order: dict[str, Any], words: str
) -> None:
    simulator.workspace.add(succeeded=1, id="msgbatch_01taken")

    answer = await api.post(f"/_simulator/{path}", json=order)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert len(simulator.workspace.batches) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
async def test_an_order_that_is_not_json_is_a_400(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post("/_simulator/fault", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not JSON")


async def test_the_calls_are_listed_without_the_key(api: httpx.AsyncClient) -> None:
    await api.get(f"{BATCHES}?limit=5", headers={"anthropic-beta": "some-beta"})
    await api.get(BATCHES, headers={"x-api-key": "sk-wrong"})
    await api.post("/_simulator/advance", json={"seconds": 1})

    answer = await api.get("/_simulator/requests")

    first, second = answer.json()["requests"]
    assert (first["method"], first["path"], first["query"], first["status"]) == ("GET", BATCHES, {"limit": "5"}, 200)
    assert first["headers"]["anthropic-beta"] == "some-beta"
    assert first["key_sent_in"] == "x-api-key"
    assert second["status"] == 401
    assert "sk-" not in answer.text


async def test_listeners_get_each_call_once_it_is_answered(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    heard: list[tuple[str, str, int | None]] = []
    simulator.on_request(lambda one: heard.append((one.method, one.path, one.status)))

    await api.get(BATCHES)
    await api.delete(f"{BATCHES}/msgbatch_01x")

    assert heard == [("GET", BATCHES, 200), ("DELETE", f"{BATCHES}/msgbatch_01x", 404)]
    assert [one.path for one in simulator.requests] == [path for _, path, _ in heard]
    assert all(one.milliseconds is not None for one in simulator.requests)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_simulator/advance"),
        ("POST", "/_simulator/fault"),
        ("POST", "/_simulator/batch"),
        ("GET", "/_simulator/requests"),
    ],
)
async def test_other_sites_order_nothing(
    simulator: ApiSimulator, api: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    before = simulator.now

    answer = await api.request(method, path, json={"seconds": 3_600}, headers=headers)

    assert answer.status_code == 403
    assert simulator.now == before
    assert simulator.workspace.batches == []


async def test_a_page_of_the_simulator_itself_may_order(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    answer = await api.post("/_simulator/advance", json={"seconds": 60}, headers={"Origin": simulator.base_url})

    assert answer.status_code == 200
