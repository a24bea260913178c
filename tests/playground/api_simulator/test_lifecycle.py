"""From create to archive: progress, cancel, expiry and deletion in simulated time."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"
DAY = 86_400


async def create(api: httpx.AsyncClient, total: int) -> str:
    params = {"model": "claude-haiku-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
    requests = [{"custom_id": f"r-{i}", "params": params} for i in range(total)]
    batch_id: str = (await api.post(BATCHES, json={"requests": requests})).json()["id"]
    return batch_id


async def look(api: httpx.AsyncClient, batch_id: str) -> dict[str, Any]:
    batch: dict[str, Any] = (await api.get(f"{BATCHES}/{batch_id}")).json()
    return batch


async def results(api: httpx.AsyncClient, batch_id: str) -> list[dict[str, Any]]:
    answer = await api.get(f"{BATCHES}/{batch_id}/results")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.content.split(b"\n")[:-1]]


def seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


async def test_a_small_batch_ends_within_3_to_11_minutes_and_not_before(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch_id = await create(api, 3)

    simulator.advance(179)
    early = await look(api, batch_id)
    simulator.advance(482)
    late = await look(api, batch_id)

    assert (early["processing_status"], early["request_counts"]["processing"]) == ("in_progress", 3)
    assert (late["processing_status"], late["request_counts"]["succeeded"]) == ("ended", 3)
    assert 180 <= seconds_between(late["created_at"], late["ended_at"]) <= 660
    assert late["results_url"] == f"{simulator.base_url}{BATCHES}/{batch_id}/results"


async def test_all_requests_count_as_processing_until_the_end(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", succeeded=80, errored=20, ends_in=60)

    simulator.advance(59)
    before = await look(api, batch.id)
    simulator.advance(2)
    after = await look(api, batch.id)

    nothing = {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    assert before["request_counts"] == nothing | {"processing": 100}
    assert after["request_counts"] == nothing | {"succeeded": 80, "errored": 20}


async def test_only_a_running_retrieve_says_when_to_look_again(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    running = simulator.workspace.add(processing_status="in_progress", processing=1)
    ended = simulator.workspace.add(succeeded=1)

    hints = [
        (await api.get(f"{BATCHES}/{running.id}")).headers.get("retry-after"),
        (await api.get(f"{BATCHES}/{ended.id}")).headers.get("retry-after"),
        (await api.get(BATCHES)).headers.get("retry-after"),
        (await api.post(f"{BATCHES}/{running.id}/cancel")).headers.get("retry-after"),
    ]

    assert hints == ["10", None, None, None]


async def test_results_url_leads_back_to_the_address_that_was_called(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=1)

    answer = await api.get(f"{BATCHES}/{batch.id}", headers={"host": "batches.example:8080"})

    assert answer.json()["results_url"] == f"http://batches.example:8080{BATCHES}/{batch.id}/results"


async def test_canceling_ends_with_some_finished_and_the_rest_canceled(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", processing=1_000, age=600, ends_in=600)

    answer = await api.post(f"{BATCHES}/{batch.id}/cancel", json={})
    simulator.advance(40)
    ended = await look(api, batch.id)

    counts = ended["request_counts"]
    assert (answer.status_code, answer.json()["processing_status"]) == (200, "canceling")
    assert answer.json()["request_counts"]["processing"] == 1_000
    assert answer.json()["cancel_initiated_at"] is not None
    assert ended["processing_status"] == "ended"
    assert ended["cancel_initiated_at"] == answer.json()["cancel_initiated_at"]
    assert 500 <= counts["succeeded"] <= 530
    assert counts["succeeded"] + counts["canceled"] == 1_000
    found = [line["result"]["type"] for line in await results(api, batch.id)]
    assert (found.count("succeeded"), found.count("canceled")) == (counts["succeeded"], counts["canceled"])


async def test_canceling_at_once_cancels_everything(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch_id = await create(api, 3)

    await api.post(f"{BATCHES}/{batch_id}/cancel")
    simulator.advance(30)

    assert (await look(api, batch_id))["request_counts"]["canceled"] == 3


async def test_canceling_too_late_cancels_nothing(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", processing=50, ends_in=0.5)

    await api.post(f"{BATCHES}/{batch.id}/cancel")
    simulator.advance(1)
    ended = await look(api, batch.id)

    assert ended["request_counts"]["succeeded"] == 50
    assert ended["cancel_initiated_at"] is not None


async def test_canceling_twice_changes_nothing(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", processing=5)

    first = await api.post(f"{BATCHES}/{batch.id}/cancel")
    simulator.advance(0.5)
    second = await api.post(f"{BATCHES}/{batch.id}/cancel")

    assert (second.status_code, second.json()) == (200, first.json())


async def test_canceling_an_ended_batch_changes_nothing(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(succeeded=4, errored=1)
    before = await look(api, batch.id)

    answer = await api.post(f"{BATCHES}/{batch.id}/cancel")

    assert (answer.status_code, answer.json()) == (200, before)


async def test_after_24_hours_the_rest_expires(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    batch = simulator.workspace.add(processing_status="in_progress", succeeded=7, expired=3, age=3_600)

    simulator.advance(DAY - 3_601)
    before = await look(api, batch.id)
    simulator.advance(2)
    after = await look(api, batch.id)

    assert before["processing_status"] == "in_progress"
    assert after["ended_at"] == after["expires_at"]
    assert (after["request_counts"]["succeeded"], after["request_counts"]["expired"]) == (7, 3)


async def test_29_days_after_creation_the_results_are_gone_and_the_batch_is_not(
    simulator: ApiSimulator, api: httpx.AsyncClient
) -> None:
    batch = simulator.workspace.add(succeeded=2, age=29 * DAY - 10, took=600)

    before = await api.get(f"{BATCHES}/{batch.id}/results")
    simulator.advance(11)
    after = await api.get(f"{BATCHES}/{batch.id}/results")
    archived = await look(api, batch.id)

    assert (before.status_code, after.status_code) == (200, 404)
    created = datetime.fromisoformat(archived["created_at"])
    assert datetime.fromisoformat(archived["archived_at"]) == created + timedelta(days=29)
    assert archived["results_url"] is None
    assert [one["id"] for one in (await api.get(BATCHES)).json()["data"]] == [batch.id]


@pytest.mark.parametrize("status", ["in_progress", "canceling"])
async def test_results_are_not_found_before_the_end(
    simulator: ApiSimulator, api: httpx.AsyncClient, status: str
) -> None:
    batch = simulator.workspace.add(processing_status=status, processing=5)

    answer = await api.get(f"{BATCHES}/{batch.id}/results")

    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "type": "not_found_error",
        "message": f"Message Batch {batch.id} has no available results.",
    }


@pytest.mark.parametrize("status", ["in_progress", "canceling"])
async def test_an_unfinished_batch_cannot_be_deleted(
    simulator: ApiSimulator, api: httpx.AsyncClient, status: str
) -> None:
    batch = simulator.workspace.add(processing_status=status, processing=5)

    answer = await api.delete(f"{BATCHES}/{batch.id}")

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert "Cancel" in answer.json()["error"]["message"]
    assert simulator.workspace.batches == [batch]


async def test_a_deleted_batch_is_gone_everywhere(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    kept, batch = simulator.workspace.add(succeeded=1), simulator.workspace.add(succeeded=5)

    deleted = await api.delete(f"{BATCHES}/{batch.id}")

    assert (deleted.status_code, deleted.json()) == (200, {"id": batch.id, "type": "message_batch_deleted"})
    calls = [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/results")]
    for method, tail in calls:
        answer = await api.request(method, f"{BATCHES}/{batch.id}{tail}")
        assert (answer.status_code, answer.json()["error"]["message"]) == (404, f"Message Batch {batch.id} not found.")
        assert answer.headers["x-should-retry"] == "false"
    assert [one["id"] for one in (await api.get(BATCHES)).json()["data"]] == [kept.id]


async def test_the_speed_makes_time_pass_by_itself() -> None:
    async with ApiSimulator(speed=100_000) as simulator, httpx.AsyncClient(base_url=simulator.base_url) as client:
        client.headers.update({"x-api-key": "k", "anthropic-version": "2023-06-01"})
        batch_id = await create(client, 1)
        async with asyncio.timeout(10):
            while (await look(client, batch_id))["processing_status"] != "ended":
                pass


async def test_counts_and_results_agree_whatever_happens(simulator: ApiSimulator, api: httpx.AsyncClient) -> None:
    ids = [
        simulator.workspace.add(succeeded=30, errored=20, canceled=10).id,
        simulator.workspace.add(succeeded=30, errored=20, expired=10).id,
        simulator.workspace.add(processing_status="canceling", succeeded=30, errored=20, canceled=10).id,
        simulator.workspace.add(processing_status="in_progress", succeeded=40, errored=20, age=300, ends_in=300).id,
        await create(api, 250),
    ]
    await api.post(f"{BATCHES}/{ids[3]}/cancel")
    simulator.advance(DAY)

    for batch_id in ids:
        counts = (await look(api, batch_id))["request_counts"]
        found = [line["result"]["type"] for line in await results(api, batch_id)]
        assert {kind: found.count(kind) for kind in counts} == counts
        assert counts["processing"] == 0
