"""The seeded workspace: every state, and a `last` that can be deleted."""

import json
from collections import Counter
from typing import Any

import httpx

from bot.playground.api_simulator.server import ApiSimulator

BATCHES = "/v1/messages/batches"


async def list_all(seeded: httpx.AsyncClient) -> list[dict[str, Any]]:
    batches: list[dict[str, Any]] = (await seeded.get(BATCHES)).json()["data"]
    return batches


async def test_every_state_is_there(seeded: httpx.AsyncClient) -> None:
    batches = await list_all(seeded)

    def some(**counts: bool) -> bool:
        return any(
            batch["processing_status"] == "ended"
            and all((batch["request_counts"][name] > 0) is there for name, there in counts.items())
            for batch in batches
        )

    assert {batch["processing_status"] for batch in batches} == {"in_progress", "canceling", "ended"}
    assert some(succeeded=True, errored=False, canceled=False, expired=False)
    assert some(succeeded=True, errored=True)
    assert some(succeeded=False, errored=True)
    assert some(succeeded=False, expired=True)
    assert some(succeeded=True, canceled=True)
    assert some(succeeded=False, canceled=True)
    assert any(batch["archived_at"] for batch in batches)
    assert 12 <= len(batches) <= 16


async def test_the_newest_can_be_deleted_and_has_failures_to_look_at(seeded: httpx.AsyncClient) -> None:
    newest = (await list_all(seeded))[0]

    answer = await seeded.delete(f"{BATCHES}/{newest['id']}")

    assert {name: count for name, count in newest["request_counts"].items() if count} == {
        "succeeded": 19_161,
        "errored": 839,
    }
    assert answer.status_code == 200


def test_ids_are_the_same_each_time_and_no_two_alike() -> None:
    first, second = (
        [batch.id for batch in ApiSimulator(speed=0, seeded=True).workspace.batches],
        [batch.id for batch in ApiSimulator(speed=0, seeded=True).workspace.batches],
    )

    assert first == second
    assert len(set(first)) == len(first)


async def test_counts_agree_with_the_results_and_causes_look_real(seeded: httpx.AsyncClient) -> None:
    types: Counter[str] = Counter()

    for batch in await list_all(seeded):
        if batch["results_url"] is None:
            continue
        lines = (await seeded.get(batch["results_url"])).content.split(b"\n")[:-1]
        results = [json.loads(line)["result"] for line in lines]
        found = Counter(result["type"] for result in results)
        types.update(one["error"]["error"]["type"] for one in results if one["type"] == "errored")
        assert {kind: found[kind] for kind in batch["request_counts"]} == batch["request_counts"]

    assert set(types) == {"invalid_request_error", "not_found_error", "overloaded_error", "api_error"}


async def test_running_batches_can_be_followed_to_their_end(seeded: httpx.AsyncClient) -> None:
    await seeded.post("/_simulator/advance", json={"seconds": 3_600})

    assert {batch["processing_status"] for batch in await list_all(seeded)} == {"ended"}
